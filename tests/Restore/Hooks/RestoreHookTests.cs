using System.Diagnostics.CodeAnalysis;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Executing;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Hooks;

/// <summary>Restore hooks with a simulated cluster, whose Pods a stand-in for controllers and kubelets makes, and an exec
/// endpoint.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync, which disposes them.")]
public sealed class RestoreHookTests : IAsyncLifetime
{
    private const string Secret = "hunter2-hunter2";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-hooks-");
    private SimulatedTestCluster cluster = null!;
    private ExecEndpoint endpoint = null!;
    private ClusterConnection target = null!;
    private SamplePods pods = null!;
    private Func<ExecCall, ScriptedExec> script = _ => new();

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        endpoint = await ExecEndpoint.StartAsync(call => script(call));
        endpoint.Behind = cluster;
        target = new(endpoint.Endpoint, TimeProvider.System);
        pods = new(cluster);
    }

    public async Task DisposeAsync()
    {
        await pods.DisposeAsync();
        target.Dispose();
        await endpoint.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_command_runs_once_in_each_pod_that_is_ready_and_the_report_has_its_outcome()
    {
        script = _ => new() { Stdout = "3 rows" };
        var (plan, point) = await PlanAsync(
            StatefulSet($"post.hook.restore.holdfast.dev/command: '[\"psql\", \"{Secret}\"]'", replicas: 2)
        );
        Assert.DoesNotContain(Secret, System.Text.Encoding.UTF8.GetString(PlanDocument.Write(plan)), StringComparison.Ordinal);

        var report = await RunAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Incomplete.Concat(report.Failures)));
        Assert.Equal(
            [$"shop/db-0/postgres: psql {Secret}", $"shop/db-1/postgres: psql {Secret}"],
            endpoint.Calls.Select(c => c.ToString()).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            [("db-0", "3 rows", (string?)null), ("db-1", "3 rows", null)],
            report.Hooks!.Value.Select(h => (h.Run.Pod, h.Run.Output, h.Run.Error)).Order()
        );
        var again = await RunAsync(plan, point);
        Assert.Equal(2, endpoint.Calls.Count);
        Assert.Equal(2, again.Hooks!.Value.Length);
    }

    [Theory]
    [InlineData("Fail", false)]
    [InlineData("Continue", true)]
    public async Task A_command_that_fails_makes_the_restore_partial_unless_its_hook_says_to_continue(string onError, bool complete)
    {
        script = _ => new() { ExitCode = 3 };
        var (plan, point) = await PlanAsync(
            Pod($"post.hook.restore.holdfast.dev/command: a, post.hook.restore.holdfast.dev/on-error: {onError}")
        );

        var report = await RunAsync(plan, point);

        Assert.Equal(complete, report.Complete);
        Assert.Equal(3, Assert.Single(report.Hooks!.Value).Run.ExitCode);
        Assert.Contains(complete ? report.Notes : report.Incomplete.Select(i => i.Reason), said => said.Contains("restore hook"));
    }

    [Fact]
    public async Task Pods_that_arent_ready_in_time_are_said()
    {
        pods.Ready = false;
        var (plan, point) = await PlanAsync(
            StatefulSet("post.hook.restore.holdfast.dev/command: a, post.hook.restore.holdfast.dev/wait-timeout: 2s", replicas: 1)
        );

        var report = await RunAsync(plan, point);

        Assert.False(report.Complete);
        Assert.Empty(endpoint.Calls);
        Assert.Contains(report.Incomplete, i => i.Name == "db" && i.Reason.Contains("0 of 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_a_crash_interrupted_isnt_run_again_and_counts_as_failed()
    {
        using var crash = new CancellationTokenSource();
        script = _ =>
            new()
            {
                Until = async gone =>
                {
                    await crash.CancelAsync();
                    await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                },
            };
        var (plan, point) = await PlanAsync(Pod("post.hook.restore.holdfast.dev/command: a"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(plan, point, crash.Token));

        var report = await RunAsync(plan, point);

        Assert.Single(endpoint.Calls);
        Assert.False(report.Complete);
        Assert.Contains("interrupted", Assert.Single(report.Hooks!.Value).Run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_init_container_is_in_the_template_until_its_pods_are_ready()
    {
        var (plan, point) = await PlanAsync(
            StatefulSet("init.hook.restore.velero.io/container-image: prepare, init.hook.restore.velero.io/container-name: first", 1)
        );

        var report = await RunAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Incomplete.Concat(report.Failures)));
        Assert.Equal(["first"], pods.InitContainersSeen);
        var live = await pods.ReadAsync("/apis/apps/v1/namespaces/shop/statefulsets/db");
        Assert.False(live.Object("spec").Object("template").Object("spec")?.ContainsKey("initContainers"));
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task An_init_container_stays_where_its_pods_arent_ready_and_the_report_says_so()
    {
        pods.Ready = false;
        var (plan, point) = await PlanAsync(StatefulSet("init.hook.restore.velero.io/container-image: prepare", 1));
        plan = plan with
        {
            Steps =
            [
                .. plan.Steps.Select(s =>
                    s with
                    {
                        Hooks = s.Hooks is null ? null : [.. s.Hooks.Value.Select(h => h with { WaitSeconds = 2 })],
                    }
                ),
            ],
        };

        var report = await RunAsync(plan, point);

        Assert.Contains(report.Notes, n => n.Contains("holdfast-restore-init", StringComparison.Ordinal));
        pods.Ready = true;
        report = await RunAsync(plan, point);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task Without_hooks_none_is_planned()
    {
        var (plan, _) = await PlanAsync(Pod("post.hook.restore.holdfast.dev/command: a"), r => r with { Hooks = false });

        Assert.All(plan.Steps, s => Assert.Null(s.Hooks));
    }

    [Fact]
    public async Task The_hook_of_a_pod_that_was_annotated_by_hand_is_that_of_the_deployment_that_makes_it_again()
    {
        var (plan, _) = await PlanAsync(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: db, namespace: shop, uid: d, resourceVersion: "1" }
            spec: { selector: { matchLabels: { app: db } }, template: { metadata: { labels: { app: db } },
              spec: { containers: [{ name: postgres }] } } }
            ---
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: { name: db-abc, namespace: shop, uid: r, resourceVersion: "1",
              ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: db, uid: d, controller: true }] }
            spec: { replicas: 1, selector: { matchLabels: { app: db } }, template: { metadata: { labels: { app: db } },
              spec: { containers: [{ name: postgres }] } } }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: db-abc-1, namespace: shop, uid: p, resourceVersion: "1", labels: { app: db, pod-template-hash: abc },
              annotations: { post.hook.restore.velero.io/command: "true" },
              ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: db-abc, uid: r, controller: true }] }
            spec: { containers: [{ name: postgres }] }
            """
        );

        var step = plan.Steps.Single(s => s.Resource == KnownTypes.Deployments);
        Assert.Equal("post.hook.restore.velero.io/", Assert.Single(step.Hooks!.Value).Source);
        Assert.All(plan.Steps.Where(s => s.Resource != KnownTypes.Deployments), s => Assert.Null(s.Hooks));
    }

    private static string Pod(string annotations) =>
        $$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: job, namespace: shop, uid: p, resourceVersion: "1", annotations: { {{annotations}} } }
            spec: { containers: [{ name: postgres, image: postgres }] }
            status: { phase: Running }
            """;

    private static string StatefulSet(string annotations, int replicas) =>
        $$"""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: { name: db, namespace: shop, uid: s, resourceVersion: "1" }
            spec: { replicas: {{replicas}}, serviceName: db, selector: { matchLabels: { app: db } },
              template: { metadata: { labels: { app: db }, annotations: { {{annotations}} } },
                spec: { containers: [{ name: postgres, image: postgres }] } } }
            """;

    private async Task<(RestorePlan Plan, RecoveryPointReader Point)> PlanAsync(
        string manifests,
        Func<RestoreRequest, RestoreRequest>? change = null
    )
    {
        var sample = new SampleRestore();
        var all = YamlManifests.Parse($"apiVersion: v1\nkind: Namespace\nmetadata: {{ name: shop }}\n---\n{manifests}");
        foreach (var manifest in all)
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, BuiltInTypes.BuiltIn)), manifest);
        var point = await sample.WriteAsync();
        var request = SampleRestore.RequestFor(point);
        var plan = await TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(change?.Invoke(request) ?? request, "0123456789ab", null, default);
        return (plan, point);
    }

    private async Task<RestoreReport> RunAsync(RestorePlan plan, RecoveryPointReader point, CancellationToken cancellation = default)
    {
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
        return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, cancellation);
    }
}
