using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// How orders, events, statuses and reports travel and are kept. Unknown members are ignored, so that a run survives an upgrade.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(CaptureOrderRef))]
[JsonSerializable(typeof(FleetOrderRef))]
[JsonSerializable(typeof(PlanOrder))]
[JsonSerializable(typeof(RestoreOrder))]
[JsonSerializable(typeof(RetentionOrder))]
[JsonSerializable(typeof(PrunedCluster))]
[JsonSerializable(typeof(VerificationOrder))]
[JsonSerializable(typeof(VerifiedCluster))]
[JsonSerializable(typeof(VerificationOutcome))]
[JsonSerializable(typeof(ReplicationOrder))]
[JsonSerializable(typeof(ReplicatedCluster))]
[JsonSerializable(typeof(ReplicaState))]
[JsonSerializable(typeof(Fence))]
[JsonSerializable(typeof(UnreplicatedCluster))]
[JsonSerializable(typeof(RecoveryOrder))]
[JsonSerializable(typeof(Confirmation))]
[JsonSerializable(typeof(StoredOrder))]
[JsonSerializable(typeof(TickOrder))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(Cancellation))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunReport[]))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(NotifyOrder))]
[JsonSerializable(typeof(DeliveryState))]
public sealed partial class HoldfastJson : JsonSerializerContext;
