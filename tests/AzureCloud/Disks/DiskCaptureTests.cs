using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
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
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>Captures of a cluster that serves no CSI snapshots, and whose volume is an Azure disk.</summary>
public sealed class DiskCaptureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("prod");
    private DiskCloud cloud = null!;
    private SimulatedTestCluster cluster = null!;
    private BlobContainerClient container = null!;
    private IBlobStore vault = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        cloud.Server.Operations.Pace = new(1, TimeSpan.Zero);
        cloud.Content(cloud.Disk).Write(0, "the data of the shop".PadRight(512).Select(c => (byte)c).ToArray());
        cluster = await SimulatedTestCluster.StartAsync();
        var url = azurite.Azurite.NewContainer();
        container = BlobVaults.ClientOf(url, azurite.Azurite.ConnectionString);
        await container.CreateAsync();
        vault = BlobVaults.Open(url, VaultUse.Write, azurite.Azurite.ConnectionString);
        await SeedAsync();
    }

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        await cloud.DisposeAsync();
    }

    [Fact]
    public async Task A_disk_without_a_snapshot_class_is_snapshotted_by_the_cloud()
    {
        var report = await RunAsync(Request());

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volume = await VolumeAsync(report);
        Assert.Equal(VolumeProtection.DiskSnapshot, volume.Protection);
        Assert.Equal(DiskCloud.Start, volume.Snapshot!.CutAt);
        Assert.Equal(1L << 30, volume.Snapshot.RestoreBytes);
        var snapshot = cloud.Server.Resources.Find(volume.Snapshot.Handle)!;
        Assert.Equal(report.Run.ToString(), (string?)snapshot["tags"]!["holdfast-run"]);
        Assert.Equal("prod", (string?)snapshot["tags"]!["holdfast-cluster"]);
    }

    [Fact]
    public async Task Without_a_registration_that_says_where_the_cluster_is_the_volume_is_a_gap()
    {
        var report = await RunAsync(Request() with { Registration = null });

        Assert.Equal(RunState.Partial, report.State);
        Assert.Empty(cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    [Fact]
    public async Task Copies_and_images_are_in_the_point_as_the_policy_wants_them()
    {
        var report = await RunAsync(Request(copies: true, images: true));

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volume = await VolumeAsync(report);
        Assert.Equal("northeurope", Assert.Single(volume.Snapshot!.Copies!.Value).Region);
        Assert.Equal(VolumeExportKind.DiskImage, volume.Export!.Kind);
        var image = container.GetBlobClient(new BlobUriBuilder(new Uri(volume.Export.Location)).BlobName);
        Assert.Equal(volume.Export.Bytes, (await image.GetPropertiesAsync()).Value.ContentLength);
        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
        Assert.Empty((await PointVerifier.VerifyAsync(vault, Name, null, SealTrust.Anyone, null, default)).Findings);
    }

    [Fact]
    public async Task An_image_that_is_gone_is_found_by_a_verification()
    {
        var volume = await VolumeAsync(await RunAsync(Request(images: true)));
        var path = new BlobUriBuilder(new Uri(volume.Export!.Location)).BlobName;
        await container.DeleteBlobAsync(path);

        var report = await PointVerifier.VerifyAsync(vault, Name, null, SealTrust.Anyone, null, default);

        Assert.Equal((FindingKind.Missing, path), report.Findings.Select(f => (f.Kind, f.Path)).Single());
    }

    [Fact]
    public async Task A_copy_that_can_not_be_made_is_a_gap_and_the_volume_is_protected()
    {
        cloud.Server.Faults.Refuse(
            r => r.Method == "PUT" && (string?)r.Body!["location"] == "northeurope",
            ArmException.DeniedByPolicy("copy", "Allowed locations")
        );

        var report = await RunAsync(Request(copies: true));

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("Allowed locations", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
        Assert.Equal(VolumeProtection.DiskSnapshot, (await VolumeAsync(report)).Protection);
    }

    [Fact]
    public async Task A_snapshot_that_is_refused_leaves_the_volume_unprotected_and_says_why()
    {
        cloud.Server.Faults.Refuse(r => r.Method == "PUT", ArmException.Forbidden("Microsoft.Compute/snapshots/write", cloud.Group));

        var report = await RunAsync(Request());

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("AuthorizationFailed", (await VolumeAsync(report)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_that_seals_nothing_leaves_no_snapshot_and_no_copy()
    {
        cloud.Server.Operations.Pace = ArmPace.AtOnce;
        var refused = new FaultyStore(vault).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Forbidden, "no");
        });

        var report = await InlineRun.RunAsync(Environment(refused), Order(Request(copies: true)), NullLoggerFactory.Instance, default);

        Assert.NotNull(report.Failure);
        Assert.Empty(cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    [Fact]
    public async Task What_a_capture_that_died_has_left_is_collected_by_a_later_one()
    {
        cloud.Server.Operations.Pace = ArmPace.AtOnce;
        var left = await cloud.CutAsync("dead", cloud.Copies());
        var tags = cloud.Server.Resources.Find(left.Cut.Handle!)!;
        tags["tags"] = new JsonObject { ["holdfast-cluster"] = "prod", ["holdfast-vault"] = vault.Location };
        tags["properties"]!["timeCreated"] = "2020-01-01T00:00:00Z";

        var report = await RunAsync(Request());

        Assert.Equal([(await VolumeAsync(report)).Snapshot!.Handle], cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    private CaptureRequest Request(bool copies = false, bool images = false)
    {
        var policy = new ProtectionPolicy
        {
            Name = PolicyName.Parse("nightly"),
            Clusters = new() { Names = ["prod"] },
            Schedule = new("0 0 * * *"),
            VolumeCopies = copies ? cloud.Copies().Copies : null,
            VolumeImages = images,
        };
        var registration = new ClusterRegistration
        {
            Name = Name,
            Endpoint = new("https://prod.example"),
            Azure = new()
            {
                ResourceId = AzureResourceId.Parse($"{cloud.Group}/providers/Microsoft.ContainerService/managedClusters/prod"),
            },
            Authentication = new() { EntraId = new(EntraCredential.AksServer) },
        };
        return CaptureRequest.Under(policy, DiskCloud.Start) with
        {
            Scope = new() { Namespaces = ["shop"] },
            Registration = registration.ToElement(),
        };
    }

    private Task<RunReport> RunAsync(CaptureRequest request) =>
        InlineRun.RunAsync(Environment(vault), Order(request), NullLoggerFactory.Instance, default);

    private static StoredOrder Order(CaptureRequest request) =>
        new(DiskCloud.Start)
        {
            Capture = new()
            {
                Run = RunId.New(DateTimeOffset.UtcNow, 1),
                Cluster = Name,
                RequestedBy = "test",
                Request = request,
                Attempts = 1,
            },
        };

    private RunEnvironment Environment(IBlobStore store)
    {
        var client = cloud.Client();
        return new(
            (_, _) => Task.FromResult(new ClusterConnection(cluster.Endpoint, TimeProvider.System)),
            store,
            new MemoryDocuments(),
            TimeProvider.System
        )
        {
            Disks = new AzureDisks(client),
            Transfers = [new DiskCopies(client), new DiskImages(client, container, TimeProvider.System, cloud.Access())],
            Limits = RunLimits.Default with
            {
                Volumes = new() { Cut = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(50) },
            },
        };
    }

    private async Task<VolumeRecord> VolumeAsync(RunReport report)
    {
        var point = await RecoveryPointReader.OpenAsync(vault, Name, report.Capture!.Point, default);
        return Assert.Single(point.Inventory.Volumes!.Value);
    }

    private async Task SeedAsync()
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        await PostAsync(api, "/api/v1/namespaces", """{"metadata":{"name":"shop"}}""");
        await PostAsync(
            api,
            "/api/v1/persistentvolumes",
            $$$"""
            {"metadata":{"name":"pvc-1"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
             "persistentVolumeReclaimPolicy":"Delete","storageClassName":"managed","claimRef":{"namespace":"shop","name":"data"},
             "csi":{"driver":"disk.csi.azure.com","volumeHandle":"{{{cloud.Disk}}}"} } }
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

    private static async Task PostAsync(ClusterRequests api, string path, string body)
    {
        var answer = await api.PostAsync(path, body);
        Assert.True(answer.Code == 201, answer.Text);
    }
}
