using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Schemas;
using Holdfast.Manifests;
using Holdfast.Restore.Targets;

namespace Holdfast.TestKit.Manifests;

/// <summary>
/// A target made of manifests, listed as an API server does: in the order of keys, page by page, built-in types without apiVersion and
/// kind. Counts requests.
/// </summary>
public sealed class ManifestTarget
{
    private readonly ILookup<string, JsonObject> objects;
    private readonly ImmutableArray<ApiResource> types;

    public ManifestTarget(IEnumerable<JsonObject> manifests)
    {
        var all = manifests.ToList();
        types = BuiltInTypes.With(all);
        objects = all.ToLookup(m => BuiltInTypes.Of(m, types).GroupResource);
    }

    public string Uid { get; init; } = ManifestPoint.ClusterUid;

    /// <summary>Group-resources that it doesn't serve.</summary>
    public IReadOnlyCollection<string> Without { get; init; } = [];

    /// <summary>Group-resources that it serves in another version than current servers do.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>What it reports.</summary>
    public string ServerVersion { get; init; } = "v1.36.2";

    /// <summary>Group-resources that answer 403.</summary>
    public IReadOnlyCollection<string> Forbidden { get; init; } = [];

    /// <summary>Group-resources that discovery still lists, though their definition is gone, and that answer 503.</summary>
    public IReadOnlyCollection<string> Outdated { get; init; } = [];

    /// <summary>Lists in reverse order, as no API server should.</summary>
    public bool Backwards { get; init; }

    /// <summary>A group-resource whose first list of several pages breaks off after one.</summary>
    public string? BreaksOnce { get; set; }

    /// <summary>The published schema of a type: <see cref="SampleSchema.BuiltIn"/> for built-in ones, none for others.</summary>
    public Func<ApiResource, PublishedSchema> Schemas { get; init; } = type => new(IsBuiltIn(type) ? SampleSchema.BuiltIn : null);

    public List<ListRequest> Requests { get; } = [];

    public long ItemsSent { get; private set; }

    public RestoreTarget Read()
    {
        var served = types
            .Where(t => !Without.Contains(t.GroupResource) && !Versions.ContainsKey(t.GroupResource))
            .Concat(BuiltInTypes.Earlier.Where(t => Versions.GetValueOrDefault(t.GroupResource) == t.ApiVersion))
            .ToImmutableArray();
        var preferred = served.GroupBy(t => t.Group).ToImmutableDictionary(g => g.Key, g => g.First().Version);
        return new(new ClusterIdentity(Uid, ServerVersion), new ApiSurface(served, preferred, []), ListAsync, ReadPageAsync)
        {
            FindSchema = (type, _) => Task.FromResult(Schemas(type)),
        };
    }

    private async Task<ListPage> ReadPageAsync(ListRequest request, ItemReceiver receiver, CancellationToken cancellation)
    {
        await using var pages = ListAsync(request, receiver, cancellation).GetAsyncEnumerator(cancellation);
        await pages.MoveNextAsync();
        return pages.Current;
    }

    private async IAsyncEnumerable<ListPage> ListAsync(
        ListRequest request,
        ItemReceiver receiver,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        Requests.Add(request);
        if (Forbidden.Contains(request.Resource.GroupResource))
            throw new ClusterException(ClusterFailure.Forbidden, $"403: listing {request.Resource.GroupResource} is not allowed");
        if (Outdated.Contains(request.Resource.GroupResource))
            throw new ClusterException(ClusterFailure.Broken, $"503: {request.Resource.GroupResource} is not available");
        var items = objects[request.Resource.GroupResource]
            .Where(m => !Outdated.Contains(m.Object("metadata").Text("name") ?? ""))
            .Where(m => request.Namespace is null || m.Object("metadata").Text("namespace") == request.Namespace)
            .OrderBy(Key, StringComparer.Ordinal)
            .ToList();
        if (Backwards)
            items.Reverse();
        var pages = items.Chunk(request.Limit == 0 ? int.MaxValue : request.Limit).DefaultIfEmpty([]).ToList();
        for (var i = 0; i < pages.Count; i++)
        {
            await Task.Yield();
            if (i == 1 && request.Resource.GroupResource == BreaksOnce)
            {
                BreaksOnce = null;
                throw new ClusterException(ClusterFailure.Broken, "the connection was cut");
            }
            foreach (var item in pages[i])
                Send(item, request, receiver);
            yield return new("4711", i + 1 < pages.Count ? "more" : null, null, pages[i].Length, 0);
        }
    }

    private void Send(JsonObject manifest, ListRequest request, ItemReceiver receiver)
    {
        ItemsSent++;
        var metadata = manifest.Object("metadata")!;
        var sent = (JsonObject)manifest.DeepClone();
        if (IsBuiltIn(request.Resource))
        {
            sent.Remove("apiVersion");
            sent.Remove("kind");
        }
        receiver(
            new ListedItem
            {
                Json = request.MetadataOnly ? default : ManifestJson.Write(sent),
                Namespace = Utf8(metadata.Text("namespace")),
                Name = Utf8(metadata.Text("name")),
                Uid = Utf8(metadata.Text("uid")),
                ResourceVersion = Utf8(metadata.Text("resourceVersion")),
                HasTypeMeta = sent.ContainsKey("kind"),
            }
        );
    }

    private static bool IsBuiltIn(ApiResource type) =>
        !type.Group.Contains('.') || type.Group.EndsWith(".k8s.io", StringComparison.Ordinal);

    private static string Key(JsonObject manifest)
    {
        var metadata = manifest.Object("metadata");
        return metadata.Text("namespace") is { } ns ? $"{ns}/{metadata.Text("name")}" : metadata.Text("name") ?? "";
    }

    private static byte[] Utf8(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
