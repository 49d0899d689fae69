using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>How the results of ticks travel, and the state of policies' schedules is stored.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(TickResult))]
[JsonSerializable(typeof(PolicyRuns))]
public sealed partial class ScheduleJson : JsonSerializerContext;
