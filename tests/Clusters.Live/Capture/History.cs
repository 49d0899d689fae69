using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>
/// Every change of one type from now on, as reported by a watch: gives the type's objects at any later revision, including dropped ones.
/// Independent of lists and of the code under test.
/// </summary>
internal sealed class History : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<(ulong Revision, string Key, JsonNode? Object)> events = [];
    private readonly RawApi api;
    private readonly string path;
    private Task watching = Task.CompletedTask;

    private History(RawApi api, string path) => (this.api, this.path) = (api, path);

    /// <param name="path">The type's, over all namespaces.</param>
    public static async Task<History> BeginAsync(RawApi api, string path)
    {
        using var list = await api.GetAsync(path);
        var history = new History(api, path);
        foreach (var item in list.RootElement.GetProperty("items").EnumerateArray())
            history.Add(0, JsonNode.Parse(item.GetRawText())!, deleted: false);
        // only now: an event that came between two of these would be taken for older than they are
        history.watching = history.WatchAsync(
            $"{path}?watch=1&resourceVersion={list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()}"
        );
        return history;
    }

    /// <summary>The objects at a revision, without apiVersion and kind, by namespace and name.</summary>
    public async Task<SortedDictionary<string, string>> AtAsync(string revision)
    {
        await CaughtUpAsync();
        var at = ulong.Parse(revision, CultureInfo.InvariantCulture);
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        lock (events)
        {
            foreach (var (_, key, value) in events.TakeWhile(e => e.Revision <= at))
            {
                if (value is null)
                    state.Remove(key);
                else
                    state[key] = value.ToJsonString();
            }
        }
        return state;
    }

    /// <summary>A manifest as this type writes them.</summary>
    public static string Normal(string manifest) => Bare(JsonNode.Parse(manifest)!).ToJsonString();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private static JsonNode Bare(JsonNode node)
    {
        node.AsObject().Remove("apiVersion");
        node.AsObject().Remove("kind");
        return node;
    }

    /// <summary>The watch is up to date once it reports an object that is created now.</summary>
    private async Task CaughtUpAsync()
    {
        using var latest = await api.GetAsync(path);
        var items = latest.RootElement.GetProperty("items");
        var newest = items
            .EnumerateArray()
            .Select(i => ulong.Parse(i.GetProperty("metadata").GetProperty("resourceVersion").GetString()!, CultureInfo.InvariantCulture))
            .DefaultIfEmpty()
            .Max();
        while (!watching.IsCompleted)
        {
            lock (events)
            {
                if (newest == 0 || events.Exists(e => e.Revision >= newest))
                    return;
            }
            await Task.Delay(20);
        }
    }

    private void Add(ulong revision, JsonNode item, bool deleted)
    {
        var metadata = item["metadata"]!;
        lock (events)
            events.Add((revision, $"{metadata["namespace"]}/{metadata["name"]}", deleted ? null : Bare(item)));
    }

    private async Task WatchAsync(string watch)
    {
        try
        {
            using var reader = new StreamReader(await api.StreamAsync(watch, stop.Token), Encoding.UTF8);
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                var change = JsonNode.Parse(line)!;
                Assert.True(change["type"]?.GetValue<string>() is "ADDED" or "MODIFIED" or "DELETED", line);
                var item = change["object"]!.DeepClone();
                Add(
                    ulong.Parse(item["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture),
                    item,
                    change["type"]!.GetValue<string>() == "DELETED"
                );
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // disposed: the log is complete as far as requested
        }
    }
}
