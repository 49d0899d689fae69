using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;
using Holdfast.Capture.Sealing;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;

namespace Holdfast.Capture.Tests;

/// <summary>What a point of the simulator holds, however its server is asked.</summary>
public sealed class CapturedContentTests : SimulatedCaptureTest
{
    [Fact]
    public async Task A_point_holds_the_same_whether_types_are_read_whole_or_a_namespace_at_a_time()
    {
        using var connection = Connect(Cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(Name, new(), null, null, default);
        var namespaces = (await new RevisionPin(connection).PinAsync(default)).Namespaces;
        CapturePlan With(ListCosts costs) =>
            plan with
            {
                Units = UnitSizing.Units(plan.Types, namespaces, all: true, costs, KnownSegments.None),
            };
        var whole = With(
            new()
            {
                LargestPage = 5_000,
                KeysCounted = int.MaxValue,
                SplitsForSharing = false,
                LatestFirst = false,
            }
        );
        var split = With(
            new()
            {
                LargestPage = 25,
                KeysCounted = 1,
                SplitsForSharing = true,
                LatestFirst = false,
            }
        );

        var (one, other) = (await ContentAsync(connection, whole), await ContentAsync(connection, split));

        Assert.DoesNotContain(whole.Units.SelectMany(u => u.Slices), s => s.Namespace is not null);
        Assert.Contains(split.Units.SelectMany(u => u.Slices), s => s.Namespace is not null);
        Assert.True(one.Length > 20);
        Assert.Equal(one, other);
    }

    [Theory]
    [InlineData("nothing"), InlineData("create"), InlineData("change"), InlineData("delete"), InlineData("replace")]
    public async Task A_point_holds_what_was_at_its_revision_whatever_has_happened_since_and_however_its_server_is_asked(string since)
    {
        using var connection = Connect(Cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(Name, new(), null, null, default);
        var maps = plan.Types.Single(t => t.Type.GroupResource == "configmaps").Api;
        var writer = new ResourceWriter(connection);
        var (ns, name) = await AnyAsync(connection, maps);
        if (since is "create")
            await writer.CreateAsync(maps, ns, Manifest("new"), new("tests"), default);
        if (since is "change")
            await writer.MergePatchAsync(maps, ns, name, Encoding.UTF8.GetBytes("""{"data":{"key":"other"}}"""), new("tests"), default);
        if (since is "delete" or "replace")
            await writer.DeleteAsync(maps, ns, name, null, null, "Background", default);
        if (since is "replace")
            await writer.CreateAsync(maps, ns, Manifest(name), new("tests"), default);

        var exact = await ContentAsync(connection, plan with { ServerVersion = "v1.20.2" });
        var latest = await ContentAsync(connection, plan with { ServerVersion = "v1.36.2" });

        Assert.Contains(exact, s => s.StartsWith($"configmaps {ns} ", StringComparison.Ordinal));
        Assert.Equal(exact, latest);
    }

    [Fact]
    public async Task Every_type_that_discovery_lists_is_in_the_inventory_with_what_became_of_it()
    {
        using var connection = Connect(Cluster);
        var surface = await Discovery.ReadAsync(connection, default);

        var report = await CaptureAsync();

        Assert.Equal(
            surface.Resources.Select(r => r.GroupResource).Distinct().Order(),
            report.Types.Select(t => t.Type.GroupResource).Order()
        );
        Assert.All(report.Types, t => Assert.Equal(t.State is TypeState.Excluded, t.Rule is not null));
    }

    [Fact]
    public async Task A_scope_takes_only_its_namespaces_and_cluster_scoped_types_and_leaves_out_what_it_excludes()
    {
        var all = await InventoryAsync(await CaptureAsync());
        var some = all.Segments.Select(s => s.Namespace).OfType<string>().Distinct().Take(2).ToImmutableArray();

        var scoped = await InventoryAsync(
            await CaptureAsync(r =>
                r with
                {
                    Scope = new() { Namespaces = [some[0]], ExcludedResources = ["secrets"] },
                }
            )
        );

        Assert.Equal([some[0]], scoped.Segments.Select(s => s.Namespace).OfType<string>().Distinct());
        Assert.Contains(scoped.Segments, s => s.Resource == "namespaces");
        Assert.DoesNotContain(scoped.Segments, s => s.Resource == "secrets");
        Assert.Equal("request", scoped.Types.Single(t => t.Type.GroupResource == "secrets").Rule);
    }

    [Fact]
    public async Task A_label_selector_takes_only_what_it_selects()
    {
        var all = await CaptureAsync();

        var some = await CaptureAsync(r => r with { Scope = new() { LabelSelector = "app" } });

        Assert.InRange(some.Objects, 1, all.Objects - 1);
        var reader = await RecoveryPointReader.OpenAsync(Vault, Name, some.Point, default);
        foreach (var segment in reader.Inventory.Segments)
        {
            await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
                Assert.Contains("\"app\":", Encoding.UTF8.GetString(manifest.Span));
        }
    }

    private static byte[] Manifest(string name) =>
        Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"}}""");

    private static async Task<(string Namespace, string Name)> AnyAsync(ClusterConnection connection, ApiResource type)
    {
        var (ns, name) = ("", "");
        await new ResourceLister(connection).ReadPageAsync(
            new(type, null) { Limit = 1 },
            (in ListedItem item) => (ns, name) = (Encoding.UTF8.GetString(item.Namespace), Encoding.UTF8.GetString(item.Name)),
            default
        );
        return (ns, name);
    }

    /// <summary>What each segment is made of, but for where its parts lie.</summary>
    private static async Task<string[]> ContentAsync(ClusterConnection connection, CapturePlan plan)
    {
        var exporter = new UnitExporter(
            connection,
            plan,
            KnownSegments.None,
            new(new MemoryStore(TimeProvider.System), Name, null, TimeProvider.System),
            TimeProvider.System,
            new()
        );
        var results = new List<UnitResult>();
        foreach (var unit in plan.Units)
            results.Add(await exporter.ExportAsync(unit, UnitExporter.DefaultBudget, default));
        return
        [
            .. InventoryMerge
                .Merge(plan, results, PointVolumes.None)
                .Segments.Select(s =>
                    $"{s.Resource} {s.Namespace} {s.Revision} {s.Objects} "
                    + $"{string.Join(' ', s.Parts.Select(p => $"{p.RawDigest}/{p.Objects}/{p.RawBytes}"))}"
                ),
        ];
    }

    private async Task<Inventory> InventoryAsync(CaptureReport report) =>
        (await RecoveryPointReader.OpenAsync(Vault, Name, report.Point, default)).Inventory;
}
