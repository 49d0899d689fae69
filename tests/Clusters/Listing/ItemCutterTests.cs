using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Tests.Listing;

public sealed class ItemCutterTests
{
    private static readonly Gen<string> Space = Gen.Elements("", "", " ", "\n\t");

    private static readonly Gen<string> Scalar = Gen.Elements(
        "null",
        "true",
        "0",
        "-1.5e3",
        "\"\"",
        "\"}],{[\"",
        "\"a\\\"b\\\\\"",
        "\"\\u00e9\\uD83D\\uDE00\"",
        "\"é😀\"",
        "{}",
        "[]",
        "\"metadata\"",
        $"\"{new string('x', 3000)}\""
    );

    private static readonly string[] Keys = ["metadata", "items", "name", "labels", "app", "spec", "kind", "é", "\\u0061", "a\\\"b", ""];

    [Fact]
    public void Any_list_cut_anywhere_gives_the_items_that_a_whole_document_parser_finds()
    {
        var cases = from list in List from chunks in Gen.Choose(1, 40).NonEmptyListOf() select (list, chunks);

        Prop.ForAll(cases.ToArbitrary(), c => Assert.Equal(CutItem.Expected(c.list), Cut(c.list, c.chunks).Items))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Any_list_cut_anywhere_is_cut_alike_where_items_are_too_large_and_those_are_known_by_name_and_size()
    {
        const int Most = 2_000;
        var cases = from list in List from chunks in Gen.Choose(1, 40).NonEmptyListOf() select (list, chunks);

        Prop.ForAll(
                cases.ToArbitrary(),
                c =>
                {
                    var expected = CutItem.Expected(c.list).Select(i => (i, Bytes: Encoding.UTF8.GetByteCount(i.Json)));
                    var limited = new List<(CutItem Item, long Bytes, bool IsTooLarge)>();
                    using var cutter = new ItemCutter(
                        (in ListedItem item) => limited.Add((CutItem.Of(item), item.Bytes, item.IsTooLarge)),
                        limits: new() { ObjectBytes = Most }
                    );
                    Feeding.Feed(cutter, Encoding.UTF8.GetBytes(c.list), c.chunks);
                    cutter.Complete();

                    Assert.Equal(
                        expected.Select(e =>
                            e.Bytes <= Most ? (e.i, e.Bytes, false) : (e.i with { Json = "", App = null }, (long)e.Bytes, true)
                        ),
                        limited.Select(l => l.IsTooLarge ? l with { Item = l.Item with { App = null } } : l)
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData(999, false), InlineData(1000, true), InlineData(1500, true)]
    public void An_item_that_is_nested_too_deep_is_marked_and_one_at_the_limit_is_not(int below, bool isTooDeep)
    {
        var deep =
            $$"""{"items":[{"metadata":{"name":"a"},"spec":{{Repeat("""{"p":""", below - 1)}}[]{{Repeat("}", below - 1)}}"""
            + ""","rest":[[],[{"x":"]"}]]},{"metadata":{"name":"b"} }]}""";
        var found = new List<bool>();
        using var cutter = new ItemCutter((in ListedItem item) => found.Add(item.IsTooDeep));

        Feeding.Feed(cutter, Encoding.UTF8.GetBytes(deep), [97]);

        Assert.Equal([isTooDeep, false], found);
    }

    [Fact]
    public void Any_list_that_ends_too_early_is_refused()
    {
        var cases =
            from list in List
            from length in Gen.Choose(0, Encoding.UTF8.GetByteCount(list.TrimEnd()) - 1)
            select Encoding.UTF8.GetBytes(list)[..length];

        Prop.ForAll(cases.ToArbitrary(), torn => Assert.Throws<InvalidDataException>(() => Cut(torn, [7])))
            .Check(Config.QuickThrowOnFailure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>502 Bad Gateway</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":"Status","message":"no"}""")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":[1]}""")]
    [InlineData("""{"items":[]}{}""")]
    [InlineData("""{"items":[],"metadata":{"continue":"\ud800"}}""")]
    [InlineData("\ufeff{\"items\":[]}")]
    public void An_answer_that_is_not_a_list_is_refused(string answer) => Assert.Throws<InvalidDataException>(() => Cut(answer, [4096]));

    [Theory]
    [InlineData(
        """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"abc","remainingItemCount":7},"items":[]}""",
        "12",
        "abc",
        7L
    )]
    [InlineData("""{"items":null,"metadata":{"remainingItemCount":null,"continue":"","resourceVersion":"3"} }""", "3", null, null)]
    [InlineData("""{"items":[{"metadata":{"resourceVersion":"1","continue":"no"}}],"metadata":{}}""", null, null, null)]
    public void A_lists_own_metadata_is_read_wherever_it_is(string list, string? revision, string? next, long? remaining)
    {
        var cutter = Cut(list, [3]).Cutter;

        Assert.Equal((revision, next, remaining), (cutter.Revision, cutter.Continue, cutter.Remaining));
    }

    [Fact]
    public void The_next_pages_token_is_known_before_the_first_item_is_whole()
    {
        using var cutter = new ItemCutter((in ListedItem _) => Assert.Fail("no item is whole yet"));

        Feeding.Feed(cutter, """{"metadata":{"resourceVersion":"5","continue":"next"},"items":[{"metadata":{"name":"""u8.ToArray());

        Assert.Equal(("5", "next"), (cutter.Revision, cutter.Continue));
    }

    [Fact]
    public void Names_with_json_escapes_are_decoded_and_the_bytes_left_as_they_came()
    {
        var item = Assert.Single(Cut("""{"items":[{"metadata":{"name":"a\u0026b","labels":{"\u0061pp":"s\u0068op"}}}]}""", [1]).Items);

        Assert.Equal(("a&b", "shop"), (item.Name, item.App));
        Assert.Contains("""a\u0026b""", item.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void An_item_of_many_megabytes_and_a_schema_of_a_thousand_levels_pass()
    {
        var large = $$"""{"metadata":{"name":"large"},"data":"{{new string('d', 5 << 20)}}"}""";
        var deep = """{"metadata":{"name":"deep"},"spec":""" + Repeat("""{"p":""", 1000) + "1" + Repeat("}", 1001);
        var list = $$"""{"items":[{{large}},{{deep}},{{large}}],"metadata":{} }""";

        Assert.Equal([large, deep, large], Cut(list, [16384]).Items.Select(i => i.Json));
    }

    [Fact]
    public void What_a_receiver_throws_is_its_own_and_not_the_servers_fault()
    {
        using var cutter = new ItemCutter((in ListedItem _) => throw new System.Text.Json.JsonException("the receiver's"));

        Assert.Throws<System.Text.Json.JsonException>(() => Feeding.Feed(cutter, """{"items":[{}]}"""u8.ToArray()));
    }

    [Fact]
    public void Cutting_allocates_nothing_for_an_item()
    {
        var items = Enumerable.Range(0, 5000).Select(i => $$$"""{"metadata":{"name":"n{{{i}}}","labels":{"app":"x"}},"spec":[1,2]}""");
        var list = Encoding.UTF8.GetBytes($$"""{"items":[{{string.Join(',', items)}}]}""");
        var seen = 0;
        ItemReceiver count = (in ListedItem item) => seen += item.TryGetLabel("app"u8, out _) ? 1 : 0;
        Feeding.Feed(new ItemCutter(count), list);

        using var cutter = new ItemCutter(count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Feeding.Feed(cutter, list);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(10_000, seen);
        Assert.InRange(allocated, 0, 5000);
    }

    private static Gen<string> List =>
        from metadata in ObjectOf(
            1,
            Property("resourceVersion", Scalar),
            Property("continue", Scalar),
            Property("remainingItemCount", Scalar)
        )
        from items in Gen.Frequency((1, Gen.Constant("null")), (9, Many(Item, '[', ']')))
        from rest in Gen.SubListOf(Property("metadata", Gen.Constant(metadata)), Property("kind", Scalar), Property("extra", Value(3)))
        from list in ObjectOf(rest.Count + 1, [Property("items", Gen.Constant(items)), .. rest])
        from before in Space
        from after in Space
        select before + list + after;

    private static Gen<string> Item =>
        from metadata in Gen.Frequency(
            (
                8,
                ObjectOf(
                    2,
                    Property("name", Text),
                    Property("namespace", Text),
                    Property("uid", Text),
                    Property("resourceVersion", Text),
                    Property("labels", Gen.Frequency((3, ObjectOf(0, Property("app", Text), Property("tier", Text))), (1, Value(2)))),
                    Property("managedFields", Value(3))
                )
            ),
            (1, Scalar)
        )
        from item in ObjectOf(
            2,
            Property("kind", Scalar),
            Property("apiVersion", Scalar),
            Property("metadata", Gen.Constant(metadata)),
            Property("spec", Value(4)),
            Property("items", Value(2))
        )
        select item;

    /// <summary>A string, some of its letters as escapes.</summary>
    private static Gen<string> Text =>
        from text in Gen.Elements("", "shop", "a-b.c", "é😀", "n" + new string('y', 300))
        from escaped in Gen.Elements(false, false, true)
        select escaped
            ? $"\"{string.Concat(text.Select(c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")))}\""
            : $"\"{text}\"";

    private static Gen<string> Value(int depth) =>
        depth == 0 ? Scalar : Gen.Frequency((3, Scalar), (1, Many(Value(depth - 1), '[', ']')), (2, Members(depth - 1)));

    /// <summary>An object that names no key twice: an API server never does, and what such a label says depends on the reader.</summary>
    private static Gen<string> Members(int depth) =>
        from keys in Gen.SubListOf(Keys)
        from members in Gen.CollectToList(
            keys,
            key => from value in Value(depth) from space in Space select $"\"{key}\"{space}:{space}{value}"
        )
        from order in Gen.Shuffle(members.ToArray())
        from space in Space
        select $"{{{space}{string.Join($"{space},{space}", order)}{space}}}";

    private static Gen<string> Many(Gen<string> element, char open, char close) =>
        from elements in element.ListOf()
        from space in Space
        select $"{open}{space}{string.Join($"{space},{space}", elements.Take(8))}{space}{close}";

    /// <summary>At least so many of these properties in any order.</summary>
    private static Gen<string> ObjectOf(int least, params Gen<string>[] properties) =>
        from all in Gen.CollectToList(properties, p => p)
        from order in Gen.Shuffle(all.ToArray())
        from count in Gen.Choose(least, properties.Length)
        from space in Space
        select $"{{{space}{string.Join($"{space},{space}", order.Take(count))}{space}}}";

    private static Gen<string> Property(string name, Gen<string> value) => value.Select(v => $"\"{name}\":{v}");

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static (List<CutItem> Items, ItemCutter Cutter) Cut(string list, IEnumerable<int> chunks) =>
        Cut(Encoding.UTF8.GetBytes(list), chunks);

    private static (List<CutItem> Items, ItemCutter Cutter) Cut(byte[] list, IEnumerable<int> chunks)
    {
        var items = new List<CutItem>();
        using var cutter = new ItemCutter((in ListedItem item) => items.Add(CutItem.Of(item)));
        Feeding.Feed(cutter, list, chunks);
        cutter.Complete();
        return (items, cutter);
    }
}
