using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// All objects of one type as a watch shows them, together with what was written through here. Writes that another writer made pointless
/// (404, 409) return null: the next look at the objects decides again. Thread-safe.
/// </summary>
/// <param name="apiPath"><c>/api/v1</c>, <c>/apis/storage.k8s.io/v1</c>.</param>
/// <param name="changed">Called after each change.</param>
internal sealed class WatchedObjects(ClusterRequests api, string apiPath, string plural, Action changed)
{
    private readonly ConcurrentDictionary<(string?, string), JsonObject> objects = new();
    private readonly TaskCompletionSource listed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first list is in.</summary>
    public Task Listed => listed.Task;

    public IEnumerable<JsonObject> All => objects.Select(known => known.Value);

    public JsonObject? Find(string? ns, string? name) => name is null ? null : objects.GetValueOrDefault((ns, name));

    /// <summary>Lists and watches until cancelled, through restarts of the server.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowOnceAsync(cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // The server was restarted, or this is the end.
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <param name="ns">Null: cluster scope.</param>
    public Task<JsonObject?> CreateAsync(string? ns, JsonObject manifest) =>
        WriteAsync(api.PostAsync(Path(ns), manifest.ToJsonString()), $"create of {plural}");

    public Task<JsonObject?> PatchAsync(JsonObject live, JsonObject patch) =>
        WriteAsync(api.PatchAsync(Path(live.Namespace(), live.Name()), patch.ToJsonString()), $"patch of {plural} {live.Name()}");

    public Task<JsonObject?> PatchStatusAsync(JsonObject live, JsonObject status) =>
        WriteAsync(
            api.PatchAsync(Path(live.Namespace(), live.Name()) + "/status", new JsonObject { ["status"] = status }.ToJsonString()),
            $"status patch of {plural} {live.Name()}"
        );

    public async Task DeleteAsync(JsonObject live)
    {
        var options = $$$"""{"preconditions":{"uid":"{{{live.Uid()}}}"}}""";
        var answer = await api.DeleteAsync(Path(live.Namespace(), live.Name()), options);
        if (answer.Body is { } body && (string?)body["kind"] != "Status")
            Note(body);
        else if (answer.Code is 200 or 404)
            Forget(live);
        else if (answer.Code != 409)
            throw new InvalidOperationException($"The deletion of {plural} {live.Name()} was answered with {answer.Code}: {answer.Text}");
    }

    /// <summary>Asks the server itself, for a decision that a late watch must not spoil.</summary>
    public async Task<bool> ExistsAsync(string? ns, string name) => (await api.GetAsync(Path(ns, name))).Code != 404;

    private string Path(string? ns, string? name = null) =>
        $"{apiPath}{(ns is null ? "" : $"/namespaces/{ns}")}/{plural}{(name is null ? "" : "/" + name)}";

    private async Task<JsonObject?> WriteAsync(Task<Answer> request, string what)
    {
        var answer = await request;
        if (answer.Code is 404 or 409)
            return null;
        if (answer.Code is not (200 or 201))
            throw new InvalidOperationException($"The {what} was answered with {answer.Code}: {answer.Text}");
        Note(answer.Body!);
        return answer.Body;
    }

    private async Task FollowOnceAsync(CancellationToken cancellation)
    {
        var list = await api.GetAsync(Path(null));
        if (list.Code != 200)
            throw new HttpRequestException($"The list of {plural} was answered with {list.Code}");
        var present = list.Items.Select(item => (item.Namespace(), item.Name())).ToHashSet();
        foreach (var gone in objects.Keys.Where(key => !present.Contains(key)))
            objects.TryRemove(gone, out _);
        foreach (var item in list.Items)
            Note(item);
        listed.TrySetResult();
        var path = $"{Path(null)}?watch=true&resourceVersion={(string)list.Metadata["resourceVersion"]!}";
        await foreach (var change in api.WatchAsync(path, cancellation: cancellation))
        {
            if (!Took(change))
                return;
        }
    }

    /// <summary>False: the watch can't continue (410).</summary>
    private bool Took(JsonObject change)
    {
        switch ((string?)change["type"])
        {
            case "DELETED":
                Forget(change["object"]!.AsObject());
                return true;
            case "ADDED" or "MODIFIED":
                Note(change["object"]!.AsObject());
                return true;
            default:
                return false;
        }
    }

    private void Note(JsonObject live)
    {
        ReadWhole(live);
        if (live.IsDeleted() && live.Finalizers().Length == 0)
            Forget(live);
        else
            objects.AddOrUpdate((live.Namespace(), live.Name()), live, (_, known) => known.Revision() > live.Revision() ? known : live);
        changed();
    }

    private void Forget(JsonObject gone)
    {
        if (objects.TryGetValue((gone.Namespace(), gone.Name()), out var known) && known.Uid() == gone.Uid())
            objects.TryRemove(new((gone.Namespace(), gone.Name()), known));
        changed();
    }

    /// <summary>A node that was read once can be read by many threads.</summary>
    private static void ReadWhole(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                    ReadWhole(value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    ReadWhole(item);
                break;
        }
    }
}
