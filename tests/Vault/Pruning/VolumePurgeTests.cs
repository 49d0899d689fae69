using System.Collections.Immutable;
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

    [Fact]
    public async Task Copied_files_go_with_their_point_and_those_that_no_point_names_after_seven_days()
    {
        var old = await vault.CaptureAsync(new SampleCapture { Volumes = [WithFiles("old")] }, "a");
        vault.Time.Now += TimeSpan.FromHours(1);
        // a mover may have said the beginning of an id only
        await vault.CaptureAsync(new SampleCapture { Volumes = [WithFiles("ne")] }, "b");
        await vault.PruneAsync(LastOne);
        var removal = new ListedRemoval
        {
            Files =
            {
                ["old"] = vault.Time.Now,
                ["new"] = vault.Time.Now,
                ["left"] = vault.Time.Now,
            },
        };
        var means = vault.Means() with { Volumes = removal };
        Assert.Empty((await vault.PlanAsync(LastOne, means)).Files);
        vault.Time.Now += TimeSpan.FromDays(7);
        removal.Files["running"] = vault.Time.Now;

        Assert.Equal(["left"], (await vault.PlanAsync(LastOne, means)).Files.Select(f => f.Snapshot));
        removal.IsSlow = true;
        var begun = await vault.PruneAsync(LastOne, means);
        Assert.Equal((0, 0), (begun.Purged, begun.Problems.Length));
        Assert.True(await vault.HasInventoryAsync(old.Id));
        removal.IsSlow = false;
        var purged = await vault.PruneAsync(LastOne, means);

        Assert.Equal((1, 2, 1), (purged.Purged, purged.Volumes, purged.Files));
        Assert.Equal(["new", "running"], removal.Files.Keys.Order());
        Assert.False(await vault.HasInventoryAsync(old.Id));
    }

    [Fact]
    public async Task A_repository_that_cant_be_used_keeps_its_points_only()
    {
        await vault.CaptureAsync(new SampleCapture { Volumes = [WithFiles("old")] }, "a");
        vault.Time.Now += TimeSpan.FromHours(1);
        await vault.CaptureAsync("b");
        vault.Time.Now += TimeSpan.FromHours(1);
        await vault.CaptureAsync("c");
        await vault.PruneAsync(LastOne);
        vault.Time.Now += TimeSpan.FromDays(7);
        var means = vault.Means() with { Volumes = new ListedRemoval { Fault = "the cluster doesn't answer" } };

        Assert.Contains("doesn't answer", Assert.Single((await vault.PlanAsync(LastOne, means)).Obstacles), StringComparison.Ordinal);
        var purged = await vault.PruneAsync(LastOne, means);

        Assert.Equal((1, 1), (purged.Purged, purged.Packs.Packs));
        Assert.Contains(purged.Problems, p => p.StartsWith("exported files", StringComparison.Ordinal));
    }

    private static VolumeRecord WithFiles(string snapshot) =>
        Volume($"snap-of-{snapshot}") with
        {
            Export = new()
            {
                Kind = VolumeExportKind.Files,
                Tool = "restic",
                Location = "https://acme.blob.core.windows.net/files-prod",
                Snapshot = snapshot,
                Bytes = 1,
                Files = 1,
            },
        };

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
        public Dictionary<string, DateTimeOffset> Files { get; } = [];
        public bool IsSlow { get; set; }

        public bool Handles(ClusterName cluster, VolumeData data) => true;

        public Task<string?> RemoveAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation)
        {
            if (Fault is null)
                Removed.Add(data);
            return Task.FromResult(Fault);
        }

        public Task<ImmutableArray<FilesFacts>> ListFilesAsync(ClusterName cluster, CancellationToken cancellation) =>
            Fault is null
                ? Task.FromResult(Files.Select(f => new FilesFacts(f.Key, f.Value)).ToImmutableArray())
                : throw new InvalidOperationException(Fault);

        public Task<RemovedFiles> RemoveFilesAsync(ClusterName cluster, UnneededFiles files, CancellationToken cancellation)
        {
            if (Fault is not null)
                throw new InvalidOperationException(Fault);
            string[] unneeded = IsSlow ? [] : [.. files.Named, .. files.Unnamed];
            foreach (var snapshot in unneeded)
                Files.Remove(snapshot);
            return Task.FromResult(new RemovedFiles([.. unneeded], null));
        }
    }
}
