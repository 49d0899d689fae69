using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Catalogue;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Standby;

/// <summary>What of one cluster would be taken over.</summary>
/// <param name="Point">Its newest trusted point; null: there is none.</param>
/// <param name="Registration">As that point has it; null: the cluster was captured without one.</param>
/// <param name="Needs">What the registration leads to, which has to exist here.</param>
/// <param name="Problems">What wouldn't work, for a person.</param>
internal sealed record ClusterPreview(
    ClusterName Cluster,
    SealedPoint? Point,
    ClusterRegistration? Registration,
    ImmutableArray<string> Needs,
    ImmutableArray<string> Problems
);

/// <param name="Others">Takeovers in the vault that aren't over.</param>
internal sealed record TakeoverPreview(
    ImmutableArray<ClusterPreview> Clusters,
    ImmutableArray<ProtectionPolicy> Policies,
    ImmutableArray<string> Problems,
    Takeovers Others
)
{
    /// <summary>Newest points of a cluster in which a registration is searched.</summary>
    private const int MostPoints = 25;

    /// <summary>Inventories, of all clusters together, that one call reads to learn which policy each point was made under.</summary>
    private const int MostUnread = 1000;

    /// <summary>Longer than the schedule of a policy that is used at all.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(32);

    /// <param name="only">Null: every cluster of the vault.</param>
    public static async Task<TakeoverPreview> ReadAsync(
        RunEnvironment environment,
        IReadOnlyCollection<ClusterName>? only,
        CancellationToken cancellation
    )
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterPreview>();
        var (policies, problems) = (new CarriedPolicies(), ImmutableArray.CreateBuilder<string>());
        var names = only ?? await SealedPoints.ClustersAsync(environment.Vault, cancellation);
        foreach (var cluster in names)
        {
            var points = await TrustedAsync(environment, cluster, cancellation);
            var found = await RegisteredAsync(environment, points, problems, cancellation);
            var share = Math.Max(MostPoints, MostUnread / names.Count);
            await FindPoliciesAsync(environment, cluster, points, share, policies, problems, cancellation);
            clusters.Add(await PreviewAsync(environment, cluster, points.LastOrDefault(), found, cancellation));
        }
        var unusedSince = clusters.Max(c => c.Point?.Seal.PinnedAt) is { } newest ? newest - LongestPause : DateTimeOffset.MinValue;
        return new(
            clusters.ToImmutable(),
            policies.All,
            [.. problems.Concat(policies.Unused(unusedSince)).Distinct()],
            await Takeovers.ReadAsync(environment.Vault, cancellation)
        );
    }

    /// <summary>In the order of the chain.</summary>
    private static async Task<ImmutableArray<SealedPoint>> TrustedAsync(
        RunEnvironment environment,
        ClusterName cluster,
        CancellationToken cancellation
    )
    {
        var listed = await CatalogueOf(environment).ListAsync(cluster, PointSearch.All, cancellation);
        return [.. listed.Points.Where(p => p.Untrusted is null).Select(p => p.Point)];
    }

    private static VaultCatalogue CatalogueOf(RunEnvironment environment) => new(environment.Vault, environment.Trust, environment.Control);

    private static async Task<Registered?> RegisteredAsync(
        RunEnvironment environment,
        ImmutableArray<SealedPoint> points,
        ImmutableArray<string>.Builder problems,
        CancellationToken cancellation
    )
    {
        foreach (var point in points.Reverse().Take(MostPoints))
        {
            if ((await TryReadAsync(environment, point, problems, cancellation))?.Registration is { } registration)
                return new(point, ClusterRegistration.Read(registration));
        }
        return null;
    }

    /// <summary>Of each policy the newest point has it as it was last.</summary>
    private static async Task FindPoliciesAsync(
        RunEnvironment environment,
        ClusterName cluster,
        ImmutableArray<SealedPoint> points,
        int mostUnread,
        CarriedPolicies policies,
        ImmutableArray<string>.Builder problems,
        CancellationToken cancellation
    )
    {
        var known = await CatalogueOf(environment).NewestOfPoliciesAsync(cluster, points, mostUnread, cancellation);
        foreach (var point in known.Newest.Values)
        {
            if ((await TryReadAsync(environment, point, problems, cancellation))?.Policy is { } policy)
                policies.Take(ProtectionPolicy.Read(policy), point, problems);
        }
        problems.AddRange(known.Faults);
        if (known.Unsearched > 0)
            problems.Add(
                $"{known.Unsearched} older points of '{cluster}' weren't searched for policies yet: repeat the call, which continues there"
            );
    }

    private static async Task<Inventory?> TryReadAsync(
        RunEnvironment environment,
        SealedPoint point,
        ImmutableArray<string>.Builder problems,
        CancellationToken cancellation
    )
    {
        try
        {
            return await RecoveryPointReader.ReadInventoryAsync(environment.Vault, point.Seal.Cluster, point.Seal, cancellation);
        }
        catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private static async Task<ClusterPreview> PreviewAsync(
        RunEnvironment environment,
        ClusterName cluster,
        SealedPoint? newest,
        Registered? found,
        CancellationToken cancellation
    )
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        var registration = found?.Reading.Document;
        if (newest is null)
            problems.Add("the vault has no point of it that can be trusted");
        else if (found is null)
            problems.Add("its newest points carry no registration: it was captured by hand. Register it (PUT /api/clusters/NAME)");
        else if (registration is null)
            problems.Add($"the registration in {found.Point.Id} can't be used here: {found.Reading.Problems[0]}");
        else if (registration.Name != cluster)
            problems.Add($"the registration in {found.Point.Id} is of '{registration.Name}'");
        else if (environment.TryCredentials is { } credentials && await credentials(registration, cancellation) is { } trouble)
            problems.Add($"its credentials can't be had from here: {trouble}");
        return new(
            cluster,
            newest,
            registration?.Name == cluster ? registration : null,
            registration is null ? [] : RegistrationNeeds.Of(registration),
            problems.ToImmutable()
        );
    }

    private sealed record Registered(SealedPoint Point, Control.Reading.DocumentReading<ClusterRegistration> Reading);
}
