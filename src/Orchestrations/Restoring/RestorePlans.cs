using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Planning;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>The plans that runs have made. Thread-safe.</summary>
public static class RestorePlans
{
    /// <returns>Null: the run has made none yet, or there is no such run.</returns>
    /// <exception cref="RestoreException">BadPlan: the document was changed, or isn't of this service.</exception>
    public static Task<RestorePlan?> ReadAsync(RunEnvironment environment, RunId run, CancellationToken cancellation) =>
        new RestoreDocuments(environment.Control, RunReports.FolderOf(run), environment.PlanKey).ReadPlanAsync(cancellation);

    /// <summary>What an approver and a report must know of a plan.</summary>
    public static PlanSummary SummaryOf(RestorePlan plan) =>
        new(
            plan.Run,
            DigestOf(plan),
            ClusterName.Parse(plan.Request.Cluster),
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
    internal static string NameOf(RunId run) => ContentDigest.Of(System.Text.Encoding.ASCII.GetBytes(run.ToString())).ToString()[..12];
}
