using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Tests.Capturing;
using Holdfast.Vault.Pruning;

namespace Holdfast.Orchestrations.Tests.Retaining;

public sealed class VolumeDataRemovalTests : VolumeCaptures
{
    private static readonly ClusterName Shop = ClusterName.Parse("shop");

    private VolumeDataRemoval Removal => new(fleet.Environment());

    [Fact]
    public async Task A_snapshot_is_deleted_in_the_storage_through_its_driver_and_nothing_is_left_in_the_cluster()
    {
        csi.Storage.CreateVolume("vol-1", 1 << 30, "data");
        var (purged, kept) = (csi.Storage.Cut("snap-1", "vol-1", TimeSpan.Zero)!, csi.Storage.Cut("snap-2", "vol-1", TimeSpan.Zero)!);

        var left = await Removal.RemoveAsync(Shop, Of(purged.Handle), default);

        Assert.Null(left);
        Assert.Equal([kept.Handle], csi.Storage.Snapshots.Keys);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_already_counts_as_deleted()
    {
        var left = await Removal.RemoveAsync(Shop, Of("snap-9"), default);

        Assert.Null(left);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task An_image_is_deleted_from_the_vault_that_it_is_in()
    {
        var path = VaultPaths.Image(Shop, "0123abcd", "a-1");
        await fleet.Vault.CreateAsync(path, "image"u8.ToArray(), null, default);
        var image = new VolumeData(VolumeDataKind.DiskImage, $"{fleet.Vault.Location}/{path}");

        Assert.True(Removal.Handles(Shop, image));
        // the vault may have another address than when it was captured into
        Assert.True(Removal.Handles(Shop, image with { Handle = $"https://elsewhere/vault/{path}" }));
        Assert.False(Removal.Handles(ClusterName.Parse("other"), image));
        Assert.False(Removal.Handles(Shop, image with { Handle = "https://elsewhere/disk.vhd" }));
        Assert.Null(await Removal.RemoveAsync(Shop, image, default));
        Assert.Null(await fleet.Vault.ReadAsync(path, null, default));
    }

    [Fact]
    public void What_nothing_can_delete_isnt_handled() =>
        Assert.False(Removal.Handles(Shop, new(VolumeDataKind.Files, "snap", null, "repository")));

    private VolumeData Of(string handle) => new(VolumeDataKind.Snapshot, handle, csi.Driver);
}
