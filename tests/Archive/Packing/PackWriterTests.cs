using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Packing;

public sealed class PackWriterTests
{
    private readonly MemoryStore store = new();

    private RecoveryPointWriter Destination => new(store, SamplePoint.Cluster, null);

    [Theory]
    [InlineData(20 << 20), InlineData(70 << 20)]
    public async Task A_manifest_that_fits_into_no_pack_or_part_is_refused_and_those_around_it_are_written(int bytes)
    {
        var noise = new byte[bytes];
        new Random(7).NextBytes(noise);
        using var writer = new PackWriter(Destination, PackLimits.Default, Nothing);
        writer.Begin(new("configmaps", "shop"));

        Assert.True(writer.TryAppend([], "{\"a\":1}"u8));
        Assert.False(writer.TryAppend([], noise));
        Assert.True(writer.TryAppend([], "{\"b\":2}"u8));
        writer.EndSegment();
        var packed = Assert.Single((await writer.CompleteAsync(default)).Segments);

        Assert.Equal(2, packed.Objects);
        Assert.Equal(["{\"a\":1}", "{\"b\":2}", ""], (await Gunzip.AllPacksAsync(store)).Split('\n'));
    }

    [Fact]
    public async Task A_pack_is_one_gzip_file_whose_lines_are_the_manifests_as_received()
    {
        await SamplePoint.PackAsync(
            Destination,
            [Segment("configmaps", "shop", """{"a":1}""", """{"a":2}"""), Segment("secrets", "shop", """{"b":1}""")]
        );

        Assert.Equal("{\"a\":1}\n{\"a\":2}\n{\"b\":1}\n", await Gunzip.AllPacksAsync(store));
    }

    [Fact]
    public async Task Type_meta_is_spliced_in_front_and_no_other_byte_is_touched()
    {
        using var writer = new PackWriter(Destination, PackLimits.Default, Nothing);
        writer.Begin(new("pods", "shop"));
        writer.TryAppend("\"apiVersion\":\"v1\",\"kind\":\"Pod\","u8, "{\"metadata\":{\"name\":\"\\u00e4 \"}}"u8);
        writer.EndSegment();
        await writer.CompleteAsync(default);

        Assert.Equal("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\\u00e4 \"}}\n", await Gunzip.AllPacksAsync(store));
    }

    [Fact]
    public async Task A_pretty_printed_manifest_becomes_one_line()
    {
        await SamplePoint.PackAsync(Destination, [Segment("configmaps", "shop", "{\r\n  \"a\": \"x\\ny\"\n}")]);

        Assert.Equal("{  \"a\": \"x\\ny\"}\n", await Gunzip.AllPacksAsync(store));
    }

    [Fact]
    public async Task A_pack_that_exists_already_is_left_as_it_is()
    {
        var counted = new FaultyStore(store);
        var first = await SamplePoint.PackAsync(new(counted, SamplePoint.Cluster, null), [Segment("configmaps", "shop", """{"a":1}""")]);
        var again = await SamplePoint.PackAsync(new(counted, SamplePoint.Cluster, null), [Segment("configmaps", "shop", """{"a":1}""")]);

        Assert.Equal(first.Segments[0].Parts[0], again.Segments[0].Parts[0]);
        Assert.Single(await PacksAsync());
    }

    [Fact]
    public async Task A_part_that_an_earlier_point_holds_is_named_and_not_written_again()
    {
        var first = await SamplePoint.PackAsync(Destination, [Segment("configmaps", "shop", """{"a":1}""")]);
        var known = first.Segments[0].Parts.ToDictionary(p => p.RawDigest);

        var second = await SamplePoint.PackAsync(
            Destination,
            [Segment("secrets", "shop", """{"s":1}"""), Segment("configmaps", "shop", """{"a":1}""")],
            known: known
        );

        Assert.Equal(1, second.PartsReused);
        Assert.Equal(first.Segments[0].Parts[0], second.Segments[1].Parts[0]);
        Assert.Equal("{\"s\":1}\n", await Gunzip.TextAsync(store, VaultPaths.Pack(SamplePoint.Cluster, second.Segments[0].Parts[0].Pack)));
    }

    [Fact]
    public async Task A_segment_without_objects_has_no_parts_and_makes_no_pack()
    {
        var packed = await SamplePoint.PackAsync(Destination, [Segment("configmaps", "shop")]);

        Assert.Empty(packed.Segments[0].Parts);
        Assert.Equal(0, packed.PacksWritten);
    }

    [Fact]
    public async Task A_part_is_closed_before_it_would_pass_its_limit_and_a_larger_manifest_has_its_own()
    {
        var limits = new PackLimits { PartRawBytes = 100, PackBytes = 4096 };
        var packed = await SamplePoint.PackAsync(
            Destination,
            [Segment("configmaps", "shop", Manifest(40), Manifest(40), Manifest(500), Manifest(40))],
            limits
        );

        Assert.Equal([2, 1, 1], packed.Segments[0].Parts.Select(p => p.Objects));
        Assert.Equal([82L, 501L, 41L], packed.Segments[0].Parts.Select(p => p.RawBytes));
    }

    [Fact]
    public async Task A_full_pack_is_closed_at_the_end_of_a_part_and_the_next_one_continues()
    {
        var limits = new PackLimits { PartRawBytes = 1000, PackBytes = 2000 };
        var manifests = Enumerable.Range(0, 40).Select(i => Noise(700, i)).ToArray();

        var packed = await SamplePoint.PackAsync(Destination, [Segment("configmaps", "shop", manifests)], limits);

        var parts = packed.Segments[0].Parts;
        Assert.True(packed.PacksWritten > 5);
        Assert.All(await PacksAsync(), pack => Assert.True(pack.Length <= 2000));
        Assert.Equal(packed.PacksWritten, parts.Select(p => p.Pack).Distinct().Count());
        Assert.Equal(string.Concat(manifests.Select(m => m + "\n")), await Gunzip.PartsAsync(store, parts));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_dropped_segment_leaves_no_byte_behind(bool ended)
    {
        var limits = new PackLimits { PartRawBytes = 1000, PackBytes = 2000 };
        using var writer = new PackWriter(Destination, limits, Nothing);
        Add(writer, "configmaps", Noise(300, 1));
        writer.Begin(new("secrets", "shop"));
        for (var i = 0; i < 30; i++)
            writer.TryAppend([], Encoding.UTF8.GetBytes(Noise(700, i)));
        if (ended)
            writer.EndSegment();
        writer.DropSegment();
        Add(writer, "services", Noise(300, 2));
        var packed = await writer.CompleteAsync(default);

        Assert.Equal(["configmaps", "services"], packed.Segments.Select(s => s.Resource));
        Assert.Equal($"{Noise(300, 1)}\n{Noise(300, 2)}\n", await Gunzip.PartsAsync(store, packed.Segments.SelectMany(s => s.Parts)));
        Assert.Equal(packed.PacksWritten, (await PacksAsync()).Count);
        Assert.True((await PacksAsync()).Sum(p => p.Length) < 1500, "the dropped segment is in a pack");
    }

    [Fact]
    public async Task A_pack_that_cannot_be_written_fails_the_next_call()
    {
        var faulty = new FaultyStore(store).FailFrom(StoreOperation.Create, 2, ArchiveFailure.Full);
        using var writer = new PackWriter(
            new(faulty, SamplePoint.Cluster, null),
            new PackLimits { PartRawBytes = 1000, PackBytes = 1500 },
            Nothing
        );
        Add(writer, "configmaps", [.. Enumerable.Range(0, 9).Select(i => Noise(900, i))]);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() => writer.CompleteAsync(default));

        Assert.Equal(ArchiveFailure.Full, failure.Failure);
    }

    private static Dictionary<ContentDigest, Part> Nothing => [];

    private static SampleSegment Segment(string resource, string? ns, params string[] manifests) => new(resource, ns, manifests);

    private static string Manifest(int length) => $"{{\"a\":\"{new string('x', length - 8)}\"}}";

    private static string Noise(int length, int seed)
    {
        var bytes = new byte[length / 2];
        new Random(seed).NextBytes(bytes);
        return $"{{\"n\":\"{Convert.ToHexString(bytes)}\"}}";
    }

    private static void Add(PackWriter writer, string resource, params string[] manifests)
    {
        writer.Begin(new(resource, "shop"));
        foreach (var manifest in manifests)
            writer.TryAppend([], Encoding.UTF8.GetBytes(manifest));
        writer.EndSegment();
    }

    private async Task<List<BlobEntry>> PacksAsync() => await store.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default).ToListAsync();
}
