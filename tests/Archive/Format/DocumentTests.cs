using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Packing;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Format;

public sealed class DocumentTests
{
    private static readonly Seal Sample = new()
    {
        Point = Id("20261122T053000Z-ba7816"),
        Cluster = ClusterName.Parse("prod"),
        ClusterUid = ClusterUid.Parse("u"),
        Sequence = 1,
        Previous = [],
        Inventory = ContentDigest.Of("abc"u8),
        InventoryBytes = 3,
        Revision = new("1"),
        State = PointState.Succeeded,
        Objects = 0,
        RawBytes = 0,
        PinnedAt = new(2026, 11, 22, 6, 30, 0, TimeSpan.FromHours(1)),
    };

    [Fact]
    public void The_version_is_in_the_first_bytes_and_times_are_utc()
    {
        var text = Encoding.UTF8.GetString(SealDocument.Write(SealDocument.Complete(Sample)));

        Assert.StartsWith("""{"format":"holdfast-seal","version":1,"point":""", text);
        Assert.Contains("\"pinnedAt\":\"2026-11-22T05:30:00Z\"", text);
        Assert.DoesNotContain("signature", text);
    }

    [Fact]
    public void A_seal_is_read_back_as_it_was() =>
        Assert.Equal(
            SealDocument.Write(SealDocument.Complete(Sample)),
            SealDocument.Write(SealDocument.Read(SealDocument.Write(SealDocument.Complete(Sample)), SamplePoint.Cluster, Sample.Point))
        );

    [Theory]
    [InlineData("\"previous\":[],", "")]
    [InlineData("\"sequence\":1", "\"sequence\":\"1\"")]
    [InlineData("\"sequence\":1", "\"sequence\":1.5")]
    [InlineData("\"state\":\"Succeeded\"", "\"state\":0")]
    [InlineData("\"state\":\"Succeeded\"", "\"state\":\"succeeded\"")]
    [InlineData("\"state\":\"Succeeded\"", "\"state\":null")]
    [InlineData("\"point\":", "\"Point\":")]
    [InlineData("T05:30:00Z", "T05:30:00+00:00")]
    [InlineData("\"inventory\":\"ba", "\"inventory\":\"BA")]
    [InlineData("{\"format\"", " {\"format\"")]
    [InlineData("holdfast-seal", "holdfast-inventory")]
    [InlineData("\"version\":1", "\"version\":0")]
    [InlineData("}", "}}")]
    public void What_is_not_exactly_a_seal_is_refused(string instead, string of)
    {
        var text = Encoding
            .UTF8.GetString(SealDocument.Write(SealDocument.Complete(Sample)))
            .Replace(instead, of, StringComparison.Ordinal);

        var error = Assert.Throws<ArchiveException>(() =>
            SealDocument.Read(Encoding.UTF8.GetBytes(text), SamplePoint.Cluster, Sample.Point)
        );

        Assert.Equal(ArchiveFailure.Malformed, error.Failure);
        Assert.Contains("seal.json", error.Message);
    }

    [Theory]
    [
        InlineData(",\"gaps\":[]", ""),
        InlineData("\"types\":[],", ""),
        InlineData("\"namespaces\":[],", ""),
        InlineData("\"scope\":", "\"scoop\":"),
        InlineData("\"gaps\":[]", "\"gaps\":null")
    ]
    public void An_inventory_without_one_of_its_lists_is_refused(string instead, string of)
    {
        var empty = SamplePoint.InventoryOf(new PackingResult([], 0, 0, 0));
        var json = Encoding
            .UTF8.GetString(VaultDocument.Write(empty, VaultJson.Default.Inventory))
            .Replace(instead, of, StringComparison.Ordinal);
        var gzip = Vectors.StoredGzip.Of(Encoding.UTF8.GetBytes(json));
        var seal = Sample with { ClusterUid = empty.ClusterUid, Revision = empty.Revision };

        Assert.Equal(
            ArchiveFailure.Malformed,
            Assert.Throws<ArchiveException>(() => InventoryDocument.Read(gzip, SamplePoint.Cluster, seal)).Failure
        );
    }

    [Fact]
    public void An_inventory_keeps_any_text_and_is_the_same_bytes_in_whatever_order_it_was_collected()
    {
        var inventory = SamplePoint.InventoryOf(new PackingResult([new("pods", "b"), new("pods", null), new("nodes", null)], 0, 0, 0)) with
        {
            Gaps = [new("z", null, "\u00e4 \ud83d\ude00 \"quoted\" \\ \u2028"), new("a", "ns", "x"), new("a", null, "y")],
        };
        var shuffled = inventory with
        {
            Types = [.. inventory.Types.Reverse()],
            Segments = [.. inventory.Segments.Reverse()],
            Gaps = [.. inventory.Gaps.Reverse()],
        };
        var seal = Sample with { ClusterUid = inventory.ClusterUid, Revision = inventory.Revision, State = PointState.Partial };

        Assert.Equal(InventoryDocument.Write(inventory), InventoryDocument.Write(shuffled));
        var read = InventoryDocument.Read(InventoryDocument.Write(inventory), SamplePoint.Cluster, seal);
        Assert.Equal([null, "ns", null], read.Gaps.Select(g => g.Namespace));
        Assert.Equal(inventory.Gaps[0].Reason, read.Gaps[2].Reason);
        Assert.Equal(["nodes", "pods", "pods"], read.Segments.Select(s => s.Resource));
    }

    [Theory]
    [InlineData("20261122T053000Z-1a2b3c", true)]
    [InlineData("20261122T053000Z-1A2B3C", false)]
    [InlineData("20261322T053000Z-1a2b3c", false)]
    [InlineData("20261122T053000Z-1a2b3", false)]
    [InlineData("20261122T053000Z/1a2b3c", false)]
    [InlineData("../../../../etc/passwd", false)]
    [InlineData(null, false)]
    public void A_point_id_is_read_strictly(string? text, bool valid) => Assert.Equal(valid, PointId.TryParse(text, out _));

    [Theory]
    [
        InlineData("prod", true),
        InlineData("a-1", true),
        InlineData("", false),
        InlineData("..", false),
        InlineData("a/b", false),
        InlineData("-a", false),
        InlineData("a-", false),
        InlineData("Prod", false),
        InlineData("pr\u00f6d", false)
    ]
    [
        InlineData("a23456789012345678901234567890123456789012345678901234567890123", true),
        InlineData("a234567890123456789012345678901234567890123456789012345678901234", false)
    ]
    public void A_cluster_is_named_by_a_dns_label(string text, bool valid) => Assert.Equal(valid, ClusterName.TryParse(text, out _));

    private static PointId Id(string text) => PointId.TryParse(text, out var id) ? id : throw new FormatException(text);
}
