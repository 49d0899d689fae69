using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Executing;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Executing;

namespace Holdfast.Clusters.Live.Tests.Executing;

/// <summary>
/// Exec through a real API server, which has a scripted kubelet behind it. API servers up to 1.29 pass the websocket on to the kubelet;
/// later ones translate it to SPDY, which the scripted kubelet doesn't speak.
/// </summary>
[Collection(LiveClusterCollection.Name)]
public sealed class LivePodExecTests(LiveClusterFixture live) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task A_command_runs_through_the_api_server_at_the_pods_kubelet()
    {
        await ScriptedNode.SkipWhereTranslatedAsync(live.Cluster);
        await using var kubelet = await StartKubeletAsync(call =>
            new()
            {
                Stdout = call.Command[^1],
                Stderr = new string('e', 100_000),
                ExitCode = 3,
            }
        );
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);

        var result = await new PodExec(connection).RunAsync(Command(["echo", "a b&c=ü"]), Limit, default);

        Assert.Equal("default/hooked/app: echo a b&c=ü", Assert.Single(kubelet.Calls).ToString());
        Assert.Equal((3, null, "a b&c=ü"), (result.ExitCode, result.Error, result.Output.Stdout));
        Assert.True(result.Output.DroppedBytes > 0);
    }

    [SkippableFact]
    public async Task Refusals_of_the_api_server_and_of_the_kubelet_are_distinguished()
    {
        await ScriptedNode.SkipWhereTranslatedAsync(live.Cluster);
        await using var kubelet = await StartKubeletAsync(_ => new() { Refusal = (500, "container not found (\"app\")") });
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        using var powerless = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);

        var noContainer = await RefusalAsync(connection, Command(["true"]) with { Container = "sidecar" });
        var noPod = await RefusalAsync(connection, Command(["true"]) with { Pod = "gone" });
        var noRight = await RefusalAsync(powerless, Command(["true"]));
        var notRunning = await RefusalAsync(connection, Command(["true"]));

        Assert.Equal(ClusterFailure.NotFound, noPod.Failure);
        Assert.Equal(ClusterFailure.Forbidden, noRight.Failure);
        Assert.Contains("pods/exec", noRight.Message);
        Assert.Equal((ClusterFailure.Broken, false), (noContainer.Failure, noContainer.IsTransient));
        Assert.Contains("sidecar", noContainer.Message);
        Assert.Contains("container not found", notRunning.Message);
        Assert.Single(kubelet.Calls);
    }

    [SkippableFact]
    public async Task The_role_for_hooks_is_enough_to_run_commands()
    {
        await ScriptedNode.SkipWhereTranslatedAsync(live.Cluster);
        await using var kubelet = await StartKubeletAsync(_ => new());
        await live.Cluster.KubectlAsync(["apply", "-f", Path.Combine(Repository.Root, "infra", "kubernetes", "hooks.yaml")]);
        await live.Cluster.KubectlAsync(["create", "clusterrolebinding", "alice-hooks", "--clusterrole=holdfast-hooks", "--user=alice"]);
        using var powerless = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);

        Assert.Equal(0, (await UntilAllowedAsync(powerless)).ExitCode);
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
                "pod/hooked",
                "node/scripted",
                "clusterrolebinding/alice-hooks",
                "clusterrolebinding/holdfast-hooks",
                "clusterrole/holdfast-hooks",
            ]);
    }

    private static Task<ClusterException> RefusalAsync(ClusterConnection connection, ContainerCommand command) =>
        Assert.ThrowsAsync<ClusterException>(() => new PodExec(connection).RunAsync(command, Limit, default));

    /// <summary>The authorizer learns of a binding a moment later.</summary>
    private static async Task<CommandResult> UntilAllowedAsync(ClusterConnection connection)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await new PodExec(connection).RunAsync(Command(["true"]), Limit, default);
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.Forbidden && attempt < 50)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static ContainerCommand Command(string[] command) => new("default", "hooked", "app", [.. command]);

    private async Task<ExecEndpoint> StartKubeletAsync(Func<ExecCall, ScriptedExec> script)
    {
        var kubelet = await ScriptedNode.StartAsync(live.Cluster, script);
        await live.Cluster.KubectlAsync(
            ["create", "-f", "-"],
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hooked", "namespace": "default"},
             "spec": {"nodeName": "scripted", "containers": [{"name": "app", "image": "app"}]}}
            """
        );
        return kubelet;
    }
}
