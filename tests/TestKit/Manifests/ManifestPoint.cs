using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Selection;

namespace Holdfast.TestKit.Manifests;

/// <summary>A recovery point made of manifests, without a vault: what planning and comparing read.</summary>
public static class ManifestPoint
{
    public const string ClusterUid = "11111111-2222-3333-4444-555555555555";

    /// <param name="partSize">Manifests a part.</param>
    public static PointManifests Of(IEnumerable<JsonObject> manifests, int partSize = 3, Func<Inventory, Inventory>? change = null)
    {
        var all = manifests.ToList();
        var types = BuiltInTypes.With(all);
        var segments = all.GroupBy(m => (Type: BuiltInTypes.Of(m, types), Namespace: m.Object("metadata").Text("namespace")))
            .OrderBy(g => g.Key.Type.GroupResource, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Namespace, StringComparer.Ordinal)
            .Select(g =>
                (
                    g.Key.Type,
                    g.Key.Namespace,
                    Parts: g.OrderBy(m => m.Object("metadata").Text("name"), StringComparer.Ordinal).Select(Bytes).Chunk(partSize).ToList()
                )
            )
            .ToList();
        var inventory = new Inventory
        {
            Cluster = ClusterName.Parse("prod"),
            ClusterUid = Archive.Format.ClusterUid.Parse(ClusterUid),
            ServerVersion = "v1.36.2",
            PinnedAt = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero),
            Revision = new("4711"),
            Scope = new(),
            Types =
            [
                .. segments
                    .Select(s => s.Type)
                    .Distinct()
                    .Select(t => new TypeEntry
                    {
                        Type = TypeOf(t),
                        State = TypeState.Captured,
                        Revision = new("4711"),
                    }),
            ],
            Segments = [.. segments.Select(s => SegmentOf(s.Type, s.Namespace, s.Parts))],
        };
        inventory = change?.Invoke(inventory) ?? inventory;
        var byKey = segments.ToDictionary(s => (s.Type.GroupResource, s.Namespace), s => s.Parts);
        return new(
            inventory,
            (segment, part, _) =>
                Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. byKey[(segment.Resource, segment.Namespace)][part]])
        );
    }

    public static ResourceType TypeOf(ApiResource type) => new(type.Group, type.Version, type.Resource, type.Kind, type.Namespaced);

    private static ReadOnlyMemory<byte> Bytes(JsonObject manifest) => ManifestJson.Write(manifest);

    private static Segment SegmentOf(ApiResource type, string? ns, List<ReadOnlyMemory<byte>[]> parts) =>
        new()
        {
            Resource = type.GroupResource,
            Namespace = ns,
            Revision = new("4711"),
            Objects = parts.Sum(p => p.Length),
            Fingerprint = ContentDigest.Of(parts.SelectMany(p => p).SelectMany(m => m.ToArray()).ToArray()),
            Parts = [.. parts.Select(PartOf)],
        };

    private static Part PartOf(ReadOnlyMemory<byte>[] manifests)
    {
        var raw = manifests.SelectMany(m => m.ToArray().Append((byte)'\n')).ToArray();
        return new()
        {
            Objects = manifests.Length,
            RawBytes = raw.Length,
            RawDigest = ContentDigest.Of(raw),
            Pack = ContentDigest.Of(raw),
            Offset = 0,
            Length = raw.Length,
        };
    }
}
