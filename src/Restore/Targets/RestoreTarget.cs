using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Schemas;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Targets;

/// <summary>Lists objects of the target as <see cref="ResourceLister.ListAsync"/> does.</summary>
public delegate IAsyncEnumerable<ListPage> LiveLister(ListRequest request, ItemReceiver receiver, CancellationToken cancellation);

/// <summary>Reads the first page of a list alone, as <see cref="ResourceLister.ReadPageAsync"/> does.</summary>
public delegate Task<ListPage> LivePageReader(ListRequest request, ItemReceiver receiver, CancellationToken cancellation);

/// <summary>The target as planning sees it: which cluster it is, what it serves, and ways to list it. Only reads.</summary>
public sealed record RestoreTarget(ClusterIdentity Identity, ApiSurface Surface, LiveLister List, LivePageReader ReadPage)
{
    private const int ProbesAtOnce = 8;

    public ClusterUid Uid => ClusterUid.Parse(Identity.Uid);

    /// <summary>The schema of a type that the target serves.</summary>
    public Func<ApiResource, CancellationToken, Task<PublishedSchema>> FindSchema { get; init; } =
        (_, _) => Task.FromResult<PublishedSchema>(default);

    /// <exception cref="ClusterException">The target can't be read at all.</exception>
    public static async Task<RestoreTarget> ReadAsync(ClusterConnection target, CancellationToken cancellation)
    {
        var identity = ClusterIdentity.ReadAsync(target, cancellation);
        var surface = Discovery.ReadAsync(target, cancellation);
        await Task.WhenAll(identity, surface);
        var lister = new ResourceLister(target);
        return new(
            await identity,
            await surface,
            (request, receiver, token) => lister.ListAsync(request, Readable(target.Server, receiver), token),
            lister.ReadPageAsync
        )
        {
            FindSchema = new ServerSchemas(target).FindAsync,
        };
    }

    /// <summary>An object that no reader takes is the server's fault: its encoder makes none.</summary>
    internal static ItemReceiver Readable(Uri server, ItemReceiver receiver) =>
        (in ListedItem item) =>
        {
            try
            {
                receiver(item);
            }
            catch (JsonException e)
            {
                throw new ClusterException(
                    ClusterFailure.Broken,
                    $"{server} lists an object that can't be read, {Encoding.UTF8.GetString(item.Namespace)}/"
                        + $"{Encoding.UTF8.GetString(item.Name)}: check the proxies between here and the API server",
                    e
                );
            }
        };

    /// <summary>How an apply merges a type that the target serves.</summary>
    public async Task<MergeRules> MergeRulesAsync(ApiResource type, CancellationToken cancellation) =>
        MergeRules.Of(await FindSchema(type, cancellation), Identity.ServerVersion);

    /// <summary>
    /// Which of these types the target has any object of: in an empty one, all that looking costs. A type that can't be listed has its
    /// failure instead.
    /// </summary>
    public async Task<IReadOnlyDictionary<ApiResource, LiveType>> ProbeAsync(IEnumerable<ApiResource> types, CancellationToken cancellation)
    {
        using var slots = new SemaphoreSlim(ProbesAtOnce);
        var probes = types.Distinct().Select(type => ProbeAsync(type, slots, cancellation)).ToList();
        return (await Task.WhenAll(probes)).ToDictionary(p => p.Resource);
    }

    private async Task<LiveType> ProbeAsync(ApiResource type, SemaphoreSlim slots, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            var request = new ListRequest(type, null) { Limit = 1, MetadataOnly = true };
            var first = await ReadPage(request, (in _) => { }, cancellation);
            return new(type, first.Items > 0, null);
        }
        catch (ClusterException missing) when (missing.Failure == ClusterFailure.NotFound)
        {
            return new(type, false, null);
        }
        catch (ClusterException failed) when (failed.Failure is ClusterFailure.Forbidden or ClusterFailure.Broken)
        {
            return new(type, false, failed.Message);
        }
        finally
        {
            slots.Release();
        }
    }
}

/// <param name="Failure">Why the type can't be listed: what exists of it isn't known.</param>
public sealed record LiveType(ApiResource Resource, bool HasObjects, string? Failure);
