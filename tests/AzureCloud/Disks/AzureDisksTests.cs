using System.Collections.Immutable;
using Holdfast.AzureCloud.Disks;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Tests.Disks;

public sealed class AzureDisksTests : IAsyncLifetime
{
    private DiskCloud cloud = null!;
    private AzureDisks disks = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        disks = new(cloud.Client());
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    private DiskSnapshotOrder Order => new(cloud.Disk, null, "holdfast-1", ImmutableSortedDictionary<string, string>.Empty.Add("a", "b"));

    [Fact]
    public async Task A_snapshot_is_incremental_in_the_region_of_the_disk_and_has_its_tags()
    {
        await CutAsync(Order);

        var made = cloud.Server.Resources.Find(disks.HandleOf(Order))!;
        Assert.Equal("westeurope", (string?)made["location"]);
        Assert.True((bool?)made["properties"]!["incremental"]);
        Assert.Equal("b", (string?)made["tags"]!["a"]);
    }

    [Fact]
    public async Task A_snapshot_that_is_asked_for_again_is_the_same_one()
    {
        var first = await CutAsync(Order);
        cloud.Time.Now += TimeSpan.FromMinutes(1);

        Assert.Equal(first, await disks.CutAsync(Order, default) with { Tags = first.Tags });
        Assert.Single(cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
        Assert.Single(cloud.Server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task A_snapshot_whose_operation_runs_is_not_cut_yet()
    {
        cloud.Server.Operations.Pace = new(2, TimeSpan.Zero);

        Assert.Null((await disks.CutAsync(Order, default)).CutAt);
        Assert.Equal(DiskCloud.Start, (await disks.CutAsync(Order, default)).CutAt);
    }

    [Fact]
    public async Task A_snapshot_is_made_in_the_group_that_is_asked_for()
    {
        var order = Order with { Group = AzureGroupId.TryParse(cloud.DrGroup, out var id) ? id : null };

        await CutAsync(order);

        Assert.StartsWith(cloud.DrGroup, disks.HandleOf(order), StringComparison.Ordinal);
        Assert.NotNull(cloud.Server.Resources.Find(disks.HandleOf(order)));
    }

    [Fact]
    public async Task A_snapshot_of_another_disk_is_not_taken_over()
    {
        await CutAsync(Order);
        var other = cloud.Disks.Add(cloud.Group, "pvc-2", "westeurope", 1);

        var refused = await Assert.ThrowsAsync<CloudException>(() => disks.CutAsync(Order with { Disk = other }, default));

        Assert.Equal(CloudFailure.Conflict, refused.Failure);
    }

    [Fact]
    public async Task A_snapshot_is_deleted_although_a_signature_of_it_was_left_behind()
    {
        var snapshot = await CutAsync(Order);
        await new DiskResources(cloud.Client()).OpenAsync(snapshot.Handle, canWrite: false, default);

        await disks.DeleteAsync(snapshot.Handle, default);
        await disks.DeleteAsync(snapshot.Handle, default);

        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
        Assert.Null(await disks.FindAsync(snapshot.Handle, default));
    }

    [Fact]
    public async Task Snapshots_are_found_by_their_tag()
    {
        var snapshot = await CutAsync(Order);
        await CutAsync(Order with { Name = "holdfast-2", Tags = ImmutableSortedDictionary<string, string>.Empty });
        Assert.True(AzureGroupId.TryParse(cloud.Group, out var group));

        Assert.Equal([snapshot.Handle], (await disks.TaggedAsync(group, "a", "b", default)).Select(s => s.Handle));
    }

    [Theory]
    [InlineData("disk.csi.azure.com", true)]
    [InlineData("kubernetes.io/azure-disk", true)]
    [InlineData("ebs.csi.aws.com", false)]
    public void Volumes_that_are_managed_disks_can_be_taken(string driver, bool can) =>
        Assert.Equal(can, disks.Takes(DiskCloud.Volume(cloud.Disk) with { Driver = driver }));

    [Fact]
    public void A_disk_that_is_a_blob_can_not_be_taken() =>
        Assert.False(
            disks.Takes(DiskCloud.Volume("https://acme.blob.core.windows.net/vhds/data.vhd") with { Driver = "kubernetes.io/azure-disk" })
        );

    private async Task<DiskSnapshot> CutAsync(DiskSnapshotOrder order)
    {
        while (true)
            if (await disks.CutAsync(order, default) is { CutAt: not null } cut)
                return cut;
    }
}
