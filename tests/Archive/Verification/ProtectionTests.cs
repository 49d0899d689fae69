using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Verification;

/// <summary>What verification says of disk images, of versions, and of blobs that the storage would delete too early.</summary>
public sealed class ProtectionTests
{
    private const int Bytes = 2048;
    private static readonly ClusterName Cluster = SamplePoint.Cluster;
    private static readonly string Image = VaultPaths.Image(Cluster, "0123456789ab", "20261122-1");
    private readonly SettableTime time = new(SamplePoint.Time);
    private readonly MemoryStore store;

    public ProtectionTests() => store = new(time);

    [Fact]
    public async Task A_whole_image_that_a_point_names_is_no_finding()
    {
        await WriteAsync($"memory/{Image}", Vhd());

        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task An_image_that_is_missing_hidden_cut_or_no_vhd_is_damage_of_its_volume()
    {
        await WriteAsync($"memory/{Image}", null);
        Assert.Equal((FindingKind.Missing, Image, "the volume of shop/data"), Only(await VerifyAsync()));

        await store.CreateAsync(Image, Vhd().AsMemory(0, 1024), null, default);
        Assert.Equal(FindingKind.Malformed, Only(await VerifyAsync()).Kind);
        store.Overwrite(Image, new byte[Bytes]);
        Assert.Equal(FindingKind.Malformed, Only(await VerifyAsync()).Kind);
        store.Overwrite(Image, Vhd());
        Assert.Empty((await VerifyAsync()).Findings);
        await store.DeleteAsync(Image, null, default);
        Assert.Equal(FindingKind.Tampered, Only(await VerifyAsync()).Kind);
    }

    [Fact]
    public async Task An_image_is_looked_for_by_its_path_whatever_address_the_vault_had()
    {
        await WriteAsync($"https://other.blob.core.windows.net/vault/{Image}", null);
        Assert.Equal((FindingKind.Missing, Image, "the volume of shop/data"), Only(await VerifyAsync()));

        await store.CreateAsync(Image, Vhd(), null, default);
        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task An_image_outside_of_any_vault_is_not_looked_at_and_one_that_no_point_names_is_an_orphan()
    {
        await WriteAsync("https://other.blob.core.windows.net/images/b.vhd", null);
        await store.CreateAsync(Image, Vhd(), null, default);

        var finding = Assert.Single((await VerifyAsync()).Findings);

        Assert.Equal((FindingKind.Orphan, Image, false), (finding.Kind, finding.Path, finding.IsDamage));
    }

    [Fact]
    public async Task An_image_is_found_by_its_path_in_a_vault_that_was_copied()
    {
        await WriteAsync($"https://other.blob.core.windows.net/vault/{Image}", null);
        Assert.Equal((FindingKind.Missing, Image), ((await VerifyAsync()).Findings[0].Kind, (await VerifyAsync()).Findings[0].Path));

        await store.CreateAsync(Image, Vhd(), null, default);

        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task What_was_written_over_is_found_with_all_its_versions()
    {
        var point = await SamplePoint.WriteAsync(store, [new("configmaps", "shop", """{"a":1}""")]);
        var path = VaultPaths.Inventory(Cluster, point.Id);
        store.Overwrite(path, "forged"u8.ToArray());

        var finding = Assert.Single((await VerifyAsync()).Findings);

        Assert.Equal((FindingKind.Tampered, path), (finding.Kind, finding.Path));
        Assert.Equal([false, true], finding.Versions.Select(v => v.IsCurrent));
        Assert.Equal(6, finding.Versions[1].Length);
    }

    [Fact]
    public async Task A_blob_that_the_storage_would_delete_before_its_points_time_is_found()
    {
        var until = time.Now.AddDays(7);
        var point = await SamplePoint.WriteAsync(
            store,
            [new("configmaps", "shop", """{"a":1}""")],
            request: new(PointState.Succeeded, until) { Mode = ImmutabilityMode.Unlocked }
        );
        Assert.Empty((await VerifyAsync()).Findings);
        var path = VaultPaths.Inventory(Cluster, point.Id);
        var content = (await store.ReadAsync(path, null, default))!;
        // as one who may change unlocked immutability can
        time.Now = until.AddSeconds(1);
        await BlobRemoval.RemoveAsync(store, path, await store.ListAsync(path, default).ToListAsync(), default);
        time.Now = SamplePoint.Time;
        await store.CreateAsync(path, content, new ImmutabilityTerm(until.AddDays(-1)), default);

        var finding = Assert.Single((await VerifyAsync()).Findings);
        Assert.Equal((FindingKind.Unprotected, path, false), (finding.Kind, finding.Path, finding.IsDamage));
        time.Now = until;
        Assert.Empty((await VerifyAsync()).Findings);
    }

    private static (FindingKind Kind, string Path, string? Subject) Only(VerifyReport report)
    {
        var finding = Assert.Single(report.Findings);
        Assert.True(finding.IsDamage);
        return (finding.Kind, finding.Path, finding.Subject);
    }

    private static byte[] Vhd()
    {
        var vhd = new byte[Bytes];
        "conectix"u8.CopyTo(vhd.AsSpan(Bytes - 512));
        return vhd;
    }

    private async Task WriteAsync(string location, byte[]? image)
    {
        if (image is not null)
            await store.CreateAsync(Image, image, null, default);
        var volume = new VolumeRecord
        {
            Namespace = "shop",
            Claim = "data",
            Volume = "pv-1",
            Driver = "disk.csi.azure.com",
            Pods = [],
            Mode = VolumeMode.Block,
            Protection = VolumeProtection.DiskSnapshot,
            Snapshot = new()
            {
                Driver = "disk.csi.azure.com",
                Handle = "snap-1",
                CutAt = SamplePoint.Time,
                SecondsBeforeRevision = 1,
            },
            Export = new()
            {
                Kind = VolumeExportKind.DiskImage,
                Location = location,
                Bytes = Bytes,
            },
        };
        var writer = new RecoveryPointWriter(store, Cluster, null, time);
        var packed = await SamplePoint.PackAsync(writer, [new("configmaps", "shop", """{"a":1}""")]);
        var inventory = SamplePoint.InventoryOf(packed) with { Version = 2, Volumes = [volume] };
        await writer.SealAsync(inventory, new(PointState.Succeeded, null), default);
    }

    private Task<VerifyReport> VerifyAsync() => PointVerifier.VerifyAsync(store, Cluster, null, SealTrust.Anyone, null, default);
}
