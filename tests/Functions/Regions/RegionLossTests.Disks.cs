using Holdfast.TestKit.Arm.Disks;
using Holdfast.TestKit.Arm.Kubernetes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>With Azure disks, of which the other region has copies only.</summary>
public sealed partial class RegionLossTests
{
    private const string Nodes = $"/subscriptions/{SampleAks.Subscription}/resourceGroups/MC_dr";
    private const string Machines = $"{Nodes}/providers/Microsoft.Compute/virtualMachineScaleSets/a/virtualMachines";

    [Fact]
    public async Task A_disk_of_which_only_a_copy_is_left_comes_back_from_it_and_is_made_once()
    {
        var (disks, _) = DiskStore.AddTo(azure.Server);
        var copies = azure.Server.AddGroup(SampleAks.Subscription, "copies", "northeurope");
        azure.Server.AddGroup(SampleAks.Subscription, "MC_dr", "northeurope");
        var lost = disks.Add(SampleAks.Nodes, "ledger", SampleAks.Region, gigabytes: 1, zone: "1");
        await SeedDiskAsync(clusters["prod"], lost);
        await CaptureAsync(Copying(copies));
        await LoseRegionAsync();

        var (_, report) = await RunAsync(new(), Body);

        Assert.True((string?)report["state"] == "Succeeded", report.ToJsonString());
        var made = Assert.Single(azure.Server.Requests, r => r.Method == "PUT" && r.Id.Type == disks.Type);
        Assert.Equal(("MC_dr", "northeurope"), (made.Id.ResourceGroup, (string?)made.Body!["location"]));
        var source = (string?)made.Body["properties"]!["creationData"]!["sourceResourceId"];
        Assert.StartsWith($"{copies}/", source, StringComparison.Ordinal);
        using var requests = new ClusterRequests(clusters["prod-dr"].Endpoint);
        var claim = (await requests.GetAsync("/api/v1/namespaces/shop/persistentvolumeclaims/ledger")).Body!;
        Assert.Equal("Bound", (string?)claim["status"]!["phase"]);
        var volume = (await requests.GetAsync($"/api/v1/persistentvolumes/{claim["spec"]!["volumeName"]}")).Body!;
        Assert.Equal(made.Id.Path, (string?)volume["spec"]!["csi"]!["volumeHandle"], ignoreCase: true);
    }

    /// <summary>A claim on a disk of which no VolumeSnapshot can be taken.</summary>
    private static async Task SeedDiskAsync(SimulatedTestCluster cluster, string disk)
    {
        using var requests = new ClusterRequests(cluster.Endpoint);
        await requests.PostAsync(
            "/apis/storage.k8s.io/v1/storageclasses",
            """
            {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"managed"},"provisioner":"disk.csi.azure.com",
             "parameters":{"skuName":"Premium_LRS"},"volumeBindingMode":"WaitForFirstConsumer"}
            """
        );
        await requests.PostAsync(
            "/api/v1/persistentvolumes",
            $$$"""
            {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"ledger"},"spec":{"capacity":{"storage":"1Gi"},
             "accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Delete","storageClassName":"managed",
             "claimRef":{"namespace":"shop","name":"ledger"},
             "csi":{"driver":"disk.csi.azure.com","volumeHandle":"{{{disk}}}"} } }
            """
        );
        await requests.PostAsync(
            "/api/v1/namespaces/shop/persistentvolumeclaims",
            """
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"ledger"},"spec":{"volumeName":"ledger",
             "storageClassName":"managed","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}} } }
            """
        );
        await cluster.Simulator.SettleAsync(default);
    }

    private static string Copying(string group) =>
        $$$"""
            {"version":1,"name":"carried","clusters":{"names":["prod"]},"schedule":{"cron":"0 2 * * *"},
             "volumeCopies":[{"region":"northeurope","resourceGroup":"{{{group}}}"}]}
            """;

    private static string Node(int number) =>
        $$$"""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-{{{number}}}","labels":{"topology.kubernetes.io/region":"northeurope",
              "topology.disk.csi.azure.com/zone":""} },
             "spec":{"providerID":"azure://{{{Machines}}}/{{{number}}}"} }
            """;
}
