using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.History;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Restore.Tests.History;

public sealed class ObjectHistoryTests
{
    private readonly MemoryStore vault = new(new FakeTimeProvider(SamplePoint.Time));
    private readonly List<SealedPoint> points = [];
    private readonly Dictionary<ContentDigest, Part> known = [];

    [Fact]
    public async Task It_says_where_an_object_came_changed_and_went_and_how_many_points_show_each_state()
    {
        await WriteAsync(Map("other", "x"));
        await WriteAsync(Map("a", "1"), Map("other", "x"));
        await WriteAsync(Map("a", "1"), Map("other", "y"));
        await WriteAsync(Map("a", "2"), Map("other", "y"));
        await WriteAsync(Map("other", "y"));

        var found = await ReadAsync(new("cm", "a", "shop"));

        Assert.Equal(
            [
                (ObjectChangeKind.Added, points[1].Id, points[2].Id, 2),
                (ObjectChangeKind.Changed, points[3].Id, points[3].Id, 1),
                (ObjectChangeKind.Removed, points[4].Id, points[4].Id, 1),
            ],
            found.Versions.Select(v => (v.Change, v.First, v.Last, v.Points))
        );
        var field = Assert.Single(found.Versions[1].Diff);
        Assert.Equal(("/data/value", "\"1\"", "\"2\""), (field.Path, field.Live, field.Desired));
        Assert.True(found is { KindIsKnown: true, IsComplete: true });
    }

    [Fact]
    public async Task What_servers_fill_in_is_no_change()
    {
        await WriteAsync(Map("a", "1"));
        await WriteAsync(Map("a", "1").Replace("\"name\"", "\"resourceVersion\":\"7\",\"name\"", StringComparison.Ordinal));

        var only = Assert.Single((await ReadAsync(new("configmap", "a", null))).Versions);

        Assert.Equal((ObjectChangeKind.Added, 2), (only.Change, only.Points));
    }

    [Fact]
    public async Task A_part_that_several_points_share_is_read_once_also_when_it_comes_back()
    {
        for (var i = 0; i < 6; i++)
            await WriteAsync(Map("a", $"{i % 2}"));
        var counted = new FaultyStore(vault);

        var found = await ReadAsync(new("configmaps", "a", "shop"), counted);

        Assert.Equal((6, 2), (found.Versions.Length, counted.Count(StoreOperation.ReadRange)));
    }

    [Fact]
    public async Task Objects_of_the_name_in_several_namespaces_are_told_apart()
    {
        await WriteSegmentsAsync([new("configmaps", "bank", Map("a", "1", "bank")), new("configmaps", "shop", Map("a", "1"))]);
        await WriteSegmentsAsync([new("configmaps", "bank", Map("a", "1", "bank")), new("configmaps", "shop", Map("a", "2"))]);

        Assert.Equal(["bank", "shop", "shop"], (await ReadAsync(new("cm", "a", null))).Versions.Select(v => v.Namespace));
        Assert.Single((await ReadAsync(new("cm", "a", "bank"))).Versions);
    }

    [Fact]
    public async Task The_value_of_a_secret_is_nowhere_in_it()
    {
        await WriteSegmentsAsync([new("secrets", "shop", Secret("aHVudGVyMg=="))]);
        await WriteSegmentsAsync([new("secrets", "shop", Secret("b3RoZXI="))]);

        var found = await ReadAsync(new("secret", "db", "shop"));

        Assert.Equal(2, found.Versions.Length);
        var field = Assert.Single(found.Versions[1].Diff);
        Assert.Equal("/data/password", field.Path);
        Assert.DoesNotContain("aHVudGVyMg", field.Live, StringComparison.Ordinal);
        Assert.DoesNotContain("b3RoZXI", field.Desired, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_point_that_does_not_cover_the_namespace_says_nothing_of_the_object()
    {
        await WriteAsync(Map("a", "1"));
        await WriteSegmentsAsync([new("configmaps", "bank", Map("b", "1", "bank"))], scope: new() { Namespaces = ["bank"] });
        await WriteAsync(Map("a", "1"));

        var found = await ReadAsync(new("cm", "a", "shop"));

        Assert.Equal((ObjectChangeKind.Added, 2), (Assert.Single(found.Versions).Change, found.Versions[0].Points));
        Assert.Contains(points[1].Id.ToString(), Assert.Single(found.Notes));
    }

    [Fact]
    public async Task A_point_that_can_not_be_read_is_passed_over_and_named()
    {
        await WriteAsync(Map("a", "1"));
        await WriteAsync(Map("a", "2"));
        var broken = new FaultyStore(vault).Before(call =>
        {
            if (call.Path == VaultPaths.Inventory(SamplePoint.Cluster, points[0].Id))
                throw new ArchiveException(ArchiveFailure.DigestMismatch, "injected");
        });

        var found = await ReadAsync(new("cm", "a", "shop"), broken);

        Assert.Equal((ObjectChangeKind.Added, points[1].Id), (Assert.Single(found.Versions).Change, found.Versions[0].First));
        Assert.False(found.IsComplete);
        Assert.Contains(points[0].Id.ToString(), Assert.Single(found.Notes));
    }

    [Fact]
    public async Task A_kind_that_no_point_knows_is_not_known_and_a_name_that_no_point_has_is_not_found()
    {
        await WriteAsync(Map("a", "1"));

        Assert.False((await ReadAsync(new("unicorn", "a", null))).KindIsKnown);
        var nothing = await ReadAsync(new("cm", "b", null));
        Assert.True(nothing.KindIsKnown);
        Assert.Empty(nothing.Versions);
    }

    [Fact]
    public async Task A_history_that_is_continued_repeats_nothing_and_leaves_nothing_out()
    {
        string[] values = ["1", "1", "2", "2", "3", "1"];
        foreach (var value in values)
            await WriteAsync(Map("a", value));
        var whole = (await ReadAsync(new("cm", "a", "shop"))).Versions.Select(v => (v.Change, v.First));

        for (var cut = 1; cut < points.Count; cut++)
        {
            var history = new ObjectHistory(vault, SamplePoint.Cluster);
            var first = await history.ReadAsync(points.Take(cut), null, new("cm", "a", "shop"), default);
            var rest = await history.ReadAsync(points.Skip(cut), points[cut - 1], new("cm", "a", "shop"), default);
            Assert.Equal(whole, first.Versions.Concat(rest.Versions).Select(v => (v.Change, v.First)));
        }
    }

    private Task<ObjectVersions> ReadAsync(ObjectQuery query, IBlobStore? store = null) =>
        new ObjectHistory(store ?? vault, SamplePoint.Cluster).ReadAsync(points, null, query, default);

    private Task WriteAsync(params string[] configMaps) => WriteSegmentsAsync([new("configmaps", "shop", configMaps)]);

    private async Task WriteSegmentsAsync(SampleSegment[] segments, CaptureScope? scope = null)
    {
        var at = SamplePoint.Time.AddHours(points.Count);
        var writer = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new FakeTimeProvider(at));
        var packed = await SamplePoint.PackAsync(writer, segments, PackLimits.Default, known);
        foreach (var part in packed.Segments.SelectMany(s => s.Parts))
            known.TryAdd(part.RawDigest, part);
        var inventory = SamplePoint.InventoryOf(packed, at) with { Scope = scope ?? new() };
        points.Add(await writer.SealAsync(inventory, new(PointState.Succeeded, null), default));
    }

    private static string Map(string name, string value, string ns = "shop") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},"data":"""
        + $$$"""{"value":"{{{value}}}"}}""";

    private static string Secret(string password) =>
        $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","namespace":"shop"},"data":{"password":"{{{password}}}"}}""";
}
