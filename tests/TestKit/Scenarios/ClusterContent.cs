using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Manifests;

namespace Holdfast.TestKit.Scenarios;

/// <summary>What a point says was in a cluster: the bytes of each object.</summary>
public sealed class ClusterContent
{
    // Written by the API server itself, when it likes.
    private static readonly string[] Servers = ["endpoints default/kubernetes", "endpointslices.discovery.k8s.io default/kubernetes"];

    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> objects = new(StringComparer.Ordinal);

    private ClusterContent() { }

    public IEnumerable<string> Keys => objects.Keys;

    public static string Key(string resource, string? ns, string? name) => $"{resource} {ns}/{name}";

    public static async Task<ClusterContent> ReadAsync(RecoveryPointReader point)
    {
        var content = new ClusterContent();
        foreach (var segment in point.Inventory.Segments)
        await foreach (var manifest in point.ReadSegmentAsync(segment, default))
        {
            var metadata = ManifestJson.Parse(manifest.Span).Object("metadata");
            // Of a custom type: the server makes and removes it, shortly after the definition.
            if (metadata.Object("labels")?.ContainsKey("kube-aggregator.kubernetes.io/automanaged") == true)
                continue;
            content.objects[Key(segment.Resource, metadata.Text("namespace"), metadata.Text("name"))] = manifest;
        }
        foreach (var key in Servers)
            content.objects.Remove(key);
        return content;
    }

    /// <summary>Null: it isn't there.</summary>
    public JsonObject? Find(string key) => objects.TryGetValue(key, out var bytes) ? ManifestJson.Parse(bytes.Span) : null;

    /// <summary>Its bytes; null: it isn't there.</summary>
    public string? Text(string key) => objects.TryGetValue(key, out var bytes) ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>What an object has otherwise there, a line for each value, but for what every server sets or chooses by itself.</summary>
    public IEnumerable<string> Unlike(ClusterContent other, string key) =>
        WrittenContent
            .Lines(Find(key) ?? [], other.Find(key) ?? [])
            .Where(line => !line.EndsWith(WrittenContent.ChosenByBoth, StringComparison.Ordinal));
}
