using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.AzureCloud.Tests.Blobs;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Disks;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>Claims come back on disks that Azure makes of a snapshot, its copy or an image.</summary>
public sealed class DiskRestoreTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const string DiskType = "Microsoft.Compute/disks";
    private const string ClaimPath = "/api/v1/namespaces/shop/persistentvolumeclaims/data";
    private DiskScene scene = null!;

    private DiskCloud Cloud => scene.Cloud;

    public async Task InitializeAsync() => scene = await DiskScene.StartAsync(azurite);

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [Fact]
    public async Task In_the_region_of_a_copy_the_disk_is_made_of_it_where_the_target_has_nodes()
    {
        var captured = await CaptureAsync(copies: true);
        await using var target = await DiskTarget.StartAsync(scene, ("northeurope", "1"), ("northeurope", "2"));

        var report = await target.RestoreAsync(captured);

        AssertWhole(report);
        Assert.Equal(1, report.Restore!.Volumes!["Disk"]);
        var disk = NewDisk();
        Assert.StartsWith($"{Cloud.DrGroup}/", (string)disk["id"]!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            ("northeurope", "1", "Premium_LRS", "Copy"),
            ((string?)disk["location"], (string?)disk["zones"]![0], (string?)disk["sku"]!["name"], CreationOf(disk, "createOption"))
        );
        Assert.Equal((await scene.VolumeAsync(captured)).Snapshot!.Copies!.Value[0].Handle, CreationOf(disk, "sourceResourceId"));
        Assert.Equal(
            (captured.Capture!.Point.ToString(), "shop/data"),
            ((string?)disk["tags"]!["holdfast-point"], (string?)disk["tags"]!["holdfast-claim"])
        );
        AssertData(disk);
    }

    [Fact]
    public async Task The_volume_is_as_the_old_one_was_but_for_its_disk_and_zone()
    {
        var captured = await CaptureAsync(copies: true);
        await using var target = await DiskTarget.StartAsync(scene, ("northeurope", "3"));

        await target.RestoreAsync(captured);

        var volume = Assert.Single(await target.VolumesAsync());
        var step = await target.StepAsync();
        Assert.Equal((ClaimSource.Disk, (string?)volume["metadata"]!["name"]), (step.Volume!.From, step.Volume.Disk!.Name));
        Assert.Null(volume["metadata"]!["labels"]?["holdfast.dev/restore-run"]);
        var spec = volume["spec"]!;
        Assert.Equal("Delete", (string?)spec["persistentVolumeReclaimPolicy"]);
        Assert.Equal(("managed", "1Gi"), ((string?)spec["storageClassName"], (string?)spec["capacity"]!["storage"]));
        AssertSame("""["noatime"]""", spec["mountOptions"]);
        AssertSame(
            $$$"""
            {"driver":"disk.csi.azure.com","volumeHandle":"{{{NewDisk()["id"]}}}","fsType":"xfs",
             "volumeAttributes":{"cachingMode":"ReadOnly"} }
            """,
            spec["csi"]
        );
        AssertSame(
            """
            {"required":{"nodeSelectorTerms":[{"matchExpressions":[
             {"key":"topology.disk.csi.azure.com/zone","operator":"In","values":["northeurope-3"]}]}]}}
            """,
            spec["nodeAffinity"]
        );
        var claim = await target.GetAsync(ClaimPath);
        Assert.Equal((step.Volume.Disk.Name, "Bound"), ((string?)claim["spec"]!["volumeName"], (string?)claim["status"]!["phase"]));
        Assert.Equal((string?)claim["metadata"]!["uid"], (string?)spec["claimRef"]!["uid"]);
    }

    [Fact]
    public async Task In_the_same_region_it_is_made_of_the_snapshot_in_the_group_that_is_asked_for()
    {
        var group = Cloud.Server.AddGroup(DiskCloud.Subscription, "restored", "westeurope");
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, ("westeurope", null));
        Assert.True(AzureGroupId.TryParse(group, out var id));

        AssertWhole(await target.RestoreAsync(target.Request(captured) with { DiskResourceGroup = id }));

        var disk = NewDisk();
        Assert.StartsWith($"{group}/", (string)disk["id"]!, StringComparison.Ordinal);
        Assert.Null(disk["zones"]);
        Assert.Equal((await scene.VolumeAsync(captured)).Snapshot!.Handle, CreationOf(disk, "sourceResourceId"));
        Assert.Equal([""], ZonesOf(Assert.Single(await target.VolumesAsync())));
    }

    [Fact]
    public async Task A_zone_redundant_disk_is_in_no_zone_and_usable_in_all()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, "Premium_ZRS", ("westeurope", "2"));

        AssertWhole(await target.RestoreAsync(captured));

        Assert.Null(NewDisk()["zones"]);
        Assert.Equal(["westeurope-1", "westeurope-2", "westeurope-3", ""], ZonesOf(Assert.Single(await target.VolumesAsync())));
    }

    [Fact]
    public async Task Without_snapshot_and_copy_it_is_imported_from_the_image_in_the_region_of_the_vault()
    {
        var account = Cloud.Accounts.Add(Cloud.DrGroup, "devstoreaccount1", "northeurope");
        Cloud.Disks.BlobOf = Blob;
        var captured = await CaptureAsync(images: true);
        await using var target = await DiskTarget.StartAsync(scene, ("northeurope", "1"));

        AssertWhole(await target.RestoreAsync(captured));

        var disk = NewDisk();
        Assert.Equal(("Import", account), (CreationOf(disk, "createOption"), CreationOf(disk, "storageAccountId")));
        Assert.Equal((await scene.VolumeAsync(captured)).Export!.Location, CreationOf(disk, "sourceUri"));
        Assert.Equal(1L << 30, (long)disk["properties"]!["diskSizeBytes"]!);
        AssertData(disk);
    }

    [Fact]
    public async Task Where_nothing_is_in_reach_the_plan_says_what_is_where_and_makes_nothing()
    {
        Cloud.Accounts.Add(Cloud.Group, "devstoreaccount1", "westeurope");
        var captured = await CaptureAsync(images: true);
        await using var target = await DiskTarget.StartAsync(scene, ("northeurope", "1"));

        var report = await target.RestoreAsync(captured);

        Assert.Equal(RunState.Partial, report.State);
        var step = await target.StepAsync();
        Assert.Equal((StepAction.Skip, true), (step.Action, step.Incomplete));
        Assert.Contains($"{(await scene.VolumeAsync(captured)).Snapshot!.Handle} is in westeurope", step.Reason, StringComparison.Ordinal);
        Assert.Contains("devstoreaccount1 in westeurope", step.Reason, StringComparison.Ordinal);
        Assert.Single(Cloud.Server.Resources.IdsOf(DiskType));
        Assert.Empty(await target.VolumesAsync());
    }

    [Fact]
    public async Task A_lost_claim_of_the_same_cluster_gets_a_new_disk()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.SameAsync(scene);
        await target.DeleteAsync(ClaimPath);
        await target.DeleteAsync("/api/v1/persistentvolumes/pvc-1");

        AssertWhole(await target.RestoreAsync(captured));

        AssertData(NewDisk());
        Assert.Equal((string?)NewDisk()["id"], HandleOf(Assert.Single(await target.VolumesAsync())));
    }

    [Fact]
    public async Task A_clone_gets_a_disk_of_its_own_and_production_keeps_its()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.SameAsync(scene);
        var clone = target.Request(captured) with
        {
            NamespaceMapping = ImmutableSortedDictionary<string, string>.Empty.Add("shop", "copy"),
        };

        AssertWhole(await target.RestoreAsync(clone));

        var volume = Assert.Single(await target.VolumesAsync());
        Assert.Equal(("copy", "data"), ((string?)volume["spec"]!["claimRef"]!["namespace"], (string?)volume["spec"]!["claimRef"]!["name"]));
        Assert.Equal((string?)NewDisk()["id"], HandleOf(volume));
        Assert.Equal(Cloud.Disk, HandleOf(await target.GetAsync("/api/v1/persistentvolumes/pvc-1")));
    }

    [Fact]
    public async Task A_run_that_died_while_a_disk_was_made_makes_no_second_one()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, ("westeurope", "1"));
        Cloud.Server.Operations.Pace = new(10_000, TimeSpan.Zero);
        using var death = new CancellationTokenSource();
        var dying = target.RestoreAsync(target.Request(captured), death.Token);
        while (Cloud.Server.Resources.IdsOf(DiskType).Count < 2 && !dying.IsCompleted)
            await Task.Delay(20);
        await death.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dying);
        var left = RestoreReports.Of(await target.PlanAsync(), new([]), TimeSpan.Zero, ended: false);
        Cloud.Server.Operations.Finish();
        Cloud.Server.Operations.Pace = ArmPace.AtOnce;

        AssertWhole(await target.ResumeAsync());

        Assert.Contains(left.Incomplete, i => i.Reason.Contains((string)NewDisk()["name"]!, StringComparison.Ordinal));

        Assert.Single(Cloud.Server.Requests, r => r.Method == "PUT" && r.Id.Type == DiskType);
        AssertData(NewDisk());
    }

    [Fact]
    public async Task A_lost_answer_and_throttling_make_no_second_disk()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, ("westeurope", "1"));
        Cloud.Server.Faults.Lose(r => r.Method == "PUT" && r.Id.Type == DiskType);
        Cloud.Server.Faults.Throttle(2, TimeSpan.Zero, r => r.Method == "GET" && r.Id.Type == DiskType);

        AssertWhole(await target.RestoreAsync(captured));

        AssertData(NewDisk());
        Assert.Single(await target.VolumesAsync());
    }

    [Fact]
    public async Task Without_capacity_the_claim_fails_with_the_reason_and_a_resumed_run_makes_it()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, ("westeurope", "1"));
        Cloud.Server.Faults.Fail(r => r.Method == "PUT" && r.Id.Type == DiskType, ArmException.NoSku("Premium_LRS", "westeurope"));

        var report = await target.RestoreAsync(captured);

        var failure = Assert.Single(report.Restore!.Failures);
        Assert.Equal("persistentvolumeclaims", failure.Resource);
        Assert.Contains("SkuNotAvailable", failure.Reason, StringComparison.Ordinal);
        Assert.Single(Cloud.Server.Resources.IdsOf(DiskType));
        Assert.Empty(await target.VolumesAsync());
        AssertWhole(await target.ResumeAsync());
        AssertData(NewDisk());
    }

    [Fact]
    public async Task A_disk_of_that_name_that_is_not_the_runs_is_neither_used_nor_deleted()
    {
        var captured = await CaptureAsync();
        await using var target = await DiskTarget.StartAsync(scene, ("westeurope", "1"));
        Cloud.Server.Faults.Fail(r => r.Method == "PUT" && r.Id.Type == DiskType, ArmException.NoSku("Premium_LRS", "westeurope"));
        await target.RestoreAsync(captured);
        var name = (await target.StepAsync()).Volume!.Disk!.Name;
        var foreign = Cloud.Disks.Add(Cloud.Group, name, "westeurope", gigabytes: 1);

        var report = await target.ResumeAsync();

        Assert.Contains("isn't of this restore", Assert.Single(report.Restore!.Failures).Reason, StringComparison.Ordinal);
        Assert.Contains(foreign, Cloud.Server.Resources.IdsOf(DiskType));
        Assert.Empty(await target.VolumesAsync());
    }

    private async Task<RunReport> CaptureAsync(bool copies = false, bool images = false)
    {
        Cloud.Server.Operations.Pace = ArmPace.AtOnce;
        var report = await scene.RunAsync(scene.Request(copies, images) with { Scope = new() });
        Assert.Null(report.Failure);
        return report;
    }

    private static void AssertWhole(RunReport report) =>
        Assert.True(
            report is { State: RunState.Succeeded },
            $"{report.State} {report.Failure} {string.Join("; ", report.Restore?.Failures.Concat(report.Restore.Incomplete) ?? [])}"
        );

    /// <summary>The one that isn't production's.</summary>
    private JsonObject NewDisk() =>
        Cloud.Server.Resources.Find(Assert.Single(Cloud.Server.Resources.IdsOf(DiskType), d => d != Cloud.Disk))!;

    private void AssertData(JsonObject disk) =>
        Assert.Equal(DiskScene.Data, Encoding.ASCII.GetString(Cloud.Content((string)disk["id"]!).Read(0, 512)).TrimEnd());

    private static string? CreationOf(JsonObject disk, string member) => (string?)disk["properties"]!["creationData"]![member];

    private static string? HandleOf(JsonObject volume) => (string?)volume["spec"]!["csi"]!["volumeHandle"];

    private static IEnumerable<string?> ZonesOf(JsonObject volume) =>
        volume["spec"]!["nodeAffinity"]!["required"]!["nodeSelectorTerms"]![0]!["matchExpressions"]![0]!["values"]!
            .AsArray()
            .Select(v => (string?)v);

    private static void AssertSame(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString());

    /// <summary>As Azure reads an image: by the account's key, whatever the caller may do.</summary>
    private DiskContent? Blob(Uri uri)
    {
        var blob = scene.Container.GetPageBlobClient(new BlobUriBuilder(uri).BlobName);
        if (!blob.Exists())
            return null;
        var content = new DiskContent(blob.GetProperties().Value.ContentLength);
        foreach (var range in blob.GetAllPageRanges())
        {
            var read = blob.DownloadContent(new BlobDownloadOptions { Range = range.Range });
            content.Write(range.Range.Offset, read.Value.Content.ToArray());
        }
        return content;
    }
}
