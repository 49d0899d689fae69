using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
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
    /// <summary>Newest points of a cluster in which policies are searched: each carries the one that it was made under.</summary>
    private const int MostPoints = 25;

    /// <param name="only">Null: every cluster of the vault.</param>
    public static async Task<TakeoverPreview> ReadAsync(
        RunEnvironment environment,
        IReadOnlyCollection<ClusterName>? only,
        CancellationToken cancellation
    )
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterPreview>();
        var (policies, problems) = (
            new SortedDictionary<string, (ProtectionPolicy Policy, DateTimeOffset At)>(StringComparer.Ordinal),
            ImmutableArray.CreateBuilder<string>()
        );
        foreach (var cluster in only ?? await SealedPoints.ClustersAsync(environment.Vault, cancellation))
        {
            var newest = await NewestAsync(environment, cluster, cancellation);
            Registered? found = null;
            foreach (var point in newest)
            {
                var inventory = await TryReadAsync(environment, point, problems, cancellation);
                found ??= inventory?.Registration is { } registration ? new(point, ClusterRegistration.Read(registration)) : null;
                if (inventory?.Policy is { } policy)
                    Take(ProtectionPolicy.Read(policy), point, policies, problems);
            }
            clusters.Add(await PreviewAsync(environment, cluster, newest.FirstOrDefault(), found, cancellation));
        }
        return new(
            clusters.ToImmutable(),
            [.. policies.Values.Select(p => p.Policy)],
            [.. problems.Distinct()],
            await Takeovers.ReadAsync(environment.Vault, cancellation)
        );
    }

    private static async Task<ImmutableArray<SealedPoint>> NewestAsync(
        RunEnvironment environment,
        ClusterName cluster,
        CancellationToken cancellation
    )
    {
        var chain = await SealChain.ReadAsync(environment.Vault, cluster, cancellation);
        var trusted = chain.Points.Where(p => chain.Distrust(p, environment.Trust) is null && chain.Doubt(p, environment.Trust) is null);
        return [.. trusted.Reverse().Take(MostPoints)];
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

    /// <summary>Of a policy that several clusters' points carry, the newest counts.</summary>
    private static void Take(
        Control.Reading.DocumentReading<ProtectionPolicy> reading,
        SealedPoint point,
        SortedDictionary<string, (ProtectionPolicy Policy, DateTimeOffset At)> policies,
        ImmutableArray<string>.Builder problems
    )
    {
        if (reading.Document is not { } policy)
            problems.Add($"the policy in {point.Id} of '{point.Seal.Cluster}' can't be used here: {reading.Problems[0]}");
        else if (!policies.TryGetValue(policy.Name.ToString(), out var known) || known.At < point.Seal.PinnedAt)
            policies[policy.Name.ToString()] = (policy, point.Seal.PinnedAt);
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
