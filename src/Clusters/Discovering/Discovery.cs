using System.Collections.Immutable;
using Holdfast.Clusters.Connections;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Discovering;

/// <summary>
/// Reads the server's API surface: <c>/api</c> and <c>/apis</c> in their aggregated form where the server has it (1.26 and later), else
/// each group version, a few at a time. Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
/// </summary>
public static class Discovery
{
    private const string Aggregated =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private const int InFlight = 6;

    /// <summary>An aggregated API without a backend may not answer at all; a healthy one answers in milliseconds.</summary>
    private static readonly TimeSpan GroupPatience = TimeSpan.FromSeconds(5);

    /// <exception cref="ClusterException">Only when <c>/api</c> or <c>/apis</c> itself can't be read.</exception>
    public static async Task<ApiSurface> ReadAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var core = ReadRootAsync(connection, "/api", cancellation);
        var groups = ReadRootAsync(connection, "/apis", cancellation);
        await Task.WhenAll(core, groups);
        ImmutableArray<GroupVersion> listed = [.. await core, .. await groups];

        var versions = await FillAsync(connection, listed, cancellation);
        return new ApiSurface(
            [.. versions.SelectMany(v => v.Resources.IsDefault ? [] : v.Resources)],
            versions.Where(v => v.IsPreferred).ToImmutableDictionary(v => v.Group, v => v.Version),
            [.. versions.Where(v => v.Failure is not null).Select(v => new DiscoveryFailure(v.Name, v.Failure!))]
        );
    }

    private static async Task<ImmutableArray<GroupVersion>> ReadRootAsync(
        ClusterConnection connection,
        string path,
        CancellationToken cancellation
    )
    {
        var body = await connection.GetAsync(path, cancellation, Aggregated);
        try
        {
            return DiscoveryDocuments.ParseRoot(body);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            throw new ClusterException(
                ClusterFailure.Broken,
                $"{path} at {connection.Server} answered with something that isn't Kubernetes API discovery. Is this the API server's "
                    + "address, or a proxy's login page?",
                e
            );
        }
    }

    /// <summary>
    /// Reads what the root documents don't contain: every group version of a classic answer; of an aggregated one, which has no storage
    /// hashes, those that share a resource's name with another group.
    /// </summary>
    private static async Task<GroupVersion[]> FillAsync(
        ClusterConnection connection,
        ImmutableArray<GroupVersion> listed,
        CancellationToken cancellation
    )
    {
        var shared = SharedNames(listed);
        var filled = listed.ToArray();
        await Parallel.ForAsync(
            0,
            filled.Length,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (i, token) =>
            {
                var version = filled[i];
                if (version.Failure is not null)
                    return;
                if (version.Resources.IsDefault)
                    filled[i] = await ReadVersionAsync(connection, version, token);
                else if (version.Resources.Any(r => shared.Contains(r.Resource)))
                    filled[i] = version.WithHashesOf(await ReadVersionAsync(connection, version, token));
            }
        );
        return filled;
    }

    private static HashSet<string> SharedNames(ImmutableArray<GroupVersion> listed)
    {
        var group = new Dictionary<string, string>();
        var shared = new HashSet<string>();
        foreach (var resource in listed.SelectMany(v => v.Resources.IsDefault ? [] : v.Resources))
        {
            if (!group.TryAdd(resource.Resource, resource.Group) && group[resource.Resource] != resource.Group)
                shared.Add(resource.Resource);
        }
        return shared;
    }

    private static async Task<GroupVersion> ReadVersionAsync(
        ClusterConnection connection,
        GroupVersion version,
        CancellationToken cancellation
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var limit = new CancellationTokenSource(GroupPatience, connection.Time);
        await using var link = limit.Token.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), patience);
        try
        {
            return version with
            {
                Resources = DiscoveryDocuments.ParseResources(await connection.GetAsync(version.Path, patience.Token), version),
            };
        }
        catch (ClusterException e)
        {
            return version with { Failure = e.Message };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return version with
            {
                Failure =
                    $"{version.Path} did not answer within {GroupPatience.TotalSeconds:0} s. Its backend is probably gone: see the "
                    + $"APIService {version.Version}.{version.Group}.",
            };
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return version with { Failure = $"{version.Path} answered with something that isn't a resource list ({e.Message})." };
        }
    }
}
