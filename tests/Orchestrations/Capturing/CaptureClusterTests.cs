using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters;
using Holdfast.Control;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Capturing;

public sealed class CaptureClusterTests : IAsyncLifetime
{
    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("shop");
        await fleet["shop"].SeedSampleApplicationAsync(default);
        await fleet["shop"].SeedSyntheticAsync(2_000, 12, default);
    }

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    public async Task A_capture_ends_with_a_sealed_point_and_a_report_and_leaves_nothing_else_in_the_control_store()
    {
        var order = fleet.Order("shop");

        var report = await fleet.RunAsync(order);

        Assert.Equal((RunState.Succeeded, RunKind.Capture, CaptureState.Succeeded), (report.State, report.Kind, report.Capture!.State));
        Assert.True(report.Capture.Objects > 2_000);
        Assert.Equal(("tests", (ClusterName?)order.Cluster, null), (report.RequestedBy, report.Cluster, report.AchievedRpoSeconds));
        Assert.True((await fleet.VerifyAsync("shop")).Intact);
        Assert.Equal([ControlPaths.HeadsOf(order.Cluster), RunReports.PathOf(order.Run)], await PathsAsync());
    }

    [Fact]
    public async Task A_second_capture_reuses_what_is_there_and_reports_the_time_between_the_two()
    {
        var first = await fleet.RunAsync(fleet.Order("shop"));
        var second = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(0, second.Capture!.PacksWritten);
        Assert.True(second.Capture.SegmentsReused > 0);
        Assert.Equal((second.Capture.PinnedAt - first.Capture!.PinnedAt)!.Value.TotalSeconds, second.AchievedRpoSeconds);
    }

    [Fact]
    public async Task Units_handed_back_after_every_page_make_the_same_point()
    {
        var whole = await FingerprintsAsync(await fleet.RunAsync(fleet.Order("shop")));
        fleet.Vault = new MemoryStore(TimeProvider.System);
        fleet.Limits = fleet.Limits with { ExportBudget = TimeSpan.Zero };

        var pieces = await FingerprintsAsync(await fleet.RunAsync(fleet.Order("shop")));

        Assert.NotEmpty(whole);
        Assert.Equal(whole, pieces);

        async Task<List<(string, string?, ContentDigest)>> FingerprintsAsync(RunReport report) =>
            [.. (await fleet.InventoryAsync(report)).Segments.Select(s => (s.Resource, s.Namespace, s.Fingerprint))];
    }

    [Fact]
    public async Task A_missing_permission_is_a_gap_and_the_run_is_partial()
    {
        fleet["shop"].Deny("secrets", "list");

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Partial, "secrets"), (report.State, Assert.Single(report.Capture!.Gaps).Resource));
    }

    [Fact]
    public async Task A_revision_that_expires_is_pinned_again_and_one_that_always_does_is_read_at_its_own()
    {
        using (
            fleet["shop"]
                .Inject(
                    new("resourceVersionMatch=Exact")
                    {
                        After = 5,
                        Times = 1,
                        Status = 410,
                    }
                )
        )
        {
            var again = await fleet.RunAsync(fleet.Order("shop"));
            Assert.Equal(RunState.Succeeded, again.State);
            Assert.Contains(again.Capture!.Notes, n => n.Contains("instead"));
        }
        using (fleet["shop"].Inject(new("resourceVersionMatch=Exact") { Status = 410 }))
        {
            var always = await fleet.RunAsync(fleet.Order("shop") with { Request = new() { Full = true } });
            Assert.Contains(always.Capture!.Notes, n => n.Contains("in each of 5 rounds"));
            Assert.Equal(RunState.Succeeded, always.State);
        }
    }

    [Fact]
    public async Task A_cluster_that_rejects_the_credentials_fails_the_run_with_the_reason_and_what_to_do()
    {
        using var refused = fleet["shop"].Inject(new("") { Status = 401 });

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(
            (RunState.Failed, FailureSide.Cluster, nameof(ClusterFailure.NotAuthenticated)),
            (report.State, report.Failure!.Side, report.Failure.Code)
        );
        Assert.Contains("401", report.Failure.Message);
        Assert.NotNull(report.Failure.Next);
        Assert.Null(report.Capture);
    }

    [Theory]
    [InlineData(ArchiveFailure.Full), InlineData(ArchiveFailure.Forbidden)]
    public async Task A_vault_that_refuses_fails_the_run_and_is_not_asked_again(ArchiveFailure failure)
    {
        fleet.Vault = new FaultyStore(fleet.Vault).FailFrom(StoreOperation.Create, 1, failure);

        var report = await fleet.RunAsync(fleet.Order("shop") with { Attempts = 5 });

        Assert.Equal((RunState.Failed, FailureSide.Vault, failure.ToString()), (report.State, report.Failure!.Side, report.Failure.Code));
    }

    [Fact]
    public async Task The_failure_of_one_unit_is_not_lost_to_others_that_end_after_it()
    {
        fleet.Vault = new FaultyStore(fleet.Vault).Fail(StoreOperation.Create, 3, ArchiveFailure.Full);

        var report = await fleet.RunAsync(fleet.Order("shop") with { Attempts = 1 });

        Assert.Equal((RunState.Failed, nameof(ArchiveFailure.Full)), (report.State, report.Failure?.Code));
    }

    [Fact]
    public async Task A_cancelled_capture_stops_reports_and_the_next_one_uses_what_it_wrote()
    {
        using var slow = fleet["shop"].Inject(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) });
        await using var hub = await fleet.HubAsync();
        var order = fleet.Order("shop") with { Attempts = 5 };
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => slow.Struck > 0);

        await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person", "enough"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal((RunState.Cancelled, "a person"), (report.State, report.Cancelled!.By));
        Assert.Contains("Run the capture again", report.Failure!.Next);
        Assert.Equal([RunReports.PathOf(order.Run)], await PathsAsync());
        slow.Dispose();
        Assert.Equal(RunState.Succeeded, (await fleet.RunAsync(fleet.Order("shop"))).State);
        Assert.True((await fleet.VerifyAsync("shop")).Intact);
    }

    [Fact]
    public async Task The_status_shows_how_far_the_run_is()
    {
        using var slow = fleet["shop"].Inject(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) });
        await using var hub = await fleet.HubAsync();
        var order = fleet.Order("shop");
        await fleet.StartAsync(hub, order);

        RunStatus? status = null;
        await Until.TrueAsync(async () => (status = await SimulatedFleet.StatusAsync(hub, order.Run)) is { UnitsDone: > 0 });

        Assert.Equal((RunState.Running, "exporting", order.Run), (status!.State, status.Phase, status.Run));
        Assert.True(status.Objects > 0 && status.ExpectedObjects > 2_000 && status.Units > 1);
    }

    private async Task<List<string>> PathsAsync() => await fleet.Control.ListAsync("", null, default).ToListAsync();
}
