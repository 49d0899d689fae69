using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Running;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Orchestrations.Verifying;
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
[JsonSerializable(typeof(PassSummary))]
[JsonSerializable(typeof(UnitSubject))]
[JsonSerializable(typeof(UnitCounts))]
[JsonSerializable(typeof(PassSubject))]
[JsonSerializable(typeof(NextPass))]
[JsonSerializable(typeof(UnitRange))]
[JsonSerializable(typeof(NodeCounts))]
[JsonSerializable(typeof(VolumeBatchSubject))]
[JsonSerializable(typeof(VolumeWait))]
[JsonSerializable(typeof(CaptureSubject))]
[JsonSerializable(typeof(CaptureEnd))]
[JsonSerializable(typeof(PlanMade))]
[JsonSerializable(typeof(FleetSize))]
[JsonSerializable(typeof(ShareSubject))]
[JsonSerializable(typeof(ShareClusters))]
[JsonSerializable(typeof(FleetShare))]
[JsonSerializable(typeof(FleetCounts))]
[JsonSerializable(typeof(FleetEnd))]
[JsonSerializable(typeof(DueRuns))]
[JsonSerializable(typeof(PruneSubject))]
[JsonSerializable(typeof(PruneProgress))]
[JsonSerializable(typeof(RetentionEnd))]
[JsonSerializable(typeof(VerifySubject))]
[JsonSerializable(typeof(VerifyProgress))]
[JsonSerializable(typeof(VerificationEnd))]
[JsonSerializable(typeof(ReplicateSubject))]
[JsonSerializable(typeof(ReplicateProgress))]
[JsonSerializable(typeof(ReplicationEnd))]
[JsonSerializable(typeof(DueTargets))]
[JsonSerializable(typeof(NotifySubject))]
[JsonSerializable(typeof(SafetySubject))]
[JsonSerializable(typeof(SafetyTaken))]
[JsonSerializable(typeof(StageSubject))]
[JsonSerializable(typeof(RestoreAdvance))]
[JsonSerializable(typeof(RestoreEnd))]
[JsonSerializable(typeof(RecoveryPlanStep))]
[JsonSerializable(typeof(RecoveryPlanned))]
[JsonSerializable(typeof(GroupAdvance))]
[JsonSerializable(typeof(NextGroup))]
[JsonSerializable(typeof(RecoveryCheckStep))]
[JsonSerializable(typeof(RecoveryCheckOutcome))]
[JsonSerializable(typeof(RecoveryEnd))]
[JsonSerializable(typeof(NewClusterSubject))]
[JsonSerializable(typeof(NewClusterPlanned))]
[JsonSerializable(typeof(NewClusterLook))]
[JsonSerializable(typeof(NewClusterState))]
[JsonSerializable(typeof(NodesLook))]
[JsonSerializable(typeof(NodeCount))]
internal sealed partial class ActivityJson : JsonSerializerContext;
