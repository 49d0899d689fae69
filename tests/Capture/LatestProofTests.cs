using System.Text;
using Holdfast.Capture.Exporting;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Capture.Tests;

/// <summary>When a list at the latest revision stands for one at an earlier, exact revision.</summary>
public sealed class LatestProofTests : IAsyncLifetime, IDisposable
{
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, []);
    private static readonly ApiResource Secrets = new("", "v1", "secrets", "Secret", true, []);
    private SimulatedTestCluster cluster = null!;
    private ClusterConnection connection = null!;
    private string revision = "";

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        connection = new(cluster.Endpoint, TimeProvider.System);
        foreach (var name in new[] { "a", "b", "c" })
            await CreateAsync(ConfigMaps, name);
        revision = (await FreshList.ProbeAsync(new(connection), new(ConfigMaps, null), default)).Revision;
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => connection.Dispose();

    [Fact]
    public async Task Nothing_has_moved() => Assert.True(await HoldsAsync());

    [Fact]
    public async Task Other_types_have_moved_the_revision()
    {
        await CreateAsync(Secrets, "other");

        Assert.True(await HoldsAsync());
    }

    [Fact]
    public async Task An_object_was_created()
    {
        await CreateAsync(ConfigMaps, "d");

        Assert.False(await HoldsAsync());
    }

    [Fact]
    public async Task An_object_was_changed()
    {
        await new ResourceWriter(connection).MergePatchAsync(
            ConfigMaps,
            "default",
            "b",
            Encoding.UTF8.GetBytes("""{"data":{"key":"other"}}"""),
            new("tests"),
            default
        );

        Assert.False(await HoldsAsync());
    }

    [Fact]
    public async Task An_object_was_deleted()
    {
        await DeleteAsync("b");

        Assert.False(await HoldsAsync());
    }

    [Fact]
    public async Task An_object_was_deleted_and_another_created()
    {
        await DeleteAsync("b");
        await CreateAsync(ConfigMaps, "d");

        Assert.False(await HoldsAsync());
    }

    [Fact]
    public async Task A_cache_that_is_not_ready_refuses_nothing_that_is_asked()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        proxy.Inject(
            Fault.Answer(429, "TooManyRequests", "storage is (re)initializing", ("Retry-After", "30")),
            r => r.Query.Contains("limit=0"),
            times: int.MaxValue
        );
        using var through = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        Assert.True(await HoldsAsync(through));
        Assert.Equal(0, through.Throttled);
    }

    [Theory]
    [InlineData("v1.36.2", true), InlineData("v1.31.0-eks-a1b2c3", true), InlineData("v1.32+", true), InlineData("v2.0.0", true)]
    [
        InlineData("v1.30.9", false),
        InlineData("v1.20.2", false),
        InlineData("", false),
        InlineData("v1", false),
        InlineData("custom", false)
    ]
    public void It_is_tried_on_servers_that_answer_from_their_watch_cache(string version, bool worthwhile) =>
        Assert.Equal(worthwhile, LatestProof.IsWorthwhile(version));

    private Task<bool> HoldsAsync() => HoldsAsync(connection);

    private Task<bool> HoldsAsync(ClusterConnection asked)
    {
        var proof = new LatestProof(new(ConfigMaps, null) { Revision = revision, MetadataOnly = true });
        return proof.HoldsAsync(new(asked), (in ListedItem item) => proof.Count(in item), default);
    }

    private async Task CreateAsync(ApiResource type, string name) =>
        await new ResourceWriter(connection).CreateAsync(
            type,
            "default",
            Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"{{{type.Kind}}}","metadata":{"name":"{{{name}}}"}}"""),
            new("tests"),
            default
        );

    private async Task DeleteAsync(string name) =>
        await new ResourceWriter(connection).DeleteAsync(ConfigMaps, "default", name, null, null, "Background", default);
}
