using Holdfast.Capture;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Storage;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Capturing;

public sealed class VolumeGroupTests : VolumeGroupBehaviour
{
    protected override string GroupVersion => "v1";
}

public sealed class OlderVolumeGroupTests : VolumeGroupBehaviour
{
    protected override string GroupVersion => "v1beta1";
}

/// <summary>Captures of a cluster that serves group snapshots: the claims of an application are cut at one instant.</summary>
public abstract class VolumeGroupBehaviour : VolumeCaptures
{
    private const string Groups = "volumegroupsnapshots";
    private const string Contents = "volumegroupsnapshotcontents";

    [Fact]
    public async Task Claims_of_an_application_are_cut_at_one_instant_and_nothing_is_left_in_the_cluster()
    {
        var claims = await ApplicationAsync(3);
        await seed.ClaimAsync("shop", "other", "other's data");

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.Equal([.. claims, "other"], volumes.Select(v => v.Claim));
        Assert.All(volumes, v => Assert.Equal($"{v.Claim}'s data", csi.Storage.Snapshots[v.Snapshot!.Handle].Data));
        var group = Assert.Single(volumes[..3].Select(v => v.Snapshot!.Group).Distinct());
        Assert.NotNull(group);
        Assert.Single(volumes[..3].Select(v => v.Snapshot!.CutAt).Distinct());
        Assert.Null(volumes[3].Snapshot!.Group);
        await AssertNothingLeftAsync();
        Assert.Equal(4, csi.Storage.Snapshots.Count);
    }

    [Fact]
    public async Task The_objects_of_a_group_are_not_in_the_point()
    {
        await ApplicationAsync(2);

        var inventory = await fleet.InventoryAsync(await fleet.RunAsync(fleet.Order("shop")));

        string[] types = [.. SnapshotTypes, .. GroupTypes];
        Assert.Empty(inventory.Segments.Where(s => types.Contains(s.Resource.Split('.')[0])));
    }

    [Fact]
    public async Task Claims_whose_labels_select_another_claim_too_are_cut_one_by_one()
    {
        var claims = await ApplicationAsync(3);
        await AnnotateAsync($"/api/v1/namespaces/shop/persistentvolumeclaims/{claims[2]}", ("holdfast.dev/snapshot", "false"));

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(2, 1)), (report.State, report.Capture!.Volumes));
        Assert.All((await fleet.InventoryAsync(report)).Volumes!.Value, v => Assert.Null(v.Snapshot?.Group));
        Assert.Equal(2, csi.Storage.Snapshots.Count);
    }

    [Fact]
    public async Task A_group_that_may_not_be_created_is_cut_one_by_one()
    {
        await ApplicationAsync(2);

        var report = await RunWithoutAsync(fleet.Order("shop"), ("create", Groups));

        Assert.Equal(new VolumeCounts(2, 0), report.Capture!.Volumes);
        Assert.All((await fleet.InventoryAsync(report)).Volumes!.Value, v => Assert.Null(v.Snapshot!.Group));
    }

    [Fact]
    public async Task A_group_that_fails_is_the_reason_of_each_of_its_claims()
    {
        await ApplicationAsync(2);
        csi.Faults = (_, claim) => claim == "claim-001" ? SnapshotFault.Fails("the array is full") : SnapshotFault.None;

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Partial, new VolumeCounts(0, 2)), (report.State, report.Capture!.Volumes));
        Assert.All(report.Capture.Gaps, g => Assert.Contains("the array is full", g.Reason, StringComparison.Ordinal));
        Assert.Empty(csi.Storage.Snapshots);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_group_that_is_never_ready_is_purged_whole()
    {
        await ApplicationAsync(2);
        csi.Faults = (_, _) => SnapshotFault.NeverReady;

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Partial, new VolumeCounts(0, 2)), (report.State, report.Capture!.Volumes));
        await AssertNothingLeftAsync();
        Assert.Empty(csi.Storage.Snapshots);
    }

    [Fact]
    public async Task A_slow_group_is_waited_for()
    {
        await ApplicationAsync(2);
        csi.Faults = (_, _) => new() { CutAfter = TimeSpan.FromSeconds(1), ReadyAfter = TimeSpan.FromSeconds(1) };

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(2, 0)), (report.State, report.Capture!.Volumes));
        await AssertNothingLeftAsync();
        Assert.Equal(2, csi.Storage.Snapshots.Count);
    }

    [Fact]
    public async Task Groups_that_a_capture_could_not_remove_are_collected_later_without_what_points_refer_to()
    {
        await ApplicationAsync(2);
        var first = await RunWithoutAsync(fleet.Order("shop"), ("delete", Groups), ("delete", Contents));
        Assert.Equal((RunState.Succeeded, new VolumeCounts(2, 0)), (first.State, first.Capture!.Volumes));
        csi.Faults = (_, _) => SnapshotFault.NeverReady;
        await RunWithoutAsync(fleet.Order("shop"), ("delete", Groups), ("delete", Contents));
        csi.Faults = (_, _) => SnapshotFault.None;
        fleet.Time = new SettableTime(TimeProvider.System.GetUtcNow().AddDays(4));

        var last = await fleet.RunAsync(fleet.Order("shop"));

        await AssertNothingLeftAsync();
        var named = new List<string>();
        foreach (var report in (RunReport[])[first, last])
            named.AddRange((await fleet.InventoryAsync(report)).Volumes!.Value.Select(v => v.Snapshot!.Handle));
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 4);
        Assert.Equal(named.Order(), csi.Storage.Snapshots.Keys.Order());
    }

    /// <summary>Claims with a label that no other claim has.</summary>
    private async Task<string[]> ApplicationAsync(int count)
    {
        await seed.GroupClassAsync(GroupVersion!);
        var claims = await seed.ClaimsAsync("shop", count);
        await seed.LabelAsync("shop", claims, "app", "web");
        return claims;
    }
}
