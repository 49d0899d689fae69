using Holdfast.Documents;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Functions.Api.Documents;

/// <param name="Plan">Its digest is what an approval, or a restore of this plan, must name.</param>
/// <param name="Estimate">About how long applying the whole plan takes.</param>
/// <param name="TargetServer">The version of the target's API server.</param>
internal sealed record PlanPage(
    PlanSummary Plan,
    string TargetServer,
    string TargetUid,
    DateTimeOffset PlannedAt,
    RestoreEstimate Estimate,
    IReadOnlyList<StepDocument> Items,
    string? Continuation
);
