using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Vault.Pruning;

namespace Holdfast.Vault.Tests.Pruning;

public sealed class VolumePurgeTests
{
    private static readonly RetentionRule LastOne = new(Last: 1);
    private readonly SampleVault vault = new();

    [Fact]
    public async Task Data_of_volumes_goes_before_the_point_that_names_it_and_keeps_it_while_it_cant()
    {
        var old = await vault.CaptureAsync(new SampleCapture { Volumes = [Volume("snap-1", "shared")] }, "a");
        vault.Time.Now += TimeSpan.FromHours(1);
        await vault.CaptureAsync(new SampleCapture { Volumes = [Volume("snap-2", "shared")] }, "b");
        await vault.PruneAsync(LastOne);
        vault.Time.Now += TimeSpan.FromDays(7);
        var removal = new ListedRemoval { Fault = "the cluster doesn't answer" };
        var means = vault.Means() with { Volumes = removal };

        Assert.Empty((await vault.PlanAsync(LastOne)).Purge);
        var tried = await vault.PruneAsync(LastOne, means);
        Assert.Equal((0, 0, 1), (tried.Purged, tried.Packs.Packs, tried.Problems.Length));
        Assert.Equal(2, (await vault.PacksAsync()).Count);
        removal.Fault = null;
        var purged = await vault.PruneAsync(LastOne, means);

        Assert.Equal((1, 1, 1), (purged.Purged, purged.Packs.Packs, purged.Volumes));
        Assert.Equal(["snap-1"], removal.Removed.Select(d => d.Handle).Distinct());
        Assert.False(await vault.HasInventoryAsync(old.Id));
    }

    [Theory]
    [InlineData(null), InlineData("https://elsewhere.example.com/vault")]
    public async Task An_image_that_no_point_names_goes_after_seven_days_and_one_that_a_point_names_stays(string? capturedInto)
    {
        var (named, left) = ($"clusters/{SampleVault.Cluster}/images/d/a.vhd", $"clusters/{SampleVault.Cluster}/images/d/b.vhd");
        var exported = Volume("snap-1") with
        {
            Export = new()
            {
                Kind = VolumeExportKind.DiskImage,
                Location = $"{capturedInto ?? vault.Store.Location}/{named}",
                Bytes = 3,
            },
        };
        foreach (var path in (string[])[named, left])
            await vault.Store.CreateAsync(path, new byte[3], null, default);
        await vault.CaptureAsync(new SampleCapture { Volumes = [exported] }, "a");
        Assert.Empty((await vault.PlanAsync(LastOne)).Images);
        vault.Time.Now += TimeSpan.FromDays(7);

        Assert.Equal([left], (await vault.PlanAsync(LastOne)).Images.Select(i => i.Path));
        Assert.Equal(1, (await vault.PruneAsync(LastOne)).Images);

        Assert.Equal([named], await vault.PathsAsync($"clusters/{SampleVault.Cluster}/images/"));
    }

    private static VolumeRecord Volume(params string[] handles) =>
        new()
        {
            Namespace = "a",
            Claim = "data",
            Volume = "pv-1",
            Mode = VolumeMode.Filesystem,
            Protection = VolumeProtection.CsiSnapshot,
            Snapshot = new()
            {
                Driver = "csi.example.com",
                Handle = handles[0],
                CutAt = SampleVault.Begin,
                SecondsBeforeRevision = 1,
                Copies = handles.Length > 1 ? [new("west", handles[1])] : null,
            },
        };

    private sealed class ListedRemoval : IVolumeDataRemoval
    {
        public string? Fault { get; set; }
        public List<VolumeData> Removed { get; } = [];

        public bool Handles(ClusterName cluster, VolumeData data) => true;

        public Task<string?> RemoveAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation)
        {
            if (Fault is null)
                Removed.Add(data);
            return Task.FromResult(Fault);
        }
    }
}
