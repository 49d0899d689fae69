using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Storage;
using Holdfast.TestKit.Stores;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>Captures of a cluster whose volumes are of a CSI driver, on the embedded engine.</summary>
public sealed class VolumeCaptureTests : VolumeCaptures
{
    [Fact]
    public async Task Every_volume_is_snapshotted_before_the_revision_and_nothing_is_left_in_the_cluster()
    {
        var claims = await seed.ClaimsAsync("shop", 3);
        await seed.PodAsync("shop", "web", claims[0]);

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        Assert.Equal(new VolumeCounts(3, 0), report.Capture!.Volumes);
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.Equal(claims, volumes.Select(v => v.Claim));
        Assert.Equal("web", Assert.Single(volumes[0].Pods));
        Assert.All(volumes, v => Assert.Equal($"{v.Claim}'s data", csi.Storage.Snapshots[v.Snapshot!.Handle].Data));
        Assert.All(volumes, v => Assert.InRange(v.Snapshot!.SecondsBeforeRevision, 0, 10));
        Assert.Equal(3, csi.Storage.Snapshots.Count);
        await AssertNothingLeftAsync();
        Assert.Equal([ControlPaths.HeadsOf(report.Cluster!.Value), RunReports.PathOf(report.Run)], await PathsAsync());
    }

    [Fact]
    public async Task Holdfasts_own_snapshots_are_not_in_the_point()
    {
        await seed.ClaimsAsync("shop", 2);

        var inventory = await fleet.InventoryAsync(await fleet.RunAsync(fleet.Order("shop")));

        Assert.Empty(inventory.Segments.Where(s => SnapshotTypes.Contains(s.Resource.Split('.')[0])));
    }

    [Fact]
    public async Task Each_volume_that_fails_is_named_and_the_others_are_protected()
    {
        var claims = await seed.ClaimsAsync("shop", 5);
        csi.Faults = (_, claim) =>
            claim == claims[0] ? SnapshotFault.NeverCut
            : claim == claims[1] ? SnapshotFault.NeverReady
            : claim == claims[2] ? SnapshotFault.Fails("the disk is on fire")
            : new() { CutAfter = TimeSpan.FromSeconds(1), ReadyAfter = TimeSpan.FromSeconds(1) };

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Partial, report.State);
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.Equal(claims[3..], volumes.Where(v => v.Protection == VolumeProtection.CsiSnapshot).Select(v => v.Claim));
        Assert.Equal(claims[..3], report.Capture!.Gaps.Select(g => claims.Single(c => g.Reason.Contains(c, StringComparison.Ordinal))));
        Assert.Contains("on fire", volumes[2].Reason, StringComparison.Ordinal);
        Assert.Equal(volumes[3..].Select(v => v.Snapshot!.Handle).Order(), csi.Storage.Snapshots.Keys.Order());
    }

    [Theory]
    [InlineData(VolumeHandling.None)]
    [InlineData(VolumeHandling.SnapshotWherePossible)]
    public async Task An_unprotected_volume_is_a_gap_only_where_protection_is_asked_for(VolumeHandling handling)
    {
        await seed.ClaimsAsync("shop", 1);
        csi.Faults = (_, _) => SnapshotFault.Fails("no");
        var order = fleet.Order("shop");

        var report = await fleet.RunAsync(order with { Request = order.Request with { Volumes = handling } });

        Assert.Equal(RunState.Succeeded, report.State);
        Assert.NotNull(Assert.Single((await fleet.InventoryAsync(report)).Volumes!.Value).Reason);
        Assert.Empty(csi.Storage.Snapshots);
    }

    [Theory]
    [InlineData("Fail", RunState.Partial, 0)]
    [InlineData("Continue", RunState.Succeeded, 1)]
    public async Task A_hook_that_fails_is_in_the_report_and_decides_whether_its_volumes_are_cut(string onError, RunState state, int cut)
    {
        // The simulator answers 404 to exec.
        await seed.ClaimsAsync("shop", 1);
        await seed.PodAsync("shop", "db", "claim-000");
        await AnnotateAsync(
            "/api/v1/namespaces/shop/pods/db",
            ("pre.hook.holdfast.dev/command", "[\"fsfreeze\"]"),
            ("pre.hook.holdfast.dev/on-error", onError)
        );

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((state, cut), (report.State, csi.Storage.Snapshots.Count));
        var hook = Assert.Single(report.Hooks!.Value);
        Assert.Equal(("shop", "db", HookPhase.Pre), (hook.Namespace, hook.Pod, hook.Phase));
        Assert.NotNull(hook.Error);
        Assert.Contains(report.Capture!.Warnings, w => w.Contains("shop/db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_that_is_not_bound_has_nothing_to_protect()
    {
        await seed.RequestAsync("shop", "pending", snapshot: "missing");

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(0, 1)), (report.State, report.Capture!.Volumes));
    }

    [Fact]
    public async Task A_claim_that_says_so_needs_no_snapshot()
    {
        await seed.ClaimsAsync("shop", 1);
        await AnnotateAsync("/api/v1/namespaces/shop/persistentvolumeclaims/claim-000", ("holdfast.dev/snapshot", "false"));

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(0, 1)), (report.State, report.Capture!.Volumes));
        Assert.Empty(csi.Storage.Snapshots);
    }

    [Theory]
    [InlineData("persistentvolumeclaims")]
    [InlineData("persistentvolumes")]
    public async Task What_can_not_be_listed_is_a_gap_and_no_end_of_the_capture(string hidden)
    {
        await seed.ClaimsAsync("shop", 1);
        fleet["shop"].Deny(hidden, "list");

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains(report.Capture!.Gaps, g => g.Resource == hidden);
        Assert.Contains(report.Capture.Gaps, g => g.Reason.Contains("protected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancelled_capture_leaves_no_snapshot()
    {
        await seed.ClaimsAsync("shop", 2);
        csi.Faults = (_, _) => SnapshotFault.NeverReady;
        fleet.Limits = fleet.Limits with { Volumes = fleet.Limits.Volumes with { Ready = TimeSpan.FromMinutes(1) } };
        var order = fleet.Order("shop");
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 2);

        await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal(RunState.Cancelled, report.State);
        await AssertNothingLeftAsync();
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 0);
    }

    [Fact]
    public async Task A_process_that_is_stopped_between_the_cut_and_the_seal_is_continued_by_the_next()
    {
        await seed.ClaimsAsync("shop", 2);
        csi.Faults = (_, _) => new() { ReadyAfter = TimeSpan.FromSeconds(2) };
        var path = Path.Combine(folder.FullName, "hub.db");
        var order = fleet.Order("shop") with { Attempts = 3 };
        await using (var first = await fleet.HubAsync(path))
        {
            await fleet.StartAsync(first, order);
            await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 2);
        }

        await using var second = await fleet.HubAsync(path);
        var report = await fleet.EndAsync(second, order.Run);

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.Equal(csi.Storage.Snapshots.Keys.Order(), volumes.Select(v => v.Snapshot!.Handle).Order());
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task What_a_capture_could_not_remove_is_said_and_collected_later_without_what_points_refer_to()
    {
        await seed.ClaimsAsync("shop", 1);
        fleet["shop"].Deny("volumesnapshotcontents.snapshot.storage.k8s.io", "delete");
        var sealedPoint = await fleet.RunAsync(fleet.Order("shop"));
        Assert.Contains(sealedPoint.Capture!.Warnings, w => w.Contains("are left in the cluster", StringComparison.Ordinal));
        fleet["shop"].Allow("volumesnapshotcontents.snapshot.storage.k8s.io");
        fleet.Time = new SettableTime(TimeProvider.System.GetUtcNow().AddDays(4));

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Succeeded, report.State);
        await AssertNothingLeftAsync();
        Assert.Equal(2, csi.Storage.Snapshots.Count);
    }

    private async Task<List<string>> PathsAsync() => await fleet.Control.ListAsync("", null, default).ToListAsync();
}
