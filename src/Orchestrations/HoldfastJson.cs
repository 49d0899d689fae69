using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;

namespace Holdfast.Orchestrations;

/// <summary>
/// How orders, events, statuses and reports travel and are kept. Unknown members are passed over, so that a run outlives an upgrade.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(CaptureOrder))]
[JsonSerializable(typeof(FleetOrder))]
[JsonSerializable(typeof(PlanOrder))]
[JsonSerializable(typeof(RestoreOrder))]
[JsonSerializable(typeof(KeptOrder))]
[JsonSerializable(typeof(TickOrder))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(Cancellation))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunReport[]))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(TickResult))]
[JsonSerializable(typeof(PolicyRuns))]
public sealed partial class HoldfastJson : JsonSerializerContext;
