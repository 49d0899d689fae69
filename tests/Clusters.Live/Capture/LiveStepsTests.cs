using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;
using Holdfast.Capture.Running;
using Holdfast.Capture.Sealing;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>The steps of a capture called one at a time, their inputs and outputs carried as JSON, as an orchestration does.</summary>
[Collection(LiveClusterCollection.Name)]
public sealed class LiveStepsTests(LiveClusterFixture live) : IDisposable
{
    private static readonly ClusterName Name = ClusterName.Parse("live");
    private readonly MemoryStore vault = new(TimeProvider.System);
    private ClusterConnection? connection;

    [SkippableFact]
    public async Task Units_handed_back_after_every_page_give_the_same_segments_as_a_capture_in_one_go()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "pieces-a", 40);
        await Objects.CreateAsync(api, "pieces-b", 40);
        var plan = SmallPages(await PlanAsync(null));

        var results = await ExportAsync(plan, KnownSegments.None, plan.Units, TimeSpan.Zero);
        var (point, inventory) = await SealAsync(plan, results);

        Assert.True(results.Max(r => r.Piece) >= 3, "the test doesn't test");
        await ExpectedState.AssertEqualAsync(api, vault, Name, point.Id);
        var inOneGo = await ExportAsync(plan, KnownSegments.None, plan.Units, UnitExporter.DefaultBudget);
        Assert.Equal(
            inventory.Segments.Select(s => (s.Resource, s.Namespace, s.Fingerprint)),
            (await SealAsync(plan, inOneGo)).Inventory.Segments.Select(s => (s.Resource, s.Namespace, s.Fingerprint))
        );
    }

    [SkippableFact]
    public async Task A_unit_exported_twice_changes_nothing()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "twice", 20);
        var plan = await PlanAsync(null);

        var first = await SealAsync(plan, await ExportAsync(plan, KnownSegments.None, plan.Units, UnitExporter.DefaultBudget));
        var again = await SealAsync(plan, await ExportAsync(plan, KnownSegments.None, plan.Units, UnitExporter.DefaultBudget));

        Assert.Equal(first.Point.Id, again.Point.Id);
        Assert.Equal(first.Inventory.Segments.SelectMany(s => s.Parts), again.Inventory.Segments.SelectMany(s => s.Parts));
    }

    [SkippableFact]
    public async Task What_a_round_finished_is_kept_where_it_is_the_same_at_the_next_revision_and_read_where_it_is_not()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "kept", 300);
        await Objects.CreateAsync(api, "moved", 200);
        await using var proxy = await ThroughProxyAsync();
        var plan = await PlanAsync(null);
        var results = await ExportAsync(plan, KnownSegments.None, Only(plan, s => s.Resource == "configmaps"), UnitExporter.DefaultBudget);
        await api.MergePatchAsync("/api/v1/namespaces/moved/configmaps/map-007", """{"data":{"key":"changed"}}""");
        await DroppedRevisions.DropAsync(live.Cluster, proxy, plan.Revision.ToString());
        results =
        [
            .. results,
            .. await ExportAsync(plan, KnownSegments.None, Only(plan, s => s.Resource != "configmaps"), UnitExporter.DefaultBudget),
        ];

        Assert.True(RevisionRounds.Expired(results));
        var next = await PlanAsync(plan);
        var second = await ExportAsync(next, new(RevisionRounds.Finished(plan, results)), next.Units, UnitExporter.DefaultBudget);
        var (point, _) = await SealAsync(next, second);

        var maps = second
            .SelectMany(r => r.Slices)
            .Where(s => s.Resource == "configmaps")
            .SelectMany(s => s.Segments)
            .ToLookup(s => s.Namespace);
        Assert.True(maps["kept"].Single().Reused);
        Assert.False(maps["moved"].Single().Reused);
        Assert.Equal(2, next.Round);
        Assert.Equal(PointState.Succeeded, point.Seal.State);
        await ExpectedState.AssertEqualAsync(api, vault, Name, point.Id);
    }

    [SkippableFact]
    public async Task What_is_behind_in_the_last_round_is_read_at_its_own_revision_and_is_a_gap_that_says_so()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "behind", 30);
        await using var proxy = await ThroughProxyAsync();
        var plan = await PlanAsync(null);
        var results = await ExportAsync(plan, KnownSegments.None, Only(plan, s => s.Resource != "configmaps"), UnitExporter.DefaultBudget);
        await api.MergePatchAsync("/api/v1/namespaces/behind/configmaps/map-007", """{"data":{"key":"changed"}}""");
        await DroppedRevisions.DropAsync(live.Cluster, proxy, plan.Revision.ToString());
        results =
        [
            .. results,
            .. await ExportAsync(plan, KnownSegments.None, Only(plan, s => s.Resource == "configmaps"), UnitExporter.DefaultBudget),
        ];

        var (units, kept) = RevisionRounds.Behind(plan, results);
        var (point, inventory) = await SealAsync(
            plan,
            [.. kept, .. await ExportAsync(plan, KnownSegments.None, units, UnitExporter.DefaultBudget)]
        );

        Assert.Equal(PointState.Partial, point.Seal.State);
        Assert.Contains(inventory.Gaps, g => g.Resource == "configmaps" && g.Reason.Contains(plan.Revision.ToString()));
        Assert.All(inventory.Segments.Where(s => s.Resource == "configmaps"), s => Assert.NotEqual(plan.Revision, s.Revision));
        Assert.NotEqual(plan.Revision, inventory.Types.Single(t => t.Type.GroupResource == "configmaps").Revision);
        var reader = await RecoveryPointReader.OpenAsync(vault, Name, point.Id, default);
        Assert.Contains("changed", (await ExpectedState.ReadAsync(reader, "configmaps"))["behind/map-007"]);
    }

    public void Dispose() => connection?.Dispose();

    private ClusterConnection Connection => connection ??= new(live.Cluster.Endpoint, TimeProvider.System);

    /// <summary>The test's requests go through it from here on.</summary>
    private async Task<FaultProxy> ThroughProxyAsync()
    {
        var proxy = await FaultProxy.StartAsync(live.Cluster);
        connection = new(proxy.Endpoint, TimeProvider.System);
        return proxy;
    }

    private async Task<CapturePlan> PlanAsync(CapturePlan? earlier)
    {
        var plan = await new CapturePlanner(Connection, TimeProvider.System).PlanAsync(Name, new(), null, earlier, default);
        return JsonSerializer.Deserialize(
            JsonSerializer.Serialize(plan, CaptureJson.Default.CapturePlan),
            CaptureJson.Default.CapturePlan
        )!;
    }

    private static ImmutableArray<CaptureUnit> Only(CapturePlan plan, Func<Slice, bool> taken) =>
        [.. plan.Units.Select(u => u with { Slices = [.. u.Slices.Where(taken)] }).Where(u => !u.Slices.IsEmpty)];

    private static CapturePlan SmallPages(CapturePlan plan) =>
        plan with
        {
            Units = [.. plan.Units.Select(u => u with { Slices = [.. u.Slices.Select(s => s with { PageLimit = 7 })] })],
        };

    /// <summary>A new exporter for every call, since a process doesn't have what another learned.</summary>
    private async Task<ImmutableArray<UnitResult>> ExportAsync(
        CapturePlan plan,
        KnownSegments known,
        ImmutableArray<CaptureUnit> units,
        TimeSpan budget
    )
    {
        var results = ImmutableArray.CreateBuilder<UnitResult>();
        foreach (var unit in units)
        {
            for (var next = unit; next is not null; next = results[^1].Rest)
            {
                var writer = new RecoveryPointWriter(vault, Name, null, TimeProvider.System);
                var result = await new UnitExporter(Connection, plan, known, writer, TimeProvider.System, new()).ExportAsync(
                    next,
                    budget,
                    default
                );
                results.Add(
                    JsonSerializer.Deserialize(
                        JsonSerializer.Serialize(result, CaptureJson.Default.UnitResult),
                        CaptureJson.Default.UnitResult
                    )!
                );
            }
        }
        return results.ToImmutable();
    }

    private async Task<(SealedPoint Point, Inventory Inventory)> SealAsync(CapturePlan plan, ImmutableArray<UnitResult> results) =>
        await new CaptureSealer(new(vault, Name, null, TimeProvider.System), TimeProvider.System).SealAsync(
            plan,
            results,
            PointVolumes.None,
            CapturedInfrastructure.None,
            default
        );
}
