using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.Protection.Capture;
using Holdfast.Protection.Capture.Exporting;
using Holdfast.Protection.Capture.Fingerprints;
using Holdfast.Protection.Capture.Planning;
using Holdfast.Protection.Capture.Sealing;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Protection.Tests.Capture;

/// <summary>Captures of the simulator: what the vault, the caller and missing permissions do to them. What a real server does is proven in tests/Clusters.Live/Capture.</summary>
public sealed class SimulatedCaptureTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private readonly MemoryStore vault = new(TimeProvider.System);
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSampleApplicationAsync(default);
        await cluster.SeedSyntheticAsync(2_000, 12, default);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task A_second_capture_of_an_unchanged_cluster_names_what_is_there_and_writes_no_pack()
    {
        var first = await CaptureAsync();
        var second = await CaptureAsync();

        Assert.Equal((CaptureState.Succeeded, CaptureState.Succeeded), (first.State, second.State));
        Assert.True(first.PacksWritten > 0);
        Assert.Equal((0, 0L, first.Objects, first.Bytes), (second.PacksWritten, second.BytesWritten, second.Objects, second.Bytes));
        Assert.True(second.SegmentsReused > 0);
        await AssertIntactAsync(2);
    }

    [Fact]
    public async Task Reading_everything_reuses_no_segment_unread_but_still_writes_no_pack_twice()
    {
        await CaptureAsync();

        var full = await CaptureAsync(r => r with { Full = true });

        Assert.Equal((0, 0), (full.SegmentsReused, full.PacksWritten));
    }

    [Fact]
    public async Task A_capture_cancelled_at_any_call_of_the_vault_leaves_no_half_point_and_the_next_one_succeeds()
    {
        await CaptureAsync();
        for (var call = 1; ; call++)
        {
            var half = new MemoryStore(TimeProvider.System);
            using var stop = new CancellationTokenSource();
            var calls = 0;
            var stopping = new FaultyStore(half).Before(_ =>
            {
                if (Interlocked.Increment(ref calls) == call)
                    stop.Cancel();
            });
            try
            {
                await CaptureAsync(store: stopping, cancellation: stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                Assert.Empty(await SealedPoints.ListAsync(half, Name, default));
                var next = await CaptureAsync(store: half);
                Assert.Equal(CaptureState.Succeeded, next.State);
                Assert.Equal(next.Point, Assert.Single(await SealedPoints.ListAsync(half, Name, default)).Id);
                Assert.True((await PointVerifier.VerifyAsync(half, Name, next.Point, SealTrust.Anyone, null, default)).Intact);
                continue;
            }
            Assert.True(call > 10, "the test doesn't test");
            return;
        }
    }

    [Theory]
    [InlineData(ArchiveFailure.Full), InlineData(ArchiveFailure.Forbidden), InlineData(ArchiveFailure.Unreachable)]
    public async Task A_vault_that_fails_fails_the_capture_with_its_own_reason_whenever_it_does(ArchiveFailure failure)
    {
        for (var nth = 1; ; nth++)
        {
            var failing = new MemoryStore(TimeProvider.System);
            try
            {
                await CaptureAsync(store: new FaultyStore(failing).FailFrom(StoreOperation.Create, nth, failure));
            }
            catch (ArchiveException e)
            {
                Assert.Equal(failure, e.Failure);
                Assert.Empty(await SealedPoints.ListAsync(failing, Name, default));
                continue;
            }
            Assert.True(nth > 4, "the test doesn't test");
            return;
        }
    }

    [Fact]
    public async Task Another_cluster_under_a_known_name_is_refused_and_with_leave_starts_a_history_of_its_own()
    {
        await CaptureAsync();
        await using var other = await SimulatedCluster.StartAsync(new(), default);

        var refused = await Assert.ThrowsAsync<CaptureException>(() => CaptureAsync(of: other));
        var taken = await CaptureAsync(r => r with { NewIncarnation = true }, of: other);

        Assert.Equal(CaptureFailure.OtherCluster, refused.Failure);
        Assert.Contains("--new-incarnation", refused.Message);
        Assert.Equal((CaptureState.Succeeded, 0), (taken.State, taken.SegmentsReused));
        Assert.Equal(2, (await SealedPoints.ListAsync(vault, Name, default)).Length);
    }

    [Fact]
    public async Task What_was_in_a_pack_that_is_gone_is_read_and_written_again()
    {
        var first = await CaptureAsync();
        var packs = await PacksOfAsync(first.Point!.Value);
        await vault.DeleteAsync(VaultPaths.Pack(Name, packs[0]), null, default);
        await ForgetVersionsAsync(packs[0]);

        var second = await CaptureAsync();

        Assert.Equal(CaptureState.Succeeded, second.State);
        Assert.Contains(second.Notes, n => n.Contains("gone"));
        Assert.True((await PointVerifier.VerifyAsync(vault, Name, second.Point, SealTrust.Anyone, null, default)).Intact);
    }

    [Fact]
    public async Task Missing_permissions_are_gaps_that_name_the_type_and_the_rest_is_captured()
    {
        cluster.Deny("secrets", "list");

        var report = await CaptureAsync();

        Assert.Equal(CaptureState.Partial, report.State);
        Assert.Equal("secrets", Assert.Single(report.Gaps).Resource);
        Assert.True(report.Objects > 0);
    }

    [Fact]
    public async Task Where_not_one_object_can_be_read_no_point_is_made()
    {
        var types = (await CaptureAsync()).Types.Where(t => t.State is TypeState.Captured && t.Type.Resource != "namespaces").Select(t => t.Type.GroupResource);
        foreach (var type in types)
            cluster.Deny(type, "list");

        var nothing = await Assert.ThrowsAsync<CaptureException>(() => CaptureAsync(r => r with { Scope = new() { ExcludedResources = ["namespaces"] } }, store: new MemoryStore(TimeProvider.System)));

        Assert.Equal(CaptureFailure.NothingCaptured, nothing.Failure);
    }

    [Fact]
    public async Task A_point_holds_the_same_whether_types_are_read_whole_or_a_namespace_at_a_time()
    {
        using var connection = Connect(cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(new(Name), null, null, default);
        var namespaces = (await new RevisionPin(connection).PinAsync(default)).Namespaces;
        CapturePlan With(ListCosts costs) => plan with { Units = UnitSizing.Units(plan.Types, namespaces, all: true, costs, KnownSegments.None) };
        var whole = With(new() { LargestPage = 5_000, KeysCounted = int.MaxValue, SplitsForSharing = false, LatestFirst = false });
        var split = With(new() { LargestPage = 25, KeysCounted = 1, SplitsForSharing = true, LatestFirst = false });

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
        using var connection = Connect(cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(new(Name), null, null, default);
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
        using var connection = Connect(cluster);
        var surface = await Discovery.ReadAsync(connection, default);

        var report = await CaptureAsync();

        Assert.Equal(surface.Resources.Select(r => r.GroupResource).Distinct().Order(), report.Types.Select(t => t.Type.GroupResource).Order());
        Assert.All(report.Types, t => Assert.Equal(t.State is TypeState.Excluded, t.Rule is not null));
    }

    [Fact]
    public async Task A_scope_takes_only_its_namespaces_and_cluster_scoped_types_and_leaves_out_what_it_excludes()
    {
        var all = await InventoryAsync(await CaptureAsync());
        var some = all.Segments.Select(s => s.Namespace).OfType<string>().Distinct().Take(2).ToImmutableArray();

        var scoped = await InventoryAsync(await CaptureAsync(r => r with { Scope = new() { Namespaces = [some[0]], ExcludedResources = ["secrets"] } }));

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
        var reader = await RecoveryPointReader.OpenAsync(vault, Name, some.Point!.Value, default);
        foreach (var segment in reader.Inventory.Segments)
        {
            await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
                Assert.Contains("\"app\":", Encoding.UTF8.GetString(manifest.Span));
        }
    }

    [Fact]
    public async Task A_capture_that_began_days_ago_is_not_sealed()
    {
        using var connection = Connect(cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(new(Name), null, null, default);
        var later = new FakeTimeProvider(plan.StartedAt + RecoveryPointWriter.SealingLimit + TimeSpan.FromMinutes(1));

        var refused = await Assert.ThrowsAsync<CaptureException>(() => new CaptureSealer(new(vault, Name, null, later), later).SealAsync(plan, [], default));

        Assert.Equal(CaptureFailure.TooOld, refused.Failure);
    }

    [Fact]
    public async Task A_revision_that_went_back_is_said_and_nothing_is_reused()
    {
        var uid = Guid.NewGuid().ToString();
        await using var before = await SimulatedCluster.StartAsync(new() { KubeSystemUid = uid }, default);
        await before.SeedSyntheticAsync(1_000, 3, default);
        await CaptureAsync(of: before);
        await using var restored = await SimulatedCluster.StartAsync(new() { KubeSystemUid = uid }, default);

        var report = await CaptureAsync(of: restored);

        Assert.Contains(report.Notes, n => n.Contains("went back"));
        Assert.Equal(0, report.SegmentsReused);
    }

    [Fact]
    public async Task Progress_grows_to_all_objects_and_ends_with_the_seal()
    {
        var seen = new Seen();

        var report = await CaptureAsync(progress: seen);

        Assert.Equal("planning", seen.All[0].Phase);
        Assert.Equal("sealing", seen.All[^1].Phase);
        var exporting = seen.All.Where(p => p.Phase == "exporting").ToArray();
        Assert.Equal(report.Objects, exporting.Max(p => p.Objects));
        Assert.Contains(exporting, p => p.UnitsDone == p.Units);
    }

    private async Task<CaptureReport> CaptureAsync(
        Func<CaptureRequest, CaptureRequest>? with = null, IBlobStore? store = null, SimulatedCluster? of = null, IProgress<CaptureProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using var connection = Connect(of ?? cluster);
        var request = new CaptureRequest(Name);
        return await new CaptureRun(connection, store ?? vault, TimeProvider.System).RunAsync(with?.Invoke(request) ?? request, progress, cancellation);
    }

    private static byte[] Manifest(string name) => Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"}}""");

    private static async Task<(string Namespace, string Name)> AnyAsync(ClusterConnection connection, ApiResource type)
    {
        var (ns, name) = ("", "");
        await new ResourceLister(connection).ReadPageAsync(
            new(type, null) { Limit = 1 }, (in ListedItem item) => (ns, name) = (Encoding.UTF8.GetString(item.Namespace), Encoding.UTF8.GetString(item.Name)), default);
        return (ns, name);
    }

    /// <summary>What each segment is made of, but for where its parts lie.</summary>
    private static async Task<string[]> ContentAsync(ClusterConnection connection, CapturePlan plan)
    {
        var exporter = new UnitExporter(connection, plan, KnownSegments.None, new(new MemoryStore(TimeProvider.System), Name, null, TimeProvider.System), TimeProvider.System, new());
        var results = new List<UnitResult>();
        foreach (var unit in plan.Units)
            results.Add(await exporter.ExportAsync(unit, UnitExporter.DefaultBudget, default));
        return [.. InventoryMerge.Merge(plan, results).Segments.Select(s =>
            $"{s.Resource} {s.Namespace} {s.Revision} {s.Objects} {string.Join(' ', s.Parts.Select(p => $"{p.RawDigest}/{p.Objects}/{p.RawBytes}"))}")];
    }

    private static ClusterConnection Connect(SimulatedCluster to) => new(new() { Server = to.Server, Token = (_, _) => new(to.Token) }, TimeProvider.System);

    private async Task<Inventory> InventoryAsync(CaptureReport report) => (await RecoveryPointReader.OpenAsync(vault, Name, report.Point!.Value, default)).Inventory;

    private async Task<ImmutableArray<ContentDigest>> PacksOfAsync(PointId point) =>
        [.. (await RecoveryPointReader.OpenAsync(vault, Name, point, default)).Inventory.Segments.SelectMany(s => s.Parts).Select(p => p.Pack).Distinct()];

    /// <summary>Deletes every version, as the purge of a store would.</summary>
    private async Task ForgetVersionsAsync(ContentDigest pack)
    {
        await foreach (var entry in vault.ListAsync(VaultPaths.Pack(Name, pack), default))
            await vault.DeleteAsync(entry.Path, entry.Version, default);
    }

    private async Task AssertIntactAsync(int points)
    {
        var report = await PointVerifier.VerifyAsync(vault, Name, null, SealTrust.Anyone, null, default);
        Assert.Equal((points, true), (report.Points, report.Intact));
    }

    private sealed class Seen : IProgress<CaptureProgress>
    {
        public List<CaptureProgress> All { get; } = [];

        public void Report(CaptureProgress value)
        {
            lock (All)
                All.Add(value);
        }
    }
}
