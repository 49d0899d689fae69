using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Live.Tests.Executing;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Executing;
using Holdfast.TestKit.Jobs;
using Holdfast.TestKit.Storage;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>Captures with volumes, hooks and files, and purges of what they made.</summary>
internal sealed class VolumeUse : IAsyncDisposable
{
    private const string Plain = "roles-plain";
    private const string Hooked = "roles-hooked";

    private readonly LiveCluster live;
    private readonly CsiController csi;
    private readonly StorageSeed seed;
    private readonly Dictionary<string, RunReport> reports = [];
    private ExecEndpoint? kubelet;

    private VolumeUse(LiveCluster live, CsiController csi) => (this.live, this.csi, seed) = (live, csi, new(live, csi));

    public IReadOnlyDictionary<string, RunReport> Reports => reports;

    public ImmutableArray<string> PurgeProblems { get; private set; } = [];

    public bool RunsCommands => kubelet is not null;

    public bool HasRestic { get; } = ResticProgram.IsHere;

    public static async Task<VolumeUse> StartAsync(LiveCluster live)
    {
        var use = new VolumeUse(live, await CsiController.StartAsync(live, groups: "v1"));
        await use.SeedAsync();
        return use;
    }

    public async ValueTask DisposeAsync()
    {
        seed.Dispose();
        await csi.DisposeAsync();
        if (kubelet is not null)
            await kubelet.DisposeAsync();
    }

    public async Task RunAsync(IReadOnlyDictionary<RoleAccount, AccountRuns> runs)
    {
        reports["snapshots"] = await runs[RoleAccount.Snapshots].CaptureAsync(Plain);
        await PurgeAsync(runs[RoleAccount.Snapshots], () => runs[RoleAccount.Snapshots].CaptureAsync(Plain));
        if (RunsCommands)
            reports["hooks"] = await runs[RoleAccount.Hooks].CaptureAsync(Hooked);
        if (HasRestic)
            await ExportAsync(runs[RoleAccount.Files]);
    }

    private async Task ExportAsync(AccountRuns runs)
    {
        await using var pods = await PodRunner.StartAsync(live, csi.Storage);
        await KeepReleasedVolumesAsync();
        reports["files"] = await runs.CaptureAsync(Plain, export: new("restic"));
        await PurgeAsync(runs, () => runs.CaptureAsync(Plain, export: new("restic")));
        // by the run's clock, which the purge has moved, its image could long not be had
        pods.Faults = _ => new(Waits: "ImagePullBackOff");
        reports["files without an image"] = await runs.CaptureAsync(Plain, export: new("restic"));
    }

    /// <summary>Movers' volumes go all the same.</summary>
    private async Task KeepReleasedVolumesAsync()
    {
        await live.KubectlAsync(["delete", "storageclass", seed.Class]);
        await live.KubectlAsync(
            ["create", "-f", "-"],
            $$"""
            {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"{{seed.Class}}"},"provisioner":"{{csi.Driver}}",
             "reclaimPolicy":"Retain","volumeBindingMode":"Immediate"}
            """
        );
    }

    private async Task PurgeAsync(AccountRuns runs, Func<Task<RunReport>> captureAgain)
    {
        await captureAgain();
        PurgeProblems = PurgeProblems.AddRange((await runs.PurgeAsync()).Problems);
    }

    /// <summary>Two volumes of an application, which are cut together, and another one.</summary>
    private async Task SeedAsync()
    {
        await seed.ClassesAsync();
        await seed.GroupClassAsync("v1");
        await seed.NamespaceAsync(Plain);
        var claims = await seed.ClaimsAsync(Plain, 2);
        await seed.LabelAsync(Plain, claims, "app", "db");
        await seed.PodAsync(Plain, "db", claims);
        await seed.ClaimAsync(Plain, "alone", "data");
        if (await ScriptedNode.IsTranslatedAsync(live))
            return;
        kubelet = await ScriptedNode.StartAsync(live, _ => new());
        await seed.NamespaceAsync(Hooked);
        await seed.ClaimAsync(Hooked, "alone", "data");
        using var api = new ClusterRequests(live.Endpoint);
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{Hooked}/pods", HookedPod.ToJsonString())).Code);
        var status = await api.PatchAsync($"/api/v1/namespaces/{Hooked}/pods/db/status", """{"status":{"phase":"Running"}}""");
        Assert.Equal(200, status.Code);
    }

    private static JsonObject HookedPod =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = "db",
                ["annotations"] = new JsonObject { ["pre.hook.holdfast.dev/command"] = "[\"freeze\"]" },
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = "scripted",
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app" }),
                ["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "data",
                        ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = "alone" },
                    }
                ),
            },
        };
}
