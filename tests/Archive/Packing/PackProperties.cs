using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Packing;

/// <summary>Properties for any content; a failure prints its seed.</summary>
public sealed class PackProperties
{
    /// <summary>Small enough that parts and packs end at any place.</summary>
    private static readonly PackLimits Small = new() { PartRawBytes = 300, PackBytes = 700 };

    private static readonly Gen<string> Manifest =
        from length in Gen.Frequency((6, Gen.Choose(0, 60)), (2, Gen.Choose(200, 700)), (1, Gen.Choose(1000, 5000)))
        from seed in Gen.Choose(0, int.MaxValue)
        from redundant in Gen.Elements(true, false)
        select $$"""{"metadata":{"name":"{{seed}}"},"data":"{{Text(length, seed, redundant)}}"}""";

    private static readonly Arbitrary<SampleSegment[]> Segments = Arb.From(
        from manifests in Gen.ArrayOf(Gen.ArrayOf(Manifest).Resize(12)).Resize(8)
        select manifests.Select((m, i) => new SampleSegment($"things{i}", i % 3 == 0 ? null : "shop", m)).ToArray()
    );

    [Fact]
    public void Any_segments_written_are_read_back_byte_for_byte() =>
        Check(async segments =>
        {
            var store = new MemoryStore();
            var writer = new RecoveryPointWriter(store, SamplePoint.Cluster, null, new FakeTimeProvider(SamplePoint.Time));
            var point = await writer.SealAsync(
                SamplePoint.InventoryOf(await SamplePoint.PackAsync(writer, segments, Small)),
                new(PointState.Succeeded, null),
                default
            );
            var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);

            foreach (var segment in segments)
            {
                var found = reader.Inventory.Segments.Single(s => s.Resource == segment.Resource);
                Assert.Equal(
                    segment.Manifests,
                    await reader.ReadSegmentAsync(found, default).Select(m => Encoding.UTF8.GetString(m.Span)).ToListAsync()
                );
                Assert.All(found.Parts, p => Assert.True(p.Objects == 1 || p.RawBytes <= Small.PartRawBytes));
            }
        });

    [Fact]
    public void Zcat_of_all_packs_prints_one_manifest_per_line() =>
        Check(async segments =>
        {
            var store = new MemoryStore();
            var packed = await SamplePoint.PackAsync(new(store, SamplePoint.Cluster, null), segments, Small);
            var packs = packed.Segments.SelectMany(s => s.Parts).Select(p => p.Pack).Distinct();
            var text = new StringBuilder();
            foreach (var pack in packs)
                text.Append(await Gunzip.TextAsync(store, VaultPaths.Pack(SamplePoint.Cluster, pack)));

            Assert.Equal(string.Concat(segments.SelectMany(s => s.Manifests).Select(m => m + "\n")), text.ToString());
        });

    [Fact]
    public void A_second_capture_of_the_same_content_writes_no_pack() =>
        Check(async segments =>
        {
            var store = new MemoryStore();
            var first = await SamplePoint.PackAsync(new(store, SamplePoint.Cluster, null), segments, Small);
            var known = first.Segments.SelectMany(s => s.Parts).DistinctBy(p => p.RawDigest).ToDictionary(p => p.RawDigest);

            var second = await SamplePoint.PackAsync(new(store, SamplePoint.Cluster, null), segments, Small, known);

            Assert.Equal((0, 0L), (second.PacksWritten, second.BytesWritten));
        });

    [Fact]
    public void Segments_that_were_dropped_leave_no_byte_in_a_pack_written_later() =>
        Check(async segments =>
        {
            var (kept, both) = (new MemoryStore(), new MemoryStore());
            await SamplePoint.PackAsync(new(kept, SamplePoint.Cluster, null), segments, Small);
            using var writer = new PackWriter(new(both, SamplePoint.Cluster, null), Small, new Dictionary<ContentDigest, Part>());
            foreach (var segment in segments)
            {
                Add(writer, segment with { Manifests = [.. segment.Manifests, .. segment.Manifests.Reverse()] });
                writer.DropSegment();
                Add(writer, segment);
            }
            var packed = await writer.CompleteAsync(default);

            Assert.Equal(segments.Select(s => s.Resource), packed.Segments.Select(s => s.Resource));
            Assert.Equal(
                await Gunzip.PartsAsync(both, packed.Segments.SelectMany(s => s.Parts)),
                string.Concat(segments.SelectMany(s => s.Manifests).Select(m => m + "\n"))
            );
            Assert.Equal(await LinesAsync(kept), await LinesAsync(both));
        });

    [Fact]
    public async Task The_systems_own_gzip_reads_a_pack()
    {
        var store = new MemoryStore();
        string[] manifests =
        [
            .. Enumerable.Range(0, 500).Select(i => $$"""{"metadata":{"name":"{{i}}"},"data":"{{Text(300, i, true)}}"}"""),
        ];
        var packed = await SamplePoint.PackAsync(
            new(store, SamplePoint.Cluster, null),
            [new("configmaps", "a", manifests[..200]), new("configmaps", "b", manifests[200..])]
        );
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ndjson.gz");
        try
        {
            await File.WriteAllBytesAsync(
                file,
                (await store.ReadAsync(VaultPaths.Pack(SamplePoint.Cluster, packed.Segments[0].Parts[0].Pack), null, default))!
            );
            using var gzip = Process.Start(
                new ProcessStartInfo("gzip", ["-dc", file]) { UseShellExecute = false, RedirectStandardOutput = true }
            )!;
            var text = await gzip.StandardOutput.ReadToEndAsync();
            await gzip.WaitForExitAsync();

            Assert.Equal(0, gzip.ExitCode);
            Assert.Equal(string.Concat(manifests.Select(m => m + "\n")), text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Check(Func<SampleSegment[], Task> property) =>
        Prop.ForAll(Segments, segments => property(segments).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    private static string Text(int length, int seed, bool redundant)
    {
        if (redundant)
            return new string((char)('a' + (seed % 26)), length);
        var random = new Random(seed);
        return string.Create(
            length,
            random,
            static (span, r) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = "0123456789abcdefghijklmnopqrstuvwxyz\u00e4\u20ac"[r.Next(38)];
            }
        );
    }

    private static void Add(PackWriter writer, SampleSegment segment)
    {
        writer.Begin(new(segment.Resource, segment.Namespace));
        foreach (var manifest in segment.Manifests)
            writer.TryAppend([], Encoding.UTF8.GetBytes(manifest));
        writer.EndSegment();
    }

    private static async Task<string[]> LinesAsync(IBlobStore store) =>
        [.. (await Gunzip.AllPacksAsync(store)).Split('\n').Order(StringComparer.Ordinal)];
}
