using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>The whole order of a run, of whatever kind: exactly one of the eight.</summary>
/// <param name="At">When it was stored, which is just before the run was started, or started again.</param>
public sealed record StoredOrder(DateTimeOffset At)
{
    /// <summary>2 since orders hold their request as a whole: release 0.1.0 refuses them instead of missing what was asked for.</summary>
    public int Version => 2;

    public CaptureOrder? Capture { get; init; }
    public FleetOrder? Fleet { get; init; }
    public PlanOrder? Plan { get; init; }
    public RestoreOrder? Restore { get; init; }
    public RetentionOrder? Retention { get; init; }
    public VerificationOrder? Verification { get; init; }
    public ReplicationOrder? Replication { get; init; }
    public RecoveryOrder? Recovery { get; init; }

    [JsonIgnore]
    internal bool IsOne =>
        new OrderRef?[] { Capture, Fleet, Plan, Restore, Retention, Verification, Replication, Recovery }.Count(o => o is not null) == 1;

    [JsonIgnore]
    public OrderRef Order =>
        Capture
        ?? (OrderRef?)Fleet
        ?? (OrderRef?)Plan
        ?? (OrderRef?)Restore
        ?? (OrderRef?)Retention
        ?? (OrderRef?)Verification
        ?? (OrderRef?)Replication
        ?? Recovery!;

    [JsonIgnore]
    public RunId Run => Order.Run;

    /// <summary>The orchestration that it is for, and what that is started with.</summary>
    [JsonIgnore]
    public (string Orchestrator, OrderRef Input) Start =>
        this switch
        {
            { Capture: { } capture } => (Orchestrators.Capture, capture.Reference()),
            { Fleet: { } fleet } => (Orchestrators.Fleet, fleet.Reference()),
            { Plan: { } plan } => (Orchestrators.Plan, plan.Reference()),
            { Verification: { } verification } => (Orchestrators.Verification, verification),
            { Replication: { } replication } => (Orchestrators.Replication, replication),
            { Retention: { } retention } => (Orchestrators.Retention, retention),
            { Recovery: { } recovery } => (Orchestrators.Recovery, recovery.Reference()),
            _ => (Orchestrators.Restore, Restore!.Reference()),
        };

    /// <summary>Release 0.1.0 wrote the members of the request into the order itself.</summary>
    internal static bool Renew(JsonObject stored)
    {
        var order = (stored["capture"] ?? stored["fleet"]) as JsonObject;
        if (order is null || order.ContainsKey("request") || order["scope"] is not JsonObject)
            return false;
        order["request"] = order.DeepClone();
        return true;
    }
}
