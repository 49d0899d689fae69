using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.Control.Documents;

/// <summary>A cluster that should be captured and can't be.</summary>
/// <param name="Reason">Why, for a person; holds no secret.</param>
public sealed record UnusableCluster(ClusterName Cluster, string Reason);

/// <summary>
/// The clusters that a policy is for. One that can't be captured, because nothing is registered under its name or its registration can't be
/// read, is among them: it must be seen in every run of the policy. Pure.
/// </summary>
public sealed record CoveredClusters(ImmutableArray<ClusterRegistration> Usable, ImmutableArray<UnusableCluster> Unusable)
{
    public bool IsEmpty => Usable.IsEmpty && Unusable.IsEmpty;

    /// <param name="registered">All of them, those that can't be used included.</param>
    public static CoveredClusters Of(ProtectionPolicy policy, ImmutableArray<KeptDocument<ClusterRegistration>> registered)
    {
        var usable = registered.Select(kept => kept.Document).OfType<ClusterRegistration>().Where(policy.Clusters.Matcher());
        var unusable =
            policy.Clusters.Names is { } names && policy.Clusters.Selector is null
                ? names.Select(name => Named(name, registered)).OfType<UnusableCluster>()
                : registered.Where(kept => !kept.IsValid).Select(PerhapsSelected);
        return new([.. usable], [.. unusable.DistinctBy(one => one.Cluster)]);
    }

    private static UnusableCluster? Named(string name, ImmutableArray<KeptDocument<ClusterRegistration>> registered) =>
        registered.FirstOrDefault(kept => kept.Name == name) switch
        {
            { IsValid: true } => null,
            { } kept => new(ClusterName.Parse(name), $"its registration can't be used. {kept.Trouble}"),
            null => new(
                ClusterName.Parse(name),
                $"no cluster '{name}' is registered{NearMatches.Among(name, registered.Select(kept => kept.Name))}"
            ),
        };

    /// <summary>Its labels can't be read: whether it is selected is unknown, and a cluster must not leave a policy unseen.</summary>
    private static UnusableCluster PerhapsSelected(KeptDocument<ClusterRegistration> kept) =>
        new(
            ClusterName.Parse(kept.Name),
            $"its registration can't be used, so whether the policy's selector matches it is unknown. {kept.Trouble}"
        );
}
