using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Compares a point byte for byte with lists that were made without the code under test.</summary>
internal static class ExpectedState
{
    /// <summary>Every captured type's list at the revision that the inventory says equals what the point holds.</summary>
    public static async Task AssertEqualAsync(RawApi api, IBlobStore vault, ClusterName cluster, PointId point)
    {
        var reader = await RecoveryPointReader.OpenAsync(vault, cluster, point, default);
        var hidden = await HiddenAsync(api, reader.Inventory.Revision.ToString());
        foreach (var type in reader.Inventory.Types.Where(t => t.State is TypeState.Captured))
        {
            var expected = await ListAsync(api, type.Type, type.Revision!.Value.ToString());
            foreach (var key in expected.Keys.Where(k => hidden.Contains(k[..k.IndexOf('/')])).ToArray())
                expected.Remove(key);
            var actual = await ReadAsync(reader, type.Type.GroupResource);
            Assert.True(
                expected.Keys.SequenceEqual(actual.Keys),
                $"{type.Type} at {type.Revision}: {string.Join(", ", expected.Keys.Except(actual.Keys))} missing, "
                    + $"{string.Join(", ", actual.Keys.Except(expected.Keys))} too many"
            );
            foreach (var (name, manifest) in expected)
                Assert.Equal(manifest, actual[name]);
            Assert.Equal(expected.Count, type.Objects);
        }
    }

    /// <summary>The point's manifests of one type by namespace and name.</summary>
    public static async Task<SortedDictionary<string, string>> ReadAsync(RecoveryPointReader reader, string resource)
    {
        var objects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var segment in reader.Inventory.Segments.Where(s => s.Resource == resource))
        {
            await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
            {
                using var document = JsonDocument.Parse(manifest, new JsonDocumentOptions { MaxDepth = 10_000 });
                var key = KeyOf(document.RootElement);
                Assert.Equal(segment.Namespace ?? "", key[..key.IndexOf('/')]);
                objects.Add(key, document.RootElement.GetRawText());
            }
        }
        return objects;
    }

    /// <summary>
    /// The server's list at exactly the revision, as the archive is to hold it: with the type in front where the server left it out,
    /// without what labels leave out.
    /// </summary>
    public static async Task<SortedDictionary<string, string>> ListAsync(RawApi api, ResourceType type, string revision)
    {
        var path = $"{(type.Group.Length == 0 ? "/api" : "/apis/" + type.Group)}/{type.Version}/{type.Resource}";
        using var list = await api.GetAsync($"{path}?resourceVersion={revision}&resourceVersionMatch=Exact");
        Assert.Equal(revision, list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString());
        var objects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (list.RootElement.GetProperty("items") is { ValueKind: JsonValueKind.Array } items)
        {
            foreach (var item in items.EnumerateArray().Where(i => !IsLeftOut(i)))
                objects.Add(
                    KeyOf(item),
                    item.TryGetProperty("kind", out _)
                        ? item.GetRawText()
                        : $"{{\"apiVersion\":\"{type.ApiVersion}\",\"kind\":\"{type.Kind}\",{item.GetRawText()[1..]}"
                );
        }
        return objects;
    }

    /// <summary>The namespaces whose label leaves their objects out.</summary>
    private static async Task<HashSet<string>> HiddenAsync(RawApi api, string revision)
    {
        using var list = await api.GetAsync(
            $"/api/v1/namespaces?labelSelector=holdfast.dev/exclude=true&resourceVersion={revision}&resourceVersionMatch=Exact"
        );
        return
        [
            .. list
                .RootElement.GetProperty("items")
                .EnumerateArray()
                .Select(i => i.GetProperty("metadata").GetProperty("name").GetString()!),
        ];
    }

    private static string KeyOf(JsonElement item)
    {
        var metadata = item.GetProperty("metadata");
        return $"{(metadata.TryGetProperty("namespace", out var ns) ? ns.GetString() : "")}/{metadata.GetProperty("name").GetString()}";
    }

    private static bool IsLeftOut(JsonElement item) =>
        item.GetProperty("metadata").TryGetProperty("labels", out var labels)
        && (
            (labels.TryGetProperty("holdfast.dev/exclude", out var exclude) && exclude.GetString() == "true")
            || (
                labels.TryGetProperty("endpointslice.kubernetes.io/managed-by", out var by)
                && by.GetString()!.EndsWith("-controller.k8s.io", StringComparison.Ordinal)
            )
            // since 1.33
            || (labels.TryGetProperty("endpoints.kubernetes.io/managed-by", out by) && by.GetString() == "endpoint-controller")
        );
}
