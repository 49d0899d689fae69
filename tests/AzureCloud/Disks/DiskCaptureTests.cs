using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Verification;
using Holdfast.AzureCloud.Tests.Blobs;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>Captures of a cluster that serves no CSI snapshots, and whose volume is an Azure disk.</summary>
public sealed class DiskCaptureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private DiskScene scene = null!;

    public async Task InitializeAsync()
    {
        scene = await DiskScene.StartAsync(azurite);
        scene.Cloud.Server.Operations.Pace = new(1, TimeSpan.Zero);
    }

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [Fact]
    public async Task A_disk_without_a_snapshot_class_is_snapshotted_by_the_cloud()
    {
        var report = await scene.RunAsync(scene.Request());

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volume = await scene.VolumeAsync(report);
        Assert.Equal(VolumeProtection.DiskSnapshot, volume.Protection);
        Assert.Equal(DiskCloud.Start, volume.Snapshot!.CutAt);
        Assert.Equal(1L << 30, volume.Snapshot.RestoreBytes);
        var snapshot = scene.Cloud.Server.Resources.Find(volume.Snapshot.Handle)!;
        Assert.Equal(report.Run.ToString(), (string?)snapshot["tags"]!["holdfast-run"]);
        Assert.Equal("prod", (string?)snapshot["tags"]!["holdfast-cluster"]);
    }

    [Fact]
    public async Task Without_a_registration_that_says_where_the_cluster_is_the_volume_is_a_gap()
    {
        var report = await scene.RunAsync(scene.Request() with { Registration = null });

        Assert.Equal(RunState.Partial, report.State);
        Assert.Empty(scene.Cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    [Fact]
    public async Task Copies_and_images_are_in_the_point_as_the_policy_wants_them()
    {
        var report = await scene.RunAsync(scene.Request(copies: true, images: true));

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        var volume = await scene.VolumeAsync(report);
        Assert.Equal("northeurope", Assert.Single(volume.Snapshot!.Copies!.Value).Region);
        Assert.Equal(VolumeExportKind.DiskImage, volume.Export!.Kind);
        var image = scene.Container.GetBlobClient(new BlobUriBuilder(new Uri(volume.Export.Location)).BlobName);
        Assert.Equal(volume.Export.Bytes, (await image.GetPropertiesAsync()).Value.ContentLength);
        Assert.Equal(0, scene.Cloud.Disks.Store.Endpoint.Active);
        Assert.Empty((await PointVerifier.VerifyAsync(scene.Vault, DiskScene.Name, null, SealTrust.Anyone, null, default)).Findings);
    }

    [Fact]
    public async Task An_image_that_is_gone_is_found_by_a_verification()
    {
        var volume = await scene.VolumeAsync(await scene.RunAsync(scene.Request(images: true)));
        var path = new BlobUriBuilder(new Uri(volume.Export!.Location)).BlobName;
        await scene.Container.DeleteBlobAsync(path);

        var report = await PointVerifier.VerifyAsync(scene.Vault, DiskScene.Name, null, SealTrust.Anyone, null, default);

        Assert.Equal((FindingKind.Missing, path), report.Findings.Select(f => (f.Kind, f.Path)).Single());
    }

    [Fact]
    public async Task A_copy_that_can_not_be_made_is_a_gap_and_the_volume_is_protected()
    {
        scene.Cloud.Server.Faults.Refuse(
            r => r.Method == "PUT" && (string?)r.Body!["location"] == "northeurope",
            ArmException.DeniedByPolicy("copy", "Allowed locations")
        );

        var report = await scene.RunAsync(scene.Request(copies: true));

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("Allowed locations", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
        Assert.Equal(VolumeProtection.DiskSnapshot, (await scene.VolumeAsync(report)).Protection);
    }

    [Fact]
    public async Task A_snapshot_that_is_refused_leaves_the_volume_unprotected_and_says_why()
    {
        scene.Cloud.Server.Faults.Refuse(
            r => r.Method == "PUT",
            ArmException.Forbidden("Microsoft.Compute/snapshots/write", scene.Cloud.Group)
        );

        var report = await scene.RunAsync(scene.Request());

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("AuthorizationFailed", (await scene.VolumeAsync(report)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_that_seals_nothing_leaves_no_snapshot_and_no_copy()
    {
        scene.Cloud.Server.Operations.Pace = ArmPace.AtOnce;
        var refused = new FaultyStore(scene.Vault).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Forbidden, "no");
        });

        var report = await InlineRun.RunAsync(
            scene.Environment(refused),
            DiskScene.Order(scene.Request(copies: true)),
            NullLoggerFactory.Instance,
            default
        );

        Assert.NotNull(report.Failure);
        Assert.Empty(scene.Cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    [Fact]
    public async Task What_a_capture_that_died_has_left_is_collected_by_a_later_one()
    {
        scene.Cloud.Server.Operations.Pace = ArmPace.AtOnce;
        var left = await scene.Cloud.CutAsync("dead", scene.Cloud.Copies());
        var tags = scene.Cloud.Server.Resources.Find(left.Cut.Handle!)!;
        tags["tags"] = new JsonObject { ["holdfast-cluster"] = "prod", ["holdfast-vault"] = scene.Vault.Location };
        tags["properties"]!["timeCreated"] = "2020-01-01T00:00:00Z";

        var report = await scene.RunAsync(scene.Request());

        Assert.Equal(
            [(await scene.VolumeAsync(report)).Snapshot!.Handle],
            scene.Cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots")
        );
    }
}
