using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>The whole order of a run, of whatever kind: exactly one of the four.</summary>
/// <param name="At">When it was kept, which is just before the run was started, or started again.</param>
public sealed record KeptOrder(DateTimeOffset At)
{
    public CaptureOrder? Capture { get; init; }
    public FleetOrder? Fleet { get; init; }
    public PlanOrder? Plan { get; init; }
    public RestoreOrder? Restore { get; init; }

    [JsonIgnore]
    internal bool IsOne => new object?[] { Capture, Fleet, Plan, Restore }.Count(order => order is not null) == 1;

    [JsonIgnore]
    public RunId Run => Capture?.Run ?? Fleet?.Run ?? Plan?.Run ?? Restore!.Run;

    [JsonIgnore]
    public string RequestedBy => Capture?.RequestedBy ?? Fleet?.RequestedBy ?? Plan?.RequestedBy ?? Restore!.RequestedBy;

    /// <summary>The orchestration that it is for, and what that is started with.</summary>
    [JsonIgnore]
    public (string Orchestrator, object Input) Start =>
        this switch
        {
            { Capture: { } capture } => (Orchestrators.CaptureCluster, capture.Brief()),
            { Fleet: { } fleet } => (Orchestrators.CaptureFleet, fleet.Brief()),
            { Plan: { } plan } => (Orchestrators.PlanRestore, plan.Brief()),
            _ => (Orchestrators.Restore, Restore!.Brief()),
        };
}
