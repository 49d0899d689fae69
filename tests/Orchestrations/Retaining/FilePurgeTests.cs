using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Tests.Capturing;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Jobs;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Volumes.Files;

namespace Holdfast.Orchestrations.Tests.Retaining;

/// <summary>Files that movers copied, when their points are purged: by a Job in the cluster, with this machine's restic.</summary>
public sealed class FilePurgeTests : VolumeCaptures, IAsyncLifetime
{
    private static readonly ClusterName Shop = ClusterName.Parse("shop");
    private readonly SettableTime time = new(TimeProvider.System.GetUtcNow());
    private FolderRepositories repositories = null!;
    private PodRunner pods = null!;

    private Uri Repository => repositories.LocationOf(Shop);

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        repositories = new(folder.FullName);
        (fleet.Files, fleet.Time, fleet.Vault) = (repositories.Storage, time, new MemoryStore(time));
        pods = await PodRunner.StartAsync(cluster, csi.Storage);
        await seed.NamespaceAsync(FileExport.DefaultNamespace);
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await pods.DisposeAsync();
        await DisposeAsync();
    }

    [SkippableFact]
    public async Task Files_go_with_their_point_and_what_failed_captures_left_and_nothing_is_left_in_the_cluster()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 1);
        var purged = await CaptureAsync();
        var kept = await CaptureAsync();
        ResticProgram.Run(
            Repository,
            FolderRepositories.Password,
            "backup",
            "--quiet",
            "--tag",
            "holdfast",
            Repository.LocalPath + "/keys"
        );
        Assert.Equal(3, Snapshots().Length);
        Assert.Equal(1, (await PruneAsync()).Expired);
        time.Now += TimeSpan.FromDays(7);

        fleet.Opening = (_, _) => throw new ClusterException(ClusterFailure.Unreachable, "no route to host");
        var tried = await PruneAsync();
        fleet.Opening = null;
        Assert.Equal((0, 0, 3), (tried.Purged, tried.Files, Snapshots().Length));
        Assert.Contains(tried.Problems, p => p.Contains("no route to host", StringComparison.Ordinal));
        var done = await PruneAsync();

        Assert.True(done.Problems.IsEmpty, string.Join("; ", done.Problems));
        Assert.Equal((1, 1), (done.Purged, done.Files));
        Assert.StartsWith(kept, Assert.Single(Snapshots()), StringComparison.Ordinal);
        Assert.NotEqual(purged, kept);
        Assert.Equal((Repository, RepositoryUse.Write), repositories.Granted[^1]);
        using var api = new ClusterRequests(cluster.Endpoint);
        foreach (var path in (string[])["/apis/batch/v1/jobs", "/api/v1/pods", $"/api/v1/namespaces/{FileExport.DefaultNamespace}/secrets"])
            await Until.TrueAsync(async () => (await api.GetAsync(path)).Items.Length == 0);
    }

    [SkippableFact]
    public async Task An_export_waits_while_files_are_removed()
    {
        ResticProgram.Require();
        await seed.ClaimsAsync("shop", 1);
        await CaptureAsync();
        var go = new TaskCompletionSource();
        var name = new MoverNames("purge", fleet.Vault.Location, Shop).Forgetting;
        pods.Faults = job => job == name ? new(Until: go.Task) : PodFault.None;
        var runs = pods.Runs;
        using var api = new ClusterRequests(cluster.Endpoint);
        var task = new MoverTask(name, "exit 0", new FileExport("restic"), []);
        var jobs = $"/apis/batch/v1/namespaces/{FileExport.DefaultNamespace}/jobs";
        Assert.Equal(
            201,
            (await api.PostAsync($"/api/v1/namespaces/{FileExport.DefaultNamespace}/secrets", Text(task.Secret(NoSecrets)))).Code
        );
        Assert.Equal(201, (await api.PostAsync(jobs, Text(task.Job()))).Code);

        await using var hub = await fleet.HubAsync();
        var order = Order();
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 2);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal((runs, 1), (pods.Runs, (await api.GetAsync(jobs)).Items.Length));
        go.SetResult();

        Assert.Equal(RunState.Succeeded, (await fleet.EndAsync(hub, order.Run)).State);
        Assert.Equal(2, Snapshots().Length);
    }

    private static Dictionary<string, string> NoSecrets => [];

    private static string Text(JsonObject manifest) => manifest.ToJsonString();

    private string[] Snapshots() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.LocalPath, "snapshots")).Select(f => Path.GetFileName(f))];

    /// <returns>The mover's snapshot.</returns>
    private async Task<string> CaptureAsync()
    {
        var report = await fleet.RunAsync(Order());
        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        time.Now += TimeSpan.FromMinutes(1);
        return Assert.Single((await fleet.InventoryAsync(report)).Volumes!.Value).Export!.Snapshot!;
    }

    private CaptureOrder Order()
    {
        var order = fleet.Order("shop");
        var policy = new ProtectionPolicy
        {
            Name = Control.PolicyName.Parse("nightly"),
            Clusters = new() { Names = ["shop"] },
            Schedule = new("0 0 * * *"),
            Files = new("restic"),
            Retention = new(Last: 1),
        };
        var registration = SimulatedFleet.RegistrationOf("shop", "test") with
        {
            FilesPassword = new SecretReference(new("https://acme.vault.azure.net"), "shop-files"),
        };
        return order with { Request = order.Request with { Policy = policy.ToElement(), Registration = registration.ToElement() } };
    }

    private async Task<PruneResult> PruneAsync()
    {
        var means = new PruneMeans(SealTrust.Anyone, null, time) { Volumes = new VolumeDataRemoval(fleet.Environment()) };
        var pruning = new VaultPruning(fleet.Vault, Shop, means);
        var plan = await pruning.PlanAsync(facts => PolicyTerms.Of(facts.Policies, null), default);
        return await pruning.ApplyAsync(plan, TimeSpan.FromMinutes(4), default);
    }
}
