using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Tests.Listing;

public sealed class MetadataCutterTests
{
    private static readonly Gen<string> Text = Gen.Elements("", "shop", "é😀", new string('x', 300));

    [Fact]
    public void Any_list_cut_anywhere_gives_the_items_that_went_into_it()
    {
        var cases = from items in Item.ListOf() from chunks in Gen.Choose(1, 60).NonEmptyListOf() select (items, chunks);

        Prop.ForAll(
                cases.ToArbitrary(),
                c =>
                {
                    var cut = Cut(List(c.items), c.chunks);
                    Assert.Equal(c.items, cut.Items);
                    Assert.Equal(("12", "next", 7L), (cut.Cutter.Revision, cut.Cutter.Continue, cut.Cutter.Remaining));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Any_list_that_ends_too_early_is_refused()
    {
        var list = List([new("", "shop", "a", "1-2", "3", "x", false), new("", "", "b", "", "", null, false)]);

        Assert.Equal(2, Cut(list, [5]).Items.Count);
        for (var length = 0; length < list.Length; length++)
        {
            // Fields after the list's message are ignored, but must be complete.
            if (length == list.Length - ContentType.Length)
                continue;
            Assert.Throws<InvalidDataException>(() => Cut(list[..length], [5]));
        }
    }

    [Theory]
    [InlineData("{\"kind\":\"Status\"}")]
    [InlineData("k8s\0")]
    [InlineData("k8s\0\u000f\u0001")]
    [InlineData("k8s\0\u0012\u0004\u0012\u0008aa")]
    [InlineData("k8s\0\u0012\u0004\u0012\u0002\u000a\u0008")]
    [InlineData("k8s\0\u0012\u0002\u0012\u0000\u007f")]
    public void An_answer_that_is_not_a_list_is_refused(string answer) =>
        Assert.Throws<InvalidDataException>(() => Cut(Encoding.UTF8.GetBytes(answer), [100]));

    private static byte[] ContentType => Field(4, "application/vnd.kubernetes.protobuf"u8.ToArray());

    private static Gen<CutItem> Item =>
        from ns in Text
        from name in Text
        from uid in Text
        from revision in Text
        from app in Gen.OneOf(Text.Select(t => (string?)t), Gen.Constant<string?>(null))
        select new CutItem("", ns, name, uid, revision, app, HasTypeMeta: false);

    private static byte[] List(IEnumerable<CutItem> items) =>
        [
            .. "k8s\0"u8,
            .. Field(1, [.. Field(1, "meta.k8s.io/v1"), .. Field(2, "PartialObjectMetadataList")]),
            .. Field(2, [.. Field(1, [.. Field(2, "12"), .. Field(3, "next"), 4 << 3, 7]), .. items.SelectMany(i => Field(2, Message(i)))]),
            .. ContentType,
        ];

    private static byte[] Message(CutItem item) =>
        Field(
            1,
            [
                .. Field(1, item.Name),
                .. Field(3, item.Namespace),
                .. Field(5, item.Uid),
                .. Field(6, item.ResourceVersion),
                7 << 3,
                0x81,
                0x01,
                .. Field(8, [1 << 3, 5]),
                .. Field(11, [.. Field(1, "a"), .. Field(2, "app")]),
                .. item.App is { } app ? Field(11, [.. Field(1, "app"), .. Field(2, app)]) : [],
                .. Field(11, [.. Field(1, "z"), .. Field(2, "")]),
                .. Field(12, [.. Field(1, "app"), .. Field(2, "an annotation")]),
            ]
        );

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 0x7f; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    private static (List<CutItem> Items, ListCutter Cutter) Cut(byte[] list, IEnumerable<int> chunks)
    {
        var items = new List<CutItem>();
        using var cutter = new MetadataCutter((in ListedItem item) => items.Add(CutItem.Of(item)));
        Feeding.Feed(cutter, list, chunks);
        cutter.Complete();
        return (items, cutter);
    }
}
