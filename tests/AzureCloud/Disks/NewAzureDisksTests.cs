using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Disks;
using Holdfast.Control.Clouds;
using Holdfast.TestKit.Arm;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>What a disk is made of and how, and what Azure's refusals come to.</summary>
public sealed class NewAzureDisksTests : IAsyncLifetime
{
    private static readonly ImmutableSortedDictionary<string, string> Tags = ImmutableSortedDictionary<string, string>.Empty.Add(
        DiskTags.Run,
        "0123456789ab"
    );
    private DiskCloud cloud = null!;
    private NewAzureDisks disks = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        cloud.Server.Operations.Pace = ArmPace.AtOnce;
        disks = new(cloud.Client(), null);
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    private DiskSite Site => new("westeurope", cloud.Group, ["1", "2"], HasUnzoned: false);

    [Fact]
    public async Task A_claim_that_asks_for_more_gets_a_larger_disk_whose_file_system_grows()
    {
        var asked = new JsonObject { ["parameters"] = new JsonObject { ["storageaccounttype"] = "StandardSSD_ZRS" } };

        var disk = (await ChooseAsync(await CutAsync(), new(3L << 30, asked, null))).Disk!;

        Assert.Equal((3L << 30, "StandardSSD_ZRS", null), (disk.Bytes, disk.Kind, disk.Zone));
        Assert.Equal("true", disk.Attributes!["resizeRequired"]);
        Assert.True((await MakeAsync(disk)).IsReady);
    }

    [Fact]
    public async Task A_volume_of_the_plugin_before_the_driver_keeps_its_file_system_and_caching()
    {
        var volume = new JsonObject
        {
            ["azureDisk"] = new JsonObject { ["fsType"] = "xfs", ["cachingMode"] = "ReadOnly" },
        };

        var disk = (await ChooseAsync(await CutAsync(), new(null, null, volume))).Disk!;

        Assert.Equal(("xfs", "StandardSSD_LRS"), (disk.FileSystem, disk.Kind));
        Assert.Equal([new("cachingMode", "ReadOnly")], disk.Attributes!);
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_is_lost()
    {
        var volume = await CutAsync();
        cloud.Server.Resources.Remove(ArmId.Parse(volume.Snapshot!.Handle));

        var choice = await ChooseAsync(volume);

        Assert.Equal((null, true), (choice.Disk, choice.IsLost));
        Assert.Contains(volume.Snapshot.Handle, Assert.Single(choice.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_may_not_be_read_is_not_lost()
    {
        var volume = await CutAsync();
        cloud.Server.Faults.Refuse(_ => true, ArmException.Forbidden("Microsoft.Compute/snapshots/read", cloud.Group));

        var choice = await ChooseAsync(volume);

        Assert.Equal((null, false), (choice.Disk, choice.IsLost));
        Assert.Contains("AuthorizationFailed", Assert.Single(choice.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_is_not_complete_is_not_used()
    {
        var volume = await CutAsync();
        cloud.Snapshots.PercentPerLook = 0;
        await new DiskCopies(cloud.Client()).AdvanceAsync(cloud.Subject("run", cloud.Copies(), 0, volume.Snapshot!.Handle), default);
        var copy = cloud
            .Server.Resources.IdsOf("Microsoft.Compute/snapshots")
            .Single(s => s.StartsWith(cloud.DrGroup, StringComparison.Ordinal));
        var copied = volume with { Snapshot = volume.Snapshot with { Copies = [new("northeurope", copy)] } };

        var choice = await disks.ChooseAsync(copied, new(null, null, null), Site with { Region = "northeurope" }, default);

        Assert.Null(choice.Disk);
        Assert.Contains(choice.Notes, n => n.Contains(copy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_is_asked_for_again_is_the_same_one_and_deleting_it_twice_is_well()
    {
        var disk = (await ChooseAsync(await CutAsync())).Disk!;

        var made = await MakeAsync(disk);

        Assert.Equal(made, await MakeAsync(disk));
        Assert.Single(cloud.Server.Requests, r => r.Method == "PUT" && r.Id.Type == cloud.Disks.Type);
        Assert.True(await disks.DeleteAsync(Order(disk), default));
        Assert.True(await disks.DeleteAsync(Order(disk), default));
        Assert.Equal([cloud.Disk], cloud.Server.Resources.IdsOf(cloud.Disks.Type));
    }

    [Fact]
    public async Task A_disk_that_a_machine_uses_stays()
    {
        var disk = (await ChooseAsync(await CutAsync())).Disk!;
        cloud.Disks.Attach((await MakeAsync(disk)).Handle, "/machines/1");

        Assert.False(await disks.DeleteAsync(Order(disk), default));
    }

    [Theory]
    [InlineData("policy", CloudFailure.DeniedByPolicy)]
    [InlineData("lock", CloudFailure.Locked)]
    [InlineData("room", CloudFailure.NoCapacity)]
    [InlineData("busy", CloudFailure.Conflict)]
    [InlineData("zone", CloudFailure.Invalid)]
    [InlineData("region", CloudFailure.Invalid)]
    public async Task A_refusal_is_what_it_is(string what, CloudFailure expected)
    {
        var disk = (await ChooseAsync(await CutAsync())).Disk!;
        var refusal = what switch
        {
            "policy" => ArmException.DeniedByPolicy("disk", "Allowed locations"),
            "lock" => ArmException.Locked(ArmId.Parse(cloud.Disk)),
            "room" => ArmException.NoSku(disk.Kind, disk.Region),
            "busy" => new ArmException(409, "ConflictingConcurrentWriteNotAllowed", "Another write is in progress."),
            _ => null,
        };
        if (refusal is not null)
            cloud.Server.Faults.Refuse(r => r.Method == "PUT", refusal);
        disk = what switch
        {
            "zone" => disk with { Zone = "4" },
            "region" => disk with { Region = "northeurope" },
            _ => disk,
        };

        var failure = await Assert.ThrowsAsync<CloudException>(() => MakeAsync(disk));

        Assert.Equal(expected, failure.Failure);
        Assert.Equal([cloud.Disk], cloud.Server.Resources.IdsOf(cloud.Disks.Type));
    }

    [Fact]
    public async Task What_its_operation_fails_with_is_known()
    {
        var disk = (await ChooseAsync(await CutAsync())).Disk!;
        cloud.Server.Faults.Fail(r => r.Method == "PUT", ArmException.NoSku(disk.Kind, disk.Region));

        var failure = await Assert.ThrowsAsync<CloudException>(() => MakeAsync(disk));

        Assert.Equal(CloudFailure.NoCapacity, failure.Failure);
        Assert.NotNull((await MakeAsync(disk)).Problem);
    }

    private async Task<VolumeRecord> CutAsync()
    {
        var cut = await cloud.CutAsync("run", new());
        return DiskCloud.Volume(cloud.Disk) with
        {
            Protection = VolumeProtection.DiskSnapshot,
            Snapshot = new()
            {
                Driver = "disk.csi.azure.com",
                Handle = cut.Cut.Handle!,
                CutAt = DiskCloud.Start,
                SecondsBeforeRevision = 1,
            },
        };
    }

    private Task<DiskChoice> ChooseAsync(VolumeRecord volume, DiskWish? wish = null) =>
        disks.ChooseAsync(volume, wish ?? new(null, null, null), Site, default);

    private static DiskOrder Order(NewDisk disk) => new(disk, "holdfast-0123456789ab-1", Tags);

    private Task<MadeDisk> MakeAsync(NewDisk disk) => disks.MakeAsync(Order(disk), default);
}
