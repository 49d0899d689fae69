using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Tests.Storage;

public sealed class ConcurrencyTests : SimulatorTest
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Patches_at_once_lose_nothing()
    {
        await Api.PostAsync(ConfigMaps, """{"metadata":{"name":"shared"}}""");

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await Api.PatchAsync(ConfigMaps + "/shared", $$$"""{"data":{"k{{{i}}}":"v"}}""")
        );

        Assert.Equal(200, (await Api.GetAsync(ConfigMaps + "/shared"))["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task An_exact_list_stays_the_same_while_others_write()
    {
        using var done = new CancellationTokenSource();
        var writing = WriteAsync(done.Token);
        List<(string Revision, string Items)> seen = [];
        for (var i = 0; i < 40; i++)
        {
            var list = await Api.GetAsync(ConfigMaps);
            seen.Add(((string)list.Metadata["resourceVersion"]!, ItemsOf(list.Body!)));
        }
        await done.CancelAsync();
        await writing;

        foreach (var (revision, items) in seen)
            Assert.Equal(items, ItemsOf((await Api.GetAsync($"{ConfigMaps}?resourceVersion={revision}&resourceVersionMatch=Exact")).Body!));
    }

    [Fact]
    public async Task A_watcher_sees_every_revision_of_its_type_once()
    {
        var revision = (string)(await Api.GetAsync(ConfigMaps)).Metadata["resourceVersion"]!;
        var started = new TaskCompletionSource();
        var watching = CollectAsync($"{ConfigMaps}?watch=1&resourceVersion={revision}", 300, started);
        await started.Task;

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 300),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await Api.PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"w{{{i}}}"}}""")
        );

        var revisions = await watching;
        Assert.Equal(300, revisions.Distinct().Count());
        Assert.Equal(revisions.Order(), revisions);
    }

    private async Task<List<long>> CollectAsync(string path, int count, TaskCompletionSource started)
    {
        List<long> revisions = [];
        await foreach (var change in Api.WatchAsync(path, started))
        {
            revisions.Add(long.Parse((string)change["object"]!["metadata"]!["resourceVersion"]!));
            if (revisions.Count == count)
                break;
        }
        return revisions;
    }

    private async Task WriteAsync(CancellationToken done)
    {
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            await Api.PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"c{{{i % 20}}}"}}""");
            await Api.PatchAsync($"{ConfigMaps}/c{i * 7 % 20}", $$$"""{"data":{"n":"{{{i}}}"}}""");
            await Api.DeleteAsync($"{ConfigMaps}/c{i * 3 % 20}");
        }
    }

    private static string ItemsOf(JsonObject list) => list["items"]!.ToJsonString();
}
