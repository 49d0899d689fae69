using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Live.Tests.Executing;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;
using Holdfast.Volumes.Hooks;
using Holdfast.Volumes.Rights;

namespace Holdfast.Clusters.Live.Tests.Storage;

/// <summary>A whole capture through a real API server, with no more rights than infra/kubernetes grants.</summary>
[Collection(StorageCollection.Name)]
public sealed class HookedCaptureTests(StorageClusterFixture live) : IAsyncLifetime
{
    private const string Namespace = "hooked-capture";
    private const string Driver = "hooked.csi.example.com";

    private static readonly string[] Roles = ["capture", "snapshots", "hooks", "files"];

    [SkippableFact]
    public async Task An_application_is_stopped_for_its_group_snapshot_with_the_rights_that_the_roles_grant()
    {
        await ScriptedNode.SkipWhereTranslatedAsync(live.Cluster);
        await using var csi = await CsiController.StartAsync(live.Cluster, driver: Driver, groups: "v1");
        using var seed = new StorageSeed(live.Cluster, csi);
        var seen = new ConcurrentQueue<(string Command, int Snapshots)>();
        await using var kubelet = await ScriptedNode.StartAsync(
            live.Cluster,
            call =>
            {
                seen.Enqueue((call.ToString(), csi.Storage.Snapshots.Count));
                return new() { Stdout = "done" };
            }
        );
        await SeedAsync(seed);
        Assert.Contains(new("create", "jobs.batch"), await MissingAsync());
        await GrantAsync();
        var vault = new MemoryStore();

        var report = await VolumeCaptures.CaptureAsync(live.Cluster.PowerlessEndpoint, vault, Namespace);

        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Capture?.Gaps ?? []) + report.Failure);
        Assert.Empty(report.Capture!.Warnings);
        Assert.Equal([($"{Namespace}/db/app: freeze", 0), ($"{Namespace}/db/app: thaw", 2)], seen);
        Assert.Equal([HookPhase.Pre, HookPhase.Post], report.Hooks!.Value.Select(h => h.Phase));
        Assert.All(report.Hooks.Value, h => Assert.Equal((0, null, "done"), (h.ExitCode, h.Error, h.Output)));
        var volumes = (await VolumeCaptures.OpenAsync(vault, report)).Inventory.Volumes!.Value.Where(v => v.Namespace == Namespace);
        Assert.NotNull(Assert.Single(volumes.Select(v => v.Snapshot!.Group).Distinct()));
        Assert.All(volumes, v => Assert.Equal("db", Assert.Single(v.Pods)));
    }

    private async Task SeedAsync(StorageSeed seed)
    {
        await seed.ClassesAsync();
        await seed.GroupClassAsync("v1");
        await seed.NamespaceAsync(Namespace);
        var claims = await seed.ClaimsAsync(Namespace, 2);
        await seed.LabelAsync(Namespace, claims, "app", "db");
        using var api = new ClusterRequests(live.Cluster.Endpoint);
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{Namespace}/pods", Pod(claims))).Code);
        Assert.Equal(
            200,
            (await api.PatchAsync($"/api/v1/namespaces/{Namespace}/pods/db/status", """{"status":{"phase":"Running"}}""")).Code
        );
    }

    private static string Pod(string[] claims) =>
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = "db",
                ["namespace"] = Namespace,
                ["annotations"] = new JsonObject
                {
                    ["pre.hook.holdfast.dev/command"] = "[\"freeze\"]",
                    ["post.hook.holdfast.dev/command"] = "[\"thaw\"]",
                },
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = "scripted",
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app" }),
                ["volumes"] = new JsonArray([
                    .. claims.Select(c => new JsonObject
                    {
                        ["name"] = c,
                        ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = c },
                    }),
                ]),
            },
        }.ToJsonString();

    /// <summary>The server's authoriser learns of roles and bindings by watching them.</summary>
    private async Task GrantAsync()
    {
        foreach (var role in Roles)
        {
            await live.Cluster.KubectlAsync(["apply", "-f", Path.Combine(Repository.Root, "infra", "kubernetes", $"{role}.yaml")]);
            await live.Cluster.KubectlAsync([
                "create",
                "clusterrolebinding",
                $"alice-{role}",
                $"--clusterrole=holdfast-{role}",
                "--user=alice",
            ]);
        }
        await live.Cluster.KubectlAsync([
            "create",
            "rolebinding",
            "alice-files",
            "--role=holdfast-files",
            "--user=alice",
            $"--namespace={FileExport.DefaultNamespace}",
        ]);
        using var powerless = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await MissingAsync(powerless, patience.Token)).IsEmpty)
            await Task.Delay(100, patience.Token);
    }

    private async Task<ImmutableArray<MissingRight>> MissingAsync()
    {
        using var powerless = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        return await MissingAsync(powerless, default);
    }

    private static async Task<ImmutableArray<MissingRight>> MissingAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var surface = await Discovery.ReadAsync(connection, cancellation);
        var check = await ClusterCheck.RunAsync(connection, surface, cancellation);
        return check.MissingForCapture.AddRange(
            await VolumeRights.MissingAsync(connection, surface, policyHasHooks: true, [FileExport.DefaultNamespace], cancellation)
        );
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (LiveClusterFixture.IsWanted)
            await live.Cluster.KubectlAsync([
                "delete",
                "--ignore-not-found",
                "--force",
                "--grace-period=0",
                "--wait=false",
                $"namespace/{Namespace}",
                $"namespace/{FileExport.DefaultNamespace}",
                "node/scripted",
                .. Roles.Select(r => $"clusterrolebinding/alice-{r}"),
            ]);
    }
}
