using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Restore.Applying;

namespace Holdfast.Orchestrations;

/// <summary>How the inputs and outputs of activities and sub-orchestrations travel.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(object[]), TypeInfoPropertyName = "Arguments")]
[JsonSerializable(typeof(StopRequest))]
[JsonSerializable(typeof(LegSummary))]
[JsonSerializable(typeof(UnitSubject))]
[JsonSerializable(typeof(UnitSummary))]
[JsonSerializable(typeof(LegSubject))]
[JsonSerializable(typeof(Settlement))]
[JsonSerializable(typeof(UnitRange))]
[JsonSerializable(typeof(NodeSummary))]
[JsonSerializable(typeof(CaptureEnd))]
[JsonSerializable(typeof(PlanMade))]
[JsonSerializable(typeof(FleetSize))]
[JsonSerializable(typeof(ShareSubject))]
[JsonSerializable(typeof(ShareClusters))]
[JsonSerializable(typeof(FleetShare))]
[JsonSerializable(typeof(FleetTotals))]
[JsonSerializable(typeof(FleetEnd))]
[JsonSerializable(typeof(DueRuns))]
[JsonSerializable(typeof(StageSubject))]
[JsonSerializable(typeof(RestoreAdvance))]
[JsonSerializable(typeof(RestoreEnd))]
internal sealed partial class EffectsJson : JsonSerializerContext;
