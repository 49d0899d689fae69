using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Sealing;
using Holdfast.Simulator;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Capture.Tests;

/// <summary>
/// Captures of the simulator: what the vault, the caller and missing permissions do to them. What a real server does is proven in
/// tests/Clusters.Live/Capture.
/// </summary>
public sealed class SimulatedCaptureTests : SimulatedCaptureTest
{
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
        Assert.Equal(2, (await SealedPoints.ListAsync(Vault, Name, default)).Length);
    }

    [Fact]
    public async Task What_was_in_a_pack_that_is_gone_is_read_and_written_again()
    {
        var first = await CaptureAsync();
        var packs = await PacksOfAsync(first.Point);
        await Vault.DeleteAsync(VaultPaths.Pack(Name, packs[0]), null, default);
        await ForgetVersionsAsync(packs[0]);

        var second = await CaptureAsync();

        Assert.Equal(CaptureState.Succeeded, second.State);
        Assert.Contains(second.Notes, n => n.Contains("gone"));
        Assert.True((await PointVerifier.VerifyAsync(Vault, Name, second.Point, SealTrust.Anyone, null, default)).Intact);
    }

    [Fact]
    public async Task Missing_permissions_are_gaps_that_name_the_type_and_the_rest_is_captured()
    {
        Cluster.Deny("secrets", "list");

        var report = await CaptureAsync();

        Assert.Equal(CaptureState.Partial, report.State);
        Assert.Equal("secrets", Assert.Single(report.Gaps).Resource);
        Assert.True(report.Objects > 0);
    }

    [Fact]
    public async Task Where_not_one_object_can_be_read_no_point_is_made()
    {
        var types = (await CaptureAsync())
            .Types.Where(t => t.State is TypeState.Captured && t.Type.Resource != "namespaces")
            .Select(t => t.Type.GroupResource);
        foreach (var type in types)
            Cluster.Deny(type, "list");

        var nothing = await Assert.ThrowsAsync<CaptureException>(() =>
            CaptureAsync(r => r with { Scope = new() { ExcludedResources = ["namespaces"] } }, store: new MemoryStore(TimeProvider.System))
        );

        Assert.Equal(CaptureFailure.NothingCaptured, nothing.Failure);
    }

    [Fact]
    public async Task A_capture_that_began_days_ago_is_not_sealed()
    {
        using var connection = Connect(Cluster);
        var plan = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(Name, new(), null, null, default);
        var later = new FakeTimeProvider(plan.StartedAt + RecoveryPointWriter.SealingLimit + TimeSpan.FromMinutes(1));

        var refused = await Assert.ThrowsAsync<CaptureException>(() =>
            new CaptureSealer(new(Vault, Name, null, later), later).SealAsync(
                plan,
                [],
                PointVolumes.None,
                CapturedInfrastructure.None,
                default
            )
        );

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

    private async Task<ImmutableArray<ContentDigest>> PacksOfAsync(PointId point) =>
        [
            .. (await RecoveryPointReader.OpenAsync(Vault, Name, point, default))
                .Inventory.Segments.SelectMany(s => s.Parts)
                .Select(p => p.Pack)
                .Distinct(),
        ];

    /// <summary>Deletes every version, as the purge of a store would.</summary>
    private async Task ForgetVersionsAsync(ContentDigest pack)
    {
        await foreach (var entry in Vault.ListAsync(VaultPaths.Pack(Name, pack), default))
            await Vault.DeleteAsync(entry.Path, entry.Version, default);
    }

    private async Task AssertIntactAsync(int points)
    {
        var report = await PointVerifier.VerifyAsync(Vault, Name, null, SealTrust.Anyone, null, default);
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
