using System.Text.Json;
using Holdfast.Capture;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Storage;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>Captures whose credentials miss a right that snapshots or hooks need: it costs what needs it, and nothing else.</summary>
public sealed class VolumeRightsTests : VolumeCaptures
{
    private const string Snapshots = "volumesnapshots";
    private const string Contents = "volumesnapshotcontents";

    [Theory]
    [InlineData(Snapshots)]
    [InlineData(Contents)]
    public async Task What_may_not_be_deleted_is_left_and_the_point_is_whole(string type)
    {
        await seed.ClaimsAsync("shop", 2);

        var report = await RunWithoutAsync(fleet.Order("shop"), ("delete", type));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(2, 0)), (report.State, report.Capture!.Volumes));
        Assert.Contains(report.Capture.Warnings, w => w.Contains("are left in the cluster", StringComparison.Ordinal));
        Assert.Equal(2, csi.Storage.Snapshots.Count);
    }

    [Fact]
    public async Task A_snapshot_that_failed_and_may_not_be_purged_does_not_end_the_capture()
    {
        var claims = await seed.ClaimsAsync("shop", 2);
        csi.Faults = (_, claim) => claim == claims[0] ? SnapshotFault.NeverReady : SnapshotFault.None;

        var report = await RunWithoutAsync(fleet.Order("shop"), ("delete", Contents));

        Assert.Equal((RunState.Partial, new VolumeCounts(1, 1)), (report.State, report.Capture!.Volumes));
        Assert.Contains(report.Capture.Warnings, w => w.Contains("are left in the cluster", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Snapshots, "list")]
    [InlineData(Snapshots, "create")]
    [InlineData(Contents, "list")]
    [InlineData(Contents, "patch")]
    public async Task Volumes_that_can_not_be_followed_are_named_and_the_point_is_made(string type, string verb)
    {
        await seed.ClaimsAsync("shop", 1);

        var report = await RunWithoutAsync(fleet.Order("shop"), (verb, type));

        Assert.Equal((RunState.Partial, new VolumeCounts(0, 1)), (report.State, report.Capture!.Volumes));
        var volume = Assert.Single((await fleet.InventoryAsync(report)).Volumes!.Value);
        Assert.Contains($"{verb} {type}", volume.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_deletes_only_snapshots_that_are_there()
    {
        await seed.ClaimsAsync("shop", 3);
        csi.Faults = (_, _) => new() { ReadyAfter = TimeSpan.FromSeconds(2) };
        await using var proxy = await FaultProxy.StartAsync(cluster);

        var report = await RunAsync(proxy, fleet.Order("shop"));

        Assert.Equal(RunState.Succeeded, report.State);
        var deletes = proxy.Requests.Where(r => r.Method == "DELETE" && r.Path.Contains("/volumesnapshots/", StringComparison.Ordinal));
        Assert.Equal(3, deletes.Count());
    }

    [Fact]
    public async Task Without_the_right_to_list_pods_volumes_are_cut_without_hooks_and_the_point_says_so()
    {
        await seed.ClaimsAsync("shop", 1);
        fleet["shop"].Deny("pods", "list");

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(new VolumeCounts(1, 0), report.Capture!.Volumes);
        Assert.Contains(report.Capture.Warnings, w => w.Contains("hooks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_list_pods_volumes_are_not_cut_where_the_policy_has_hooks()
    {
        await seed.ClaimsAsync("shop", 1);
        fleet["shop"].Deny("pods", "list");
        var order = fleet.Order("shop");
        var policy = JsonElement.Parse(
            """
            { "version": 1, "name": "nightly", "clusters": { "names": ["shop"] }, "schedule": { "cron": "0 2 * * *" },
              "hooks": [{ "name": "freeze", "pre": [{ "command": ["freeze"] }] }] }
            """
        );

        var report = await fleet.RunAsync(order with { Request = order.Request with { Policy = policy } });

        Assert.Equal(new VolumeCounts(0, 1), report.Capture!.Volumes);
        Assert.Contains("pods", Assert.Single((await fleet.InventoryAsync(report)).Volumes!.Value).Reason, StringComparison.Ordinal);
        Assert.Empty(csi.Storage.Snapshots);
    }

    [Fact]
    public async Task Claims_that_may_not_be_listed_are_no_gap_of_protection_where_none_is_asked_for()
    {
        await seed.ClaimsAsync("shop", 1);
        fleet["shop"].Deny("persistentvolumeclaims", "list");
        var order = fleet.Order("shop");

        var report = await fleet.RunAsync(order with { Request = order.Request with { Volumes = VolumeHandling.None } });

        Assert.Equal("persistentvolumeclaims", Assert.Single(report.Capture!.Gaps).Resource);
        Assert.DoesNotContain("protected", report.Capture.Gaps[0].Reason, StringComparison.Ordinal);
    }
}
