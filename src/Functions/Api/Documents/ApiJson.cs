using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control.Auditing;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Documents;

/// <summary>
/// The documents of the API. Reading is strict: a misspelt property is an error, not ignored. Fields may be added, never renamed or
/// removed.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(ClusterRegistration))]
[JsonSerializable(typeof(Page<KeptEntry<ClusterRegistration>>))]
[JsonSerializable(typeof(ProtectionPolicy))]
[JsonSerializable(typeof(Page<KeptEntry<ProtectionPolicy>>))]
[JsonSerializable(typeof(NotificationTarget))]
[JsonSerializable(typeof(Page<KeptEntry<NotificationTarget>>))]
[JsonSerializable(typeof(TestNotification))]
[JsonSerializable(typeof(PointPage))]
[JsonSerializable(typeof(PointContentDocument))]
[JsonSerializable(typeof(PointComparison))]
[JsonSerializable(typeof(ObjectHistoryPage))]
[JsonSerializable(typeof(StatsDocument))]
[JsonSerializable(typeof(StatsNote))]
[JsonSerializable(typeof(NewCapture))]
[JsonSerializable(typeof(NewVerification))]
[JsonSerializable(typeof(NewReplication))]
[JsonSerializable(typeof(ReplicasDocument))]
[JsonSerializable(typeof(NewTakeover))]
[JsonSerializable(typeof(NewReturn))]
[JsonSerializable(typeof(TakeoverDocument))]
[JsonSerializable(typeof(RestoreTerms))]
[JsonSerializable(typeof(NewRestore))]
[JsonSerializable(typeof(NewRecoveryPlan))]
[JsonSerializable(typeof(NewRecovery))]
[JsonSerializable(typeof(RecoveryView))]
[JsonSerializable(typeof(NewApproval))]
[JsonSerializable(typeof(NewHold))]
[JsonSerializable(typeof(HoldDocument))]
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(NewCancellation))]
[JsonSerializable(typeof(StartedRun))]
[JsonSerializable(typeof(NewClusterDocument))]
[JsonSerializable(typeof(PlanPage))]
[JsonSerializable(typeof(PruneDocument))]
[JsonSerializable(typeof(Page<RunSummary>))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(Page<AuditEntry>))]
[JsonSerializable(typeof(ClusterCheckDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(NotedRequest))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>As <see cref="Default"/>, with text as people write it: <c>+</c> and <c>'</c> stay themselves.</summary>
    public static ApiJson Plain => field ??= new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
