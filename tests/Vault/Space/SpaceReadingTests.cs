using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Space;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Vault.Tests.Space;

public sealed class SpaceReadingTests
{
    private const string Small = """{"metadata":{"name":"a"},"v":1}""";
    private const string Other = """{"metadata":{"name":"a"},"v":2222}""";
    private readonly MemoryStore vault = new(new FakeTimeProvider(SamplePoint.Time));
    private readonly List<SealedPoint> points = [];
    private readonly Dictionary<ContentDigest, Part> known = [];

    [Fact]
    public async Task Each_content_counts_once_by_type_namespace_and_the_day_it_came()
    {
        await WriteAsync(0, new("configmaps", "shop", Small), new("secrets", null, Other));
        await WriteAsync(1, new("configmaps", "shop", Small), new("secrets", null, Other));
        await WriteAsync(24, new("configmaps", "shop", Small), new("configmaps", "bank", Other, Other));

        var space = await ReadAsync();

        var (small, other, twice) = (Small.Length + 1L, Other.Length + 1L, 2 * (Other.Length + 1L));
        Assert.Equal((3, (3 * small) + (2 * other) + twice), (space.Points, space.PointBytes));
        Assert.Equal((small + other + twice, small + other), (space.Content.Raw, space.Shared.Raw));
        Assert.Equal([("configmaps", small + twice), ("secrets", other)], space.Types.Select(t => (t.Name, t.Content.Raw)).Order());
        Assert.Equal([("", other), ("bank", twice), ("shop", small)], space.Namespaces.Select(t => (t.Name, t.Content.Raw)).Order());
        Assert.Equal([(22, 2, small + other), (23, 1, twice)], space.Growth.Select(day => (day.Day.Day, day.Points, day.Added.Raw)));
        Assert.Equal(space.Content.Stored, space.Packs.Bytes);
    }

    [Fact]
    public async Task A_point_whose_inventory_can_not_be_read_is_not_counted_and_named()
    {
        await WriteAsync(0, new SampleSegment("configmaps", "shop", Small));
        await WriteAsync(1, new SampleSegment("configmaps", "shop", Other));
        var broken = new FaultyStore(vault).Before(call =>
        {
            if (call.Path == VaultPaths.Inventory(SamplePoint.Cluster, points[0].Id))
                throw new ArchiveException(ArchiveFailure.DigestMismatch, "injected");
        });

        var space = await ReadAsync(broken);

        Assert.Equal((1, Other.Length + 1L), (space.Points, space.Content.Raw));
        Assert.Contains(points[0].Id.ToString(), Assert.Single(space.Unread));
    }

    private Task<ClusterSpace> ReadAsync(IBlobStore? store = null) =>
        new SpaceReading(store ?? vault, SamplePoint.Cluster).ReadAsync(points, default);

    private async Task WriteAsync(int hour, params SampleSegment[] segments)
    {
        var at = SamplePoint.Time.AddHours(hour);
        var writer = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new FakeTimeProvider(at));
        var packed = await SamplePoint.PackAsync(writer, segments, PackLimits.Default, known);
        foreach (var part in packed.Segments.SelectMany(s => s.Parts))
            known.TryAdd(part.RawDigest, part);
        points.Add(await writer.SealAsync(SamplePoint.InventoryOf(packed, at), new(PointState.Succeeded, null), default));
    }
}
