using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Runs;

namespace Holdfast.TestKit.Scenarios;

/// <summary>
/// A cluster that is brought from one scenario's state to the next. Requests are plain ones, so that no product code stands between the
/// scenario and the server. What was there at the start stays.
/// </summary>
public sealed class ScenarioCluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClusterRequests requests;
    private HashSet<string> baseline = [];

    private ScenarioCluster(ITestCluster server)
    {
        Server = server;
        Connection = new(server.Endpoint, TimeProvider.System);
        requests = new(server.Endpoint);
    }

    public ITestCluster Server { get; }

    public ClusterConnection Connection { get; }

    /// <param name="server">Has nothing but what its own start made; outlives this.</param>
    public static async Task<ScenarioCluster> OfAsync(ITestCluster server)
    {
        var cluster = new ScenarioCluster(server);
        cluster.baseline = [.. (await cluster.ListAsync()).Select(o => o.Key)];
        return cluster;
    }

    public void Dispose()
    {
        Connection.Dispose();
        requests.Dispose();
    }

    /// <summary>Makes it hold these objects and nothing else beside what was there at the start.</summary>
    public async Task BecomeAsync(IReadOnlyList<JsonObject> manifests)
    {
        await ClearAsync();
        var seeding = new ScenarioSeeding(requests, await SurfaceAsync(), baseline);
        foreach (var manifest in ScenarioSeeding.Ordered(manifests))
            await seeding.AddAsync((JsonObject)manifest.DeepClone());
        foreach (var manifest in manifests)
            await seeding.EndAsync(manifest);
        await SettleAsync();
    }

    /// <summary>As another client, by a merge patch.</summary>
    public Task PatchAsync(string path, string patch) => requests.PatchAsync(path, patch);

    public async Task<RecoveryPointReader> CaptureAsync(IBlobStore vault)
    {
        var name = ClusterName.Parse("prod");
        await SettleAsync();
        var report = await new CaptureRun(Connection, vault, TimeProvider.System).RunAsync(
            name,
            new() { ExpectedAbsentGroups = ["absent.example.com"] },
            null,
            default
        );
        if (report.State != CaptureState.Succeeded)
            throw new InvalidOperationException(string.Join("; ", report.Gaps));
        return await RecoveryPointReader.OpenAsync(vault, name, report.Point, default);
    }

    public async Task<string> UidAsync() => (await ClusterIdentity.ReadAsync(Connection, default)).Uid;

    /// <summary>
    /// The revisions of all objects; of APIServices the server makes some whenever a type is defined. The store's own revision moves with
    /// the leases of API servers.
    /// </summary>
    public async Task<IReadOnlyList<string>> RevisionsAsync()
    {
        await SettleAsync();
        var objects = (await ListAsync()).Where(o => o.Type.Resource != "apiservices");
        return [.. objects.Select(o => $"{o.Key} at {o.Revision}").Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Does what controllers outside the cluster would: takes the finalizers off all that is being deleted, until this is cancelled.
    /// </summary>
    public async Task FinalizeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (
                var held in (await ListAsync()).Where(o => o.IsDeleting && o.Holders.Any(h => h.Contains('/', StringComparison.Ordinal)))
            )
                await requests.PatchAsync(held.Path, """{"metadata":{"finalizers":null}}""");
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private async Task SettleAsync()
    {
        if (Server is SimulatedTestCluster simulated)
            await simulated.Simulator.SettleAsync(default);
    }

    private async Task ClearAsync()
    {
        for (var began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(50))
        {
            await SettleAsync();
            var left = (await ListAsync()).Where(o => !baseline.Contains(o.Key)).ToList();
            if (left.Count == 0)
                return;
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException("still there: " + string.Join(", ", left.Select(o => o.Key)));
            // In a namespace that is gone nothing can be changed any more: namespaces go once they are empty.
            var last = left.Max(o => o.Order) is var most && left.TrueForAll(o => o.Order == most) ? most : ListedObject.Namespaces - 1;
            foreach (var stage in left.Where(o => o.Order <= last).GroupBy(o => o.Order).OrderBy(g => g.Key))
                await Parallel.ForEachAsync(
                    stage,
                    new ParallelOptions { MaxDegreeOfParallelism = 8 },
                    async (o, _) => await RemoveAsync(o)
                );
        }
    }

    private async Task RemoveAsync(ListedObject listed)
    {
        if (listed.Holders.Count > 0)
            await requests.PatchAsync(listed.Path, """{"metadata":{"finalizers":null}}""");
        await requests.DeleteAsync(
            listed.Path,
            """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","gracePeriodSeconds":0}"""
        );
        // What was in it is deleted already.
        if (listed.Type.GroupResource == "namespaces")
            await requests.PutAsync(
                listed.Path + "/finalize",
                $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{listed.Name}}}"},"spec":{"finalizers":[]}}"""
            );
    }

    private Task<ApiSurface> SurfaceAsync() => Discovery.ReadAsync(Connection, default);

    private async Task<List<ListedObject>> ListAsync()
    {
        var surface = await SurfaceAsync();
        var types = surface
            .Resources.Where(r => r.Can("list") && r.Can("delete") && r.Resource != "events")
            .Where(r => surface.PreferredVersions.GetValueOrDefault(r.Group) == r.Version || IsOnly(r))
            .ToList();
        var found = new List<ListedObject>[types.Count];
        await Parallel.ForAsync(
            0,
            types.Count,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => found[i] = await ListAsync(types[i])
        );
        return [.. found.SelectMany(f => f)];

        bool IsOnly(ApiResource type) =>
            !surface.Resources.Any(r =>
                r.GroupResource == type.GroupResource && r.Version == surface.PreferredVersions.GetValueOrDefault(type.Group)
            );
    }

    private async Task<List<ListedObject>> ListAsync(ApiResource type)
    {
        var answer = await requests.GetAsync(type.CollectionPath(null), ClusterRequests.Metadata);
        // 404: the definition has gone meanwhile; 503: an aggregated API without a backend.
        if (answer.Code is not (200 or 404 or 503))
            throw new InvalidOperationException($"{type}: {answer.Code} {answer.Text}");
        // An old server writes null for no items.
        return [.. answer.Body.Objects("items").Select(item => ListedObject.Of(type, item))];
    }
}
