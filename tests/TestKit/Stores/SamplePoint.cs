using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.TestKit.Stores;

/// <summary>One segment of a sample: a group-resource, a namespace (null: cluster scope) and manifests, one a string.</summary>
public sealed record SampleSegment(string Resource, string? Namespace, params string[] Manifests);

/// <summary>Writes small points without a cluster.</summary>
public static class SamplePoint
{
    public static readonly DateTimeOffset Time = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero);
    public static readonly ClusterName Cluster = ClusterName.Parse("prod");
    public static readonly ClusterUid Uid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11");

    /// <summary>Packs the segments, all in one unit, and seals them; encrypted where the vault comes with its keys.</summary>
    public static async Task<SealedPoint> WriteAsync(
        IBlobStore store,
        IEnumerable<SampleSegment> segments,
        DateTimeOffset? at = null,
        SealRequest? request = null,
        SealTrust? trust = null
    )
    {
        var time = at ?? Time;
        var current = store.Keys is { } keys ? await keys.CurrentAsync(CancellationToken.None) : null;
        var writer = new RecoveryPointWriter(
            store,
            Cluster,
            ImmutabilityTerm.Of(request?.KeepUntil, request?.Mode ?? default),
            new FakeTimeProvider(time),
            trust,
            current?.Of(Cluster, Uid, null)
        );
        var packed = await PackAsync(writer, segments);
        return await writer.SealAsync(
            InventoryOf(packed, time),
            request ?? new SealRequest(PointState.Succeeded, null),
            CancellationToken.None
        );
    }

    public static async Task<PackingResult> PackAsync(
        RecoveryPointWriter writer,
        IEnumerable<SampleSegment> segments,
        PackLimits? limits = null,
        IReadOnlyDictionary<ContentDigest, Part>? known = null
    )
    {
        using var packs = new PackWriter(writer, limits ?? PackLimits.Default, known ?? ImmutableDictionary<ContentDigest, Part>.Empty);
        foreach (var segment in segments)
        {
            packs.Begin(new(segment.Resource, segment.Namespace));
            foreach (var manifest in segment.Manifests)
                packs.TryAppend([], Encoding.UTF8.GetBytes(manifest));
            packs.EndSegment();
        }
        return await packs.CompleteAsync(CancellationToken.None);
    }

    public static Inventory InventoryOf(PackingResult packed, DateTimeOffset? at = null, string revision = "4711") =>
        new()
        {
            Cluster = Cluster,
            ClusterUid = Uid,
            ServerVersion = "v1.36.2",
            PinnedAt = at ?? Time,
            Revision = new(revision),
            Scope = new CaptureScope(),
            Types = [.. packed.Segments.Select(s => s.Resource).Distinct().Select(r => TypeOf(r, revision, packed))],
            Segments =
            [
                .. packed.Segments.Select(s => new Segment
                {
                    Resource = s.Resource,
                    Namespace = s.Namespace,
                    Revision = new(revision),
                    Objects = s.Objects,
                    Fingerprint = ContentDigest.Of(
                        Encoding.UTF8.GetBytes($"{s.Resource} {s.Namespace} {string.Join(' ', s.Parts.Select(p => p.RawDigest))}")
                    ),
                    Parts = s.Parts,
                }),
            ],
        };

    private static TypeEntry TypeOf(string groupResource, string revision, PackingResult packed)
    {
        var dot = groupResource.IndexOf('.', StringComparison.Ordinal);
        var (resource, group) = dot < 0 ? (groupResource, "") : (groupResource[..dot], groupResource[(dot + 1)..]);
        var segments = packed.Segments.Where(s => s.Resource == groupResource).ToList();
        return new TypeEntry
        {
            Type = new ResourceType(
                group,
                "v1",
                resource,
                char.ToUpperInvariant(resource[0]) + resource[1..].TrimEnd('s'),
                segments.Exists(s => s.Namespace is not null)
            ),
            State = TypeState.Captured,
            Revision = new(revision),
            Objects = segments.Sum(s => s.Objects),
            RawBytes = segments.Sum(s => s.Parts.Sum(p => p.RawBytes)),
        };
    }
}
