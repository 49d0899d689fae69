using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Tests.Blobs;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>
/// A cluster without CSI snapshots whose one claim, <c>shop/data</c>, is on an Azure disk; a vault in Azurite; and captures of it.
/// </summary>
internal sealed class DiskScene : IAsyncDisposable
{
    public const string Data = "the data of the shop";
    public static readonly ClusterName Name = ClusterName.Parse("prod");
    private static uint runs;

    private DiskScene(DiskCloud cloud, SimulatedTestCluster cluster, BlobContainerClient container, IBlobStore vault) =>
        (Cloud, Cluster, Container, Vault) = (cloud, cluster, container, vault);

    public DiskCloud Cloud { get; }
    public SimulatedTestCluster Cluster { get; }
    public BlobContainerClient Container { get; }
    public IBlobStore Vault { get; }
    public IDocumentStore Control { get; } = new MemoryDocuments();

    public static async Task<DiskScene> StartAsync(AzuriteFixture azurite)
    {
        var cloud = await DiskCloud.StartAsync();
        cloud.Content(cloud.Disk).Write(0, Data.PadRight(512).Select(c => (byte)c).ToArray());
        var url = azurite.Azurite.NewContainer();
        var container = BlobVaults.ClientOf(url, azurite.Azurite.ConnectionString);
        await container.CreateAsync();
        var vault = BlobVaults.Open(url, VaultUse.Write, azurite.Azurite.ConnectionString);
        var scene = new DiskScene(cloud, await SimulatedTestCluster.StartAsync(), container, vault);
        await scene.SeedAsync();
        return scene;
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Cloud.DisposeAsync();
    }

    public CaptureRequest Request(bool copies = false, bool images = false)
    {
        var policy = new ProtectionPolicy
        {
            Name = PolicyName.Parse("nightly"),
            Clusters = new() { Names = ["prod"] },
            Schedule = new("0 0 * * *"),
            VolumeCopies = copies ? Cloud.Copies().Copies : null,
            VolumeImages = images,
        };
        var registration = new ClusterRegistration
        {
            Name = Name,
            Endpoint = new("https://prod.example"),
            Azure = new()
            {
                ResourceId = AzureResourceId.Parse($"{Cloud.Group}/providers/Microsoft.ContainerService/managedClusters/prod"),
            },
            Authentication = new() { EntraId = new(EntraCredential.AksServer) },
        };
        return CaptureRequest.Under(policy, DiskCloud.Start) with
        {
            Scope = new() { Namespaces = ["shop"] },
            Registration = registration.ToElement(),
        };
    }

    public Task<RunReport> RunAsync(CaptureRequest request) =>
        InlineRun.RunAsync(Environment(Vault), Order(request), NullLoggerFactory.Instance, default);

    public static StoredOrder Order(CaptureRequest request) =>
        new(DiskCloud.Start)
        {
            Capture = new()
            {
                Run = NewRun(),
                Cluster = Name,
                RequestedBy = "test",
                Request = request,
                Attempts = 1,
            },
        };

    public static RunId NewRun() => RunId.New(DateTimeOffset.UtcNow, Interlocked.Increment(ref runs));

    /// <param name="target">What any cluster's name opens; null: the cluster that is captured.</param>
    public RunEnvironment Environment(IBlobStore store, SimulatedTestCluster? target = null)
    {
        var client = Cloud.Client();
        return new(
            (_, _) => Task.FromResult(new ClusterConnection((target ?? Cluster).Endpoint, TimeProvider.System)),
            store,
            Control,
            TimeProvider.System
        )
        {
            Disks = new AzureDisks(client),
            NewDisks = new NewAzureDisks(client, Container),
            Transfers = [new DiskCopies(client), new DiskImages(client, Container, TimeProvider.System, Cloud.Access())],
            Limits = RunLimits.Default with
            {
                Volumes = new() { Cut = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(50) },
            },
        };
    }

    public async Task<VolumeRecord> VolumeAsync(RunReport report)
    {
        var point = await RecoveryPointReader.OpenAsync(Vault, Name, report.Capture!.Point, default);
        return Assert.Single(point.Inventory.Volumes!.Value);
    }

    private async Task SeedAsync()
    {
        using var api = new ClusterRequests(Cluster.Endpoint);
        await PostAsync(api, "/api/v1/namespaces", """{"metadata":{"name":"shop"}}""");
        await PostAsync(api, "/apis/storage.k8s.io/v1/storageclasses", StorageClass("Premium_LRS"));
        await PostAsync(
            api,
            "/api/v1/persistentvolumes",
            $$$"""
            {"metadata":{"name":"pvc-1"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
             "persistentVolumeReclaimPolicy":"Delete","storageClassName":"managed","claimRef":{"namespace":"shop","name":"data"},
             "mountOptions":["noatime"],"csi":{"driver":"disk.csi.azure.com","volumeHandle":"{{{Cloud.Disk}}}","fsType":"xfs",
              "volumeAttributes":{"cachingMode":"ReadOnly","requestedsizegib":"1"} },
             "nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[
              {"key":"topology.disk.csi.azure.com/zone","operator":"In","values":["westeurope-1"]}]}]} } } }
            """
        );
        await PostAsync(
            api,
            "/api/v1/namespaces/shop/persistentvolumeclaims",
            """
            {"metadata":{"name":"data"},"spec":{"volumeName":"pvc-1","storageClassName":"managed","accessModes":["ReadWriteOnce"],
             "resources":{"requests":{"storage":"1Gi"}}}}
            """
        );
    }

    public static string StorageClass(string sku) =>
        $$$"""
            {"metadata":{"name":"managed"},"provisioner":"disk.csi.azure.com","parameters":{"skuname":"{{{sku}}}"},
             "reclaimPolicy":"Delete","volumeBindingMode":"WaitForFirstConsumer"}
            """;

    public static async Task PostAsync(ClusterRequests api, string path, string body)
    {
        var answer = await api.PostAsync(path, body);
        Assert.True(answer.Code == 201, answer.Text);
    }
}
