using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;

namespace Holdfast.Benchmarks.Seeding;

/// <summary>Inventories of packed ConfigMaps, without a cluster.</summary>
internal static class PackedPoint
{
    private const string Revision = "1";

    public static Inventory InventoryOf(ClusterName cluster, PackingResult packed, DateTimeOffset pinnedAt) =>
        new()
        {
            Cluster = cluster,
            ClusterUid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11"),
            ServerVersion = "v1.36.2",
            PinnedAt = pinnedAt,
            Revision = new(Revision),
            Scope = new CaptureScope(),
            Types =
            [
                new TypeEntry
                {
                    Type = new ResourceType("", "v1", "configmaps", "ConfigMap", true),
                    State = TypeState.Captured,
                    Revision = new(Revision),
                    Objects = packed.Segments.Sum(s => s.Objects),
                    RawBytes = packed.Segments.Sum(s => s.Parts.Sum(p => p.RawBytes)),
                },
            ],
            Segments =
            [
                .. packed.Segments.Select(s => new Segment
                {
                    Resource = s.Resource,
                    Namespace = s.Namespace,
                    Revision = new(Revision),
                    Objects = s.Objects,
                    Fingerprint = s.Parts[0].RawDigest,
                    Parts = s.Parts,
                }),
            ],
        };
}
