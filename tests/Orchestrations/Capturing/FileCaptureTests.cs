using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Jobs;
using Holdfast.TestKit.Storage;
using Holdfast.TestKit.Stores;
using Holdfast.Volumes.Files;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>
/// Files of volumes, exported by Jobs and restored by Jobs: the containers are processes of this machine, which run its restic.
/// </summary>
public sealed class FileCaptureTests : IAsyncLifetime, IDisposable
{
    private const string Movers = FileExport.DefaultNamespace;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-files-");
    private readonly SimulatedFleet fleet = new();
    private readonly FolderRepositories repositories;
    private SimulatedTestCluster cluster = null!;
    private CsiController csi = null!;
    private PodRunner pods = null!;
    private StorageSeed seed = null!;

    public FileCaptureTests()
    {
        repositories = new(folder.FullName);
        fleet.Files = repositories.Storage;
    }

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        fleet.Borrow("shop", cluster.Simulator);
        fleet.Limits = fleet.Limits with
        {
            Volumes = new()
            {
                Cut = TimeSpan.FromSeconds(20),
                Ready = TimeSpan.FromSeconds(20),
                Pause = TimeSpan.FromMilliseconds(200),
            },
        };
        csi = await CsiController.StartAsync(cluster);
        pods = await PodRunner.StartAsync(cluster, csi.Storage);
        seed = new(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync("shop");
        await seed.NamespaceAsync(Movers);
    }

    public async Task DisposeAsync()
    {
        await pods.DisposeAsync();
        await csi.DisposeAsync();
        await fleet.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public void Dispose() => seed.Dispose();

    [SkippableFact]
    public async Task The_files_of_each_volume_are_in_the_repository_and_nothing_is_left_in_the_cluster()
    {
        ResticProgram.Require();
        var claims = await seed.ClaimsAsync("shop", 3);

        var report = await fleet.RunAsync(Order());

        Assert.True(report.State == RunState.Succeeded, Why(report));
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.Equal(claims, volumes.Select(v => v.Claim));
        Assert.All(volumes, v => Assert.Equal((VolumeExportKind.Files, 1L), (v.Export!.Kind, v.Export.Files)));
        Assert.Equal(3, volumes.Select(v => v.Export!.Snapshot).Distinct().Count());
        // beginning the repository is a run of its own
        Assert.Equal(4, pods.Runs);
        Assert.All(repositories.Granted, g => Assert.Equal((repositories.LocationOf(ClusterName.Parse("shop")), RepositoryUse.Write), g));
        await AssertNothingLeftAsync();
        Assert.Equal(3, csi.Storage.Snapshots.Count);
        Assert.Equal(3, csi.Storage.Volumes.Count);
    }

    [SkippableFact]
    public async Task A_deleted_namespace_whose_snapshots_are_lost_comes_back_with_its_files()
    {
        ResticProgram.Require();
        var claims = await seed.ClaimsAsync("shop", 2);
        var captured = await fleet.RunAsync(Order());
        await DeleteNamespaceAsync("shop");
        foreach (var snapshot in csi.Storage.Snapshots.Keys)
            csi.Storage.DeleteSnapshot(snapshot);

        var order = fleet.RestoreOf(captured);
        var report = await fleet.RunAsync(
            order with
            {
                Request = order.Request! with
                {
                    Volumes = VolumeChoice.Files,
                    Selection = new() { Namespaces = ["shop"] },
                },
            }
        );

        Assert.True(report.State == RunState.Succeeded, Why(report));
        Assert.Equal(2, report.Restore!.Volumes![nameof(ClaimSource.Files)]);
        foreach (var claim in claims)
        {
            var data = await DataAsync("shop", claim);
            Assert.Equal($"{claim}'s data", Assert.Single(VolumeFiles.Read(data)).Value);
        }
        await AssertNothingLeftAsync();
        // as their class makes volumes, and without the restore's marks
        using var api = new ClusterRequests(cluster.Endpoint);
        var volumes = (await api.GetAsync("/api/v1/persistentvolumes")).Items.Where(v =>
            (string?)v["spec"]!["claimRef"]!["namespace"] == "shop"
        );
        Assert.All(volumes, v => Assert.Equal("Delete", (string?)v["spec"]!["persistentVolumeReclaimPolicy"]));
        Assert.All(volumes, v => Assert.Null(v["metadata"]!["annotations"]?["holdfast.dev/reclaim-policy"]));
        Assert.Equal(2, csi.Storage.Volumes.Count);
        Assert.Contains(RepositoryUse.Read, repositories.Granted.Select(g => g.Use));
    }

    [SkippableFact]
    public async Task A_mover_that_fails_is_a_gap_with_what_it_said_and_the_snapshot_protects_all_the_same()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 2);
        pods.Faults = job =>
            job.EndsWith("-0", StringComparison.Ordinal) ? new(Ends: new(3, "at least one file could not be read")) : PodFault.None;

        var report = await fleet.RunAsync(Order());

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("could not be read", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
        var volumes = (await fleet.InventoryAsync(report)).Volumes!.Value;
        Assert.All(volumes, v => Assert.Equal(VolumeProtection.CsiSnapshot, v.Protection));
        Assert.Equal([true, false], volumes.Select(v => v.Export is null));
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_vault_in_a_folder_is_refused_before_anything_is_made()
    {
        fleet.Files = null;
        await seed.ClaimsAsync("shop", 1);

        var report = await fleet.RunAsync(Order());

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains("folder", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
        Assert.Equal(0, pods.Runs);
    }

    [Fact]
    public async Task A_registration_without_a_password_is_said()
    {
        await seed.ClaimsAsync("shop", 1);
        var order = Order();

        var report = await fleet.RunAsync(order with { Request = order.Request with { Registration = null } });

        Assert.Contains("filesPassword", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_the_policy_or_their_annotation_leaves_out_are_only_snapshotted()
    {
        await seed.ClaimsAsync("shop", 2);
        await AnnotateAsync("claim-000", "true");
        fleet.Files = null;

        var report = await fleet.RunAsync(Order(new FileExport("restic") { LabelSelector = "export=yes" }));

        Assert.Contains("claim-000", Assert.Single(report.Capture!.Gaps).Reason, StringComparison.Ordinal);
        Assert.Equal(new VolumeCounts(2, 0), report.Capture!.Volumes);
    }

    [SkippableFact]
    public async Task A_process_that_is_stopped_while_files_are_exported_is_continued_by_the_next()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 2);
        var go = new TaskCompletionSource();
        pods.Faults = job => job.EndsWith("-begin", StringComparison.Ordinal) ? PodFault.None : new(Until: go.Task);
        var path = Path.Combine(folder.FullName, "hub.db");
        var order = Order() with { Attempts = 3 };
        await using (var first = await fleet.HubAsync(path))
        {
            await fleet.StartAsync(first, order);
            await Until.TrueAsync(async () => (await JobsAsync()).Length == 3);
        }
        go.SetResult();

        await using var second = await fleet.HubAsync(path);
        var report = await fleet.EndAsync(second, order.Run);

        Assert.True(report.State == RunState.Succeeded, Why(report));
        Assert.All((await fleet.InventoryAsync(report)).Volumes!.Value, v => Assert.NotNull(v.Export));
        Assert.Equal(3, pods.Runs);
        await AssertNothingLeftAsync();
    }

    [SkippableFact]
    public async Task A_cancelled_capture_leaves_no_job_no_secret_and_no_volume()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 1);
        pods.Faults = job => job.EndsWith("-begin", StringComparison.Ordinal) ? PodFault.None : new(Waits: "ImagePullBackOff");
        var order = Order();
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(IsWaitingAsync);

        await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal(RunState.Cancelled, report.State);
        await AssertNothingLeftAsync();
        await Until.TrueAsync(() => csi.Storage.Volumes.Count == 1 && csi.Storage.Snapshots.Count == 0);
    }

    [Fact]
    public async Task A_cancelled_capture_waits_for_nothing_and_says_what_it_could_not_remove()
    {
        await seed.ClaimsAsync("shop", 1);
        pods.Faults = _ => new(Waits: "ImagePullBackOff");
        fleet.Limits = fleet.Limits with { Volumes = fleet.Limits.Volumes with { Pause = TimeSpan.FromHours(1) } };
        var order = Order();
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(async () => (await JobsAsync()).Length == 1);
        fleet["shop"].Deny("persistentvolumeclaims", "get");

        await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal(RunState.Cancelled, report.State);
        Assert.Contains("left in the cluster", report.Failure!.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_a_capture_could_not_remove_is_collected_later()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 1);
        foreach (var type in (string[])["jobs.batch", "secrets", "persistentvolumeclaims"])
            fleet["shop"].Deny(type, "delete");
        Assert.NotEmpty((await fleet.RunAsync(Order())).Capture!.Warnings);
        Assert.NotEmpty(await JobsAsync());
        foreach (var type in (string[])["jobs.batch", "secrets", "persistentvolumeclaims"])
            fleet["shop"].Allow(type);
        fleet.Time = new SettableTime(TimeProvider.System.GetUtcNow().AddDays(4));

        await fleet.RunAsync(Order());

        await AssertNothingLeftAsync();
    }

    private CaptureOrder Order(FileExport? export = null)
    {
        var order = fleet.Order("shop");
        var policy = new ProtectionPolicy
        {
            Name = Control.PolicyName.Parse("nightly"),
            Clusters = new() { Names = ["shop"] },
            Schedule = new("0 0 * * *"),
            Files = export ?? new FileExport("restic"),
        };
        var registration = SimulatedFleet.RegistrationOf("shop", "test") with
        {
            FilesPassword = new SecretReference(new("https://acme.vault.azure.net"), "shop-files"),
        };
        return order with { Request = order.Request with { Policy = policy.ToElement(), Registration = registration.ToElement() } };
    }

    private static string Why(RunReport report) =>
        string.Join("; ", report.Capture?.Gaps ?? [])
        + report.Failure
        + string.Join("; ", report.Restore?.Failures ?? [])
        + string.Join("; ", report.Restore?.Incomplete ?? []);

    private async Task<JsonObject[]> JobsAsync()
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        return (await api.GetAsync("/apis/batch/v1/jobs")).Items;
    }

    private async Task<string> DataAsync(string ns, string claim)
    {
        string? data = null;
        await Until.TrueAsync(async () => (data = await seed.DataAsync(ns, claim)) is not null);
        return data!;
    }

    private async Task DeleteNamespaceAsync(string ns)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        await api.DeleteAsync($"/api/v1/namespaces/{ns}");
        await Until.TrueAsync(async () => (await api.GetAsync($"/api/v1/namespaces/{ns}")).Code == 404);
        await Until.TrueAsync(() => csi.Storage.Volumes.Count == 0);
    }

    private async Task AnnotateAsync(string claim, string value)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["holdfast.dev/files"] = value } },
        };
        Assert.Equal(200, (await api.PatchAsync($"/api/v1/namespaces/shop/persistentvolumeclaims/{claim}", patch.ToJsonString())).Code);
    }

    /// <summary>A mover's Pod is there, and can't begin.</summary>
    private async Task<bool> IsWaitingAsync()
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        var found = (await api.GetAsync($"/api/v1/namespaces/{Movers}/pods")).Items;
        return found.Any(p => p.ToJsonString().Contains("ImagePullBackOff", StringComparison.Ordinal));
    }

    /// <summary>Controllers remove finalizers and what is owned a moment later.</summary>
    private async Task AssertNothingLeftAsync()
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        string[] paths =
        [
            "/apis/batch/v1/jobs",
            $"/api/v1/namespaces/{Movers}/secrets",
            $"/api/v1/namespaces/{Movers}/persistentvolumeclaims",
            $"/api/v1/namespaces/{Movers}/pods",
            $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshots",
            $"/apis/{SnapshotDefinitions.ApiVersion}/volumesnapshotcontents",
        ];
        foreach (var path in paths)
            await Until.TrueAsync(async () => (await api.GetAsync(path)).Items.Length == 0);
    }
}
