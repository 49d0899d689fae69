using System.Collections.Immutable;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Output;

/// <summary>What is said of a policy in a list.</summary>
internal static class PolicyEntries
{
    /// <param name="isLookedUp">The clusters are all that are registered; else they aren't known.</param>
    public static PolicyEntryDocument Of(
        ProtectionPolicy policy,
        ImmutableArray<KeptDocument<ClusterRegistration>> clusters,
        TimeProvider time,
        bool isLookedUp = true
    )
    {
        var covered = isLookedUp ? CoveredClusters.Of(policy, clusters) : new([], []);
        return new()
        {
            Policy = policy.Name.ToString(),
            Schedule = policy.Schedule,
            Clusters = covered.Usable.Select(c => c.Name.ToString()),
            Next = policy.Paused is null ? ScheduleTimes.Of(policy.Schedule).Next(time.GetUtcNow()) : null,
            Paused = policy.Paused?.Reason,
            Problems = isLookedUp && covered.IsEmpty ? ["it covers no cluster"] : covered.Unusable.Select(c => c.Reason),
        };
    }

    public static PolicyEntryDocument Of(
        KeptDocument<ProtectionPolicy> kept,
        ImmutableArray<KeptDocument<ClusterRegistration>> clusters,
        TimeProvider time
    ) =>
        kept.Document is { } policy
            ? Of(policy, clusters, time)
            : new()
            {
                Policy = kept.Name,
                Schedule = null,
                Clusters = [],
                Next = null,
                Paused = null,
                Problems = kept.Problems.Select(p => p.ToString()),
            };
}
