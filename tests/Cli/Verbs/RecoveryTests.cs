using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Kubelet;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>A source and two clusters to recover into, each a simulator.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private const string Sets = "/apis/apps/v1/namespaces/data/statefulsets";

    private Workbench bench = null!;
    private SimulatedTestCluster north = null!;
    private SimulatedTestCluster south = null!;
    private ClusterRequests northern = null!;
    private ClusterRequests southern = null!;

    private string Document => Path.Combine(bench.Holdfast.Home, "recovery.yaml");

    [Fact]
    public async Task The_failover_of_the_documentation_is_rehearsed_planned_run_and_resumed_after_its_pause()
    {
        await using var kubelet = await FakeKubelet.StartAsync(north);
        await WriteAsync(Documented("```yaml\nversion: 1\ngroups:"));
        var commands = DocumentedCommands.Of("A failover plan");
        Assert.Equal(4, commands.Count);

        var rehearsed = await bench.Holdfast.ShellAsync(commands[0]);
        Assert.True(rehearsed.Exit == 0, rehearsed.Out + rehearsed.Error);
        Assert.Equal(404, (await northern.GetAsync("/api/v1/namespaces/data")).Code);

        var planned = await bench.Holdfast.ShellAsync(commands[1]);
        Assert.True(planned.Exit == 0, planned.Error);
        var paused = await bench.Holdfast.ShellAsync($"{commands[2]} -o json");

        Assert.True(paused.Exit == 3, paused.Out + paused.Error);
        Assert.Equal("paused", (string?)paused.Json["state"]);
        Assert.Contains("Promote the databases in the north", (string?)paused.Json["reason"], StringComparison.Ordinal);
        Assert.Equal(200, (await northern.GetAsync($"{Sets}/db")).Code);
        Assert.Equal(404, (await northern.GetAsync("/api/v1/namespaces/shop")).Code);

        var resume = commands[3].Replace("RUN", (string)paused.Json["run"]!, StringComparison.Ordinal);
        var resumed = await bench.Holdfast.ShellAsync($"{resume} -o json");

        Assert.True(resumed.Exit == 0, resumed.Out + resumed.Error);
        Assert.Equal("complete", (string?)resumed.Json["state"]);
        Assert.Equal(["databases", "applications"], resumed.Json["groups"]!.AsArray().Select(g => (string)g!["name"]!).ToArray());
        Assert.All([northern, southern], c => Assert.Equal(200, c.GetAsync(Workbench.Settings).Result.Code));
        var report = resumed.Json["groups"]![0]!["restores"]![0]!["report"]!;
        Assert.True((double)report["timings"]!["rtoSeconds"]! > 0);
    }

    [Fact]
    public async Task Groups_keep_their_order_a_failing_check_stops_and_resuming_repeats_nothing_that_is_done()
    {
        await WriteAsync(
            $"""
            version: 1
            groups:
              - name: first
                restores: [{Restore("one", "north")}]
                checks: [{"{"}restore: one, kind: configmap, namespace: shop, name: promoted, withinSeconds: 0{"}"}]
              - name: second
                restores: [{Restore("two", "south")}]
            """
        );

        var stopped = await bench.RunAsync("recovery run recovery.yaml --yes -o json");
        await northern.DeleteAsync(Workbench.Settings);
        await northern.PostAsync(
            "/api/v1/namespaces/shop/configmaps",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"promoted","namespace":"shop"}}"""
        );
        var southBefore = (await southern.GetAsync("/api/v1/namespaces/shop")).Code;
        var resumed = await bench.RunAsync($"recovery run --resume {stopped.Json["run"]} -o json");

        Assert.Equal((3, "stopped"), (stopped.Exit, (string?)stopped.Json["state"]));
        Assert.Contains("configmap/promoted in shop in the target of one failed: it isn't there", (string?)stopped.Json["reason"]);
        Assert.Equal(404, southBefore);
        Assert.Equal((0, "complete"), (resumed.Exit, (string?)resumed.Json["state"]));
        Assert.Equal(200, (await southern.GetAsync(Workbench.Settings)).Code);
        Assert.Equal(404, (await northern.GetAsync(Workbench.Settings)).Code);
    }

    [Theory]
    [InlineData(false, "stopped", 404)]
    [InlineData(true, "partial", 200)]
    public async Task A_group_that_isnt_ready_stops_the_recovery_unless_it_says_otherwise(bool continues, string state, int second)
    {
        await WriteAsync(
            $"""
            version: 1
            groups:
              - name: first
                waitSeconds: 1
                continueOnPartial: {(continues ? "true" : "false")}
                restores: [{Restore("one", "north", "data")}]
              - name: second
                restores: [{Restore("two", "south")}]
            """
        );

        var run = await bench.RunAsync("recovery run recovery.yaml --yes -o json");

        Assert.Equal((3, state), (run.Exit, (string?)run.Json["state"]));
        Assert.Equal(second, (await southern.GetAsync("/api/v1/namespaces/shop")).Code);
        var incomplete = run.Json["groups"]![0]!["restores"]![0]!["report"]!["incomplete"]!.AsArray().Single()!;
        Assert.Equal("db", (string?)incomplete["name"]);
    }

    [Fact]
    public async Task A_restore_that_was_partial_is_resumed_with_its_group()
    {
        await WriteAsync(
            $"""
            version: 1
            groups:
              - name: only
                waitSeconds: 2
                restores: [{Restore("one", "north", "data")}]
            """
        );
        var first = await bench.RunAsync("recovery run recovery.yaml --yes -o json");
        await using var kubelet = await FakeKubelet.StartAsync(north);

        var second = await bench.RunAsync($"recovery run --resume {first.Json["run"]} -o json");

        Assert.Equal((3, 0), (first.Exit, second.Exit));
        Assert.Equal("complete", (string?)second.Json["state"]);
    }

    [Fact]
    public async Task The_drill_of_a_document_restores_beside_its_originals_without_pausing_and_measures_the_recovery_time()
    {
        await WriteAsync(
            $$"""
            version: 1
            drill: {namespaceSuffix: -drill, target: {kubeconfig: south.kubeconfig} }
            groups:
              - name: only
                waitSeconds: 0
                pause: Promote the databases
                checks: [{restore: one, kind: configmap, namespace: shop, name: settings}]
                restores: [{{Restore("one", "north")}}]
            """
        );

        var planned = await bench.RunAsync("recovery plan recovery.yaml --drill --out drill.json -o json");
        var other = await bench.RunAsync("recovery plan recovery.yaml --out other.json");
        var refused = await bench.RunAsync("recovery run other.json --drill --yes");
        var run = await bench.RunAsync("recovery run drill.json --drill --yes -o json");

        Assert.True((bool)planned.Json["drill"]!);
        Assert.Equal((0, 2), (other.Exit, refused.Exit));
        Assert.True(run.Exit == 0, run.Out + run.Error);
        Assert.Equal(("complete", true), ((string?)run.Json["state"], (bool)run.Json["drill"]!));
        Assert.True((double)run.Json["rtoSeconds"]! > 0);
        Assert.Equal(200, (await southern.GetAsync(Workbench.Settings.Replace("/shop/", "/shop-drill/", StringComparison.Ordinal))).Code);
        Assert.Equal(404, (await southern.GetAsync("/api/v1/namespaces/shop")).Code);
        Assert.Equal(404, (await northern.GetAsync("/api/v1/namespaces/shop")).Code);
    }

    [Fact]
    public async Task A_plan_that_was_changed_or_begun_before_is_refused()
    {
        await WriteAsync($"{{version: 1, groups: [{{name: only, waitSeconds: 0, restores: [{Restore("one", "north")}]}}]}}");
        var file = Path.Combine(bench.Holdfast.Home, "plan.json");
        Assert.Equal(0, (await bench.RunAsync("recovery plan recovery.yaml --out plan.json")).Exit);
        var plan = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(
            Path.Combine(bench.Holdfast.Home, "changed.json"),
            plan.Replace("\"name\":\"only\"", "\"name\":\"other\"", StringComparison.Ordinal)
        );

        var changed = await bench.RunAsync("recovery run changed.json --yes");
        var done = await bench.RunAsync("recovery run plan.json --yes");
        var again = await bench.RunAsync("recovery run plan.json --yes");

        Assert.NotEqual(0, changed.Exit);
        Assert.Contains("changed after planning", changed.Error, StringComparison.Ordinal);
        Assert.True(done.Exit == 0, done.Out + done.Error);
        Assert.Equal(2, again.Exit);
        Assert.Contains("begun before", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_document_is_said_all_at_once_and_nothing_is_changed()
    {
        await WriteAsync(
            """
            version: 1
            groups:
              - name: First
                waitSeconds: -1
                restores:
                  - {name: a, point: latest, before: 2026-01-01T00:00:00Z, request: {cluster: west, exsiting: skip}}
                  - {name: a, request: {cluster: west}}
                checks: [{restore: b, kind: pod, name: x}]
            """
        );

        var run = await bench.RunAsync("recovery run recovery.yaml --yes");

        Assert.Equal(2, run.Exit);
        foreach (var said in new[] { "'First'", "waitSeconds", "point or before", "exsiting", "used twice", "'b' isn't a restore" })
            Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        await bench.CreateAsync("/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"data"}}""");
        await bench.CreateAsync(
            Sets,
            """
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"data"},"spec":{"replicas":2,
             "serviceName":"db","selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}},
             "spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """
        );
        Assert.Equal(0, (await bench.RunAsync("capture --cluster west")).Exit);
        (north, south) = (await SimulatedTestCluster.StartAsync(), await SimulatedTestCluster.StartAsync());
        (northern, southern) = (new(north.Endpoint), new(south.Endpoint));
        File.Copy(north.KubeconfigPath, Path.Combine(bench.Holdfast.Home, "north.kubeconfig"));
        File.Copy(south.KubeconfigPath, Path.Combine(bench.Holdfast.Home, "south.kubeconfig"));
    }

    public async Task DisposeAsync()
    {
        northern.Dispose();
        southern.Dispose();
        await north.DisposeAsync();
        await south.DisposeAsync();
        await bench.DisposeAsync();
    }

    private static string Restore(string name, string into, string ns = "shop") =>
        $"{{name: {name}, target: {{kubeconfig: {into}.kubeconfig}}, "
        + $"request: {{cluster: west, intoOtherCluster: true, selection: {{namespaces: [{ns}]}}}}}}";

    private Task WriteAsync(string document) => File.WriteAllTextAsync(Document, document);

    /// <summary>The content of the block of docs/restore.md that begins so.</summary>
    private static string Documented(string beginning)
    {
        var text = File.ReadAllText(RepositoryFiles.Path("docs/restore.md"));
        var at = text.IndexOf(beginning, StringComparison.Ordinal);
        Assert.True(at >= 0, beginning);
        var from = text.IndexOf('\n', at) + 1;
        return text[from..text.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
