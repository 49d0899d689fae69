using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Reads and summarises the plans of runs. Thread-safe.</summary>
public static class RestorePlans
{
    /// <returns>Null: the run has made none yet, or doesn't exist.</returns>
    /// <exception cref="RestoreException">BadPlan: the document was changed, or isn't of this service.</exception>
    public static Task<RestorePlan?> ReadAsync(RunEnvironment environment, RunId run, CancellationToken cancellation) =>
        new ControlJournal(environment.Control, RunReports.FolderOf(run), environment.PlanKey).ReadPlanAsync(cancellation);

    /// <summary>What an approver and a report must know of a plan.</summary>
    public static PlanSummary SummaryOf(RestorePlan plan) =>
        new(
            plan.Name,
            DigestOf(plan),
            plan.Request.Cluster,
            plan.Request.Point,
            plan.Steps.GroupBy(s => s.Action.ToString()).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            plan.Warnings
        )
        {
            Incomplete =
            [
                .. plan
                    .Steps.Where(s => s.Incomplete)
                    .Select(s => new StepFailure(s.Resource, s.Namespace, s.Name, s.Shortfall ?? s.Reason)),
            ],
        };

    /// <summary>A plan that was kept carries it.</summary>
    internal static ContentDigest DigestOf(RestorePlan plan) => plan.Digest ?? PlanDocument.Digest(plan);

    /// <summary>The name of the plan that a run makes for itself: the same in every attempt.</summary>
    public static string NameOf(RunId run) => ContentDigest.Of(System.Text.Encoding.ASCII.GetBytes(run.ToString())).ToString()[..12];
}
