using Holdfast.Archive.Format;
using Holdfast.Cli.Output;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Cli.Tests.Output;

public sealed class VolumeTextTests
{
    [Fact]
    public void A_plan_says_of_each_claim_that_comes_back_where_its_data_comes_from()
    {
        var lines = Lines(
            new(ClaimSource.Live),
            new(ClaimSource.Reattach) { Volume = "pv-7" },
            new(ClaimSource.Snapshot)
            {
                Snapshot = new()
                {
                    Name = "n",
                    ApiVersion = "snapshot.storage.k8s.io/v1",
                    Driver = "disk.example.com",
                    Handle = "snap-1",
                    Mode = VolumeMode.Filesystem,
                    CutAt = new(2026, 11, 22, 5, 29, 58, TimeSpan.Zero),
                    Size = "10Gi",
                },
            },
            new(ClaimSource.Empty),
            new(ClaimSource.Disk)
            {
                Disk = new()
                {
                    Name = "n",
                    Disk = new()
                    {
                        From = NewDiskSource.Copy,
                        Source = "/subscriptions/s/snapshots/copy",
                        Region = "northeurope",
                        Group = "/subscriptions/s/resourceGroups/dr",
                        Kind = "Premium_LRS",
                        Zone = "2",
                        Bytes = 10L << 30,
                        Topology = new("topology.disk.csi.azure.com/zone", ["northeurope-2"]),
                    },
                    Driver = "disk.csi.azure.com",
                    Mode = VolumeMode.Filesystem,
                    Reclaim = "Delete",
                    CutAt = new(2026, 11, 22, 5, 29, 58, TimeSpan.Zero),
                },
            }
        );

        Assert.DoesNotContain("shop/claim-0", lines, StringComparison.Ordinal);
        Assert.Contains("shop/claim-1: volume pv-7", lines, StringComparison.Ordinal);
        Assert.Contains("snap-1 of disk.example.com, cut 2026-11-22 05:29:58Z, 10Gi", lines, StringComparison.Ordinal);
        Assert.Contains("shop/claim-3\n", lines, StringComparison.Ordinal);
        Assert.EndsWith(
            "shop/claim-4: 10Gi Premium_LRS in northeurope zone 2, of copied snapshot /subscriptions/s/snapshots/copy, "
                + "cut 2026-11-22 05:29:58Z",
            lines,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_plan_without_claims_says_nothing_of_volumes() => Assert.Empty(Lines([]));

    private static string Lines(params ClaimVolume[] volumes)
    {
        var lines = new List<string>();
        VolumeText.Print(Plan(volumes), new(false), lines.Add, all: false);
        return string.Join("\n", lines);
    }

    private static RestorePlan Plan(ClaimVolume[] volumes) =>
        new()
        {
            Name = "0123456789ab",
            Request = new() { Cluster = ClusterName.Parse("prod"), Point = default },
            SourceUid = default,
            TargetUid = default,
            TargetServer = "v1.36.2",
            PlannedAt = default,
            Steps = [.. volumes.Select(Step)],
        };

    private static RestoreStep Step(ClaimVolume volume, int number) =>
        new()
        {
            Number = number,
            Stage = RestoreStage.Volumes,
            Action = StepAction.Create,
            Resource = KnownTypes.PersistentVolumeClaims,
            ApiVersion = "v1",
            Kind = "PersistentVolumeClaim",
            Namespace = "shop",
            Name = $"claim-{number}",
            Reason = "",
            Volume = volume,
        };
}
