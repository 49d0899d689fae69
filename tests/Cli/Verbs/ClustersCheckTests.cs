using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Faults;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class ClustersCheckTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_reachable_cluster_with_every_permission_passes()
    {
        var run = await bench.RunAsync("clusters check --restore -o json");

        Assert.Equal(0, run.Exit);
        Assert.Equal("simulator", (string?)run.Json["cluster"]);
        Assert.NotEmpty((string)run.Json["clusterUid"]!);
        Assert.Equal(await CapturableAsync(), (int)run.Json["types"]!);
        Assert.Empty(run.Json["lacking"]!.AsArray());
    }

    /// <summary>The types that discovery lists with all that a capture and a restore need, each once whatever its versions.</summary>
    private async Task<int> CapturableAsync()
    {
        var groups = (await bench.GetAsync("/apis"))!["groups"]!
            .AsArray()
            .SelectMany(g => g!["versions"]!.AsArray())
            .Select(v => $"/apis/{v!["groupVersion"]}");
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in groups.Prepend("/api/v1"))
        {
            var able = (await bench.GetAsync(path))!["resources"]!
                .AsArray()
                .Where(r => new[] { "list", "get", "create" }.All(verb => r!["verbs"]!.AsArray().Any(v => (string)v! == verb)))
                .Select(r => (string)r!["name"]!)
                .Where(name => !name.Contains('/', StringComparison.Ordinal));
            types.UnionWith(able.Select(name => $"{name}.{path.Split('/')[2]}"));
        }
        return types.Count;
    }

    [Fact]
    public async Task Missing_permissions_are_named_and_exit_with_3()
    {
        bench.Cluster.Deny("secrets", "list");
        bench.Cluster.Deny("deployments.apps", "create");
        bench.Cluster.Deny("configmaps", "delete");

        var capture = await bench.RunAsync("clusters check -o json");
        var restore = await bench.RunAsync("clusters check --restore");

        Assert.Equal((3, 3), (capture.Exit, restore.Exit));
        Assert.Equal(["list secrets"], capture.Json["lacking"]!.AsArray().Select(l => $"{l!["verb"]} {l["resource"]}"));
        Assert.Contains("not allowed: create deployments.apps", restore.Out);
        Assert.Contains("not allowed: delete configmaps: only --existing rollback and recreate need it", restore.Out);
    }

    [Fact]
    public async Task Where_snapshots_are_served_their_permissions_are_checked_too()
    {
        await DefineAsync("snapshot.storage.k8s.io", "VolumeSnapshot", "VolumeSnapshotContent", "VolumeSnapshotClass");
        bench.Cluster.Deny("volumesnapshotcontents.snapshot.storage.k8s.io", "patch");

        var run = await bench.RunAsync("clusters check -o json");
        var objects = await bench.RunAsync("clusters check --objects-only -o json");

        Assert.Equal((3, 0), (run.Exit, objects.Exit));
        Assert.Equal(
            ["patch volumesnapshotcontents.snapshot.storage.k8s.io"],
            run.Json["lacking"]!.AsArray().Select(l => $"{l!["verb"]} {l["resource"]}")
        );
    }

    [Theory]
    [InlineData("clusters check -o json", true, 3)]
    [InlineData("clusters check -o json", false, 0)]
    [InlineData("clusters check --hooks -o json", false, 3)]
    public async Task Commands_in_pods_must_be_allowed_where_there_are_hooks(string command, bool annotated, int exit)
    {
        bench.Cluster.Deny("pods/exec", "create");
        await bench.CreateAsync(
            "/api/v1/namespaces/shop/pods",
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"db","annotations":{
              "{{{(annotated ? "pre.hook.holdfast.dev/command" : "none")}}}":"[\"freeze\"]"}},
             "spec":{"containers":[{"name":"db","image":"db"}]} }
            """
        );
        await bench.PatchAsync("/api/v1/namespaces/shop/pods/db/status", """{"status":{"phase":"Running"}}""");

        var run = await bench.RunAsync(command);

        Assert.Equal(exit, run.Exit);
        Assert.Equal(exit == 0 ? [] : ["create pods/exec"], run.Json["lacking"]!.AsArray().Select(l => $"{l!["verb"]} {l["resource"]}"));
    }

    private async Task DefineAsync(string group, params string[] kinds)
    {
        foreach (var kind in kinds)
        {
            var singular = kind.ToLowerInvariant();
            var plural = singular + (singular.EndsWith('s') ? "es" : "s");
            await bench.CreateAsync(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                $$$"""
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}"},
                 "spec":{"group":"{{{group}}}","scope":"Cluster",
                 "names":{"kind":"{{{kind}}}","plural":"{{{plural}}}","singular":"{{{singular}}}"},
                  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]}}
                """
            );
        }
    }

    [Fact]
    public async Task A_cluster_whose_identity_can_not_be_read_is_checked_all_the_same()
    {
        bench.Cluster.Deny("namespaces", "get");

        var run = await bench.RunAsync("clusters check -o json");

        Assert.Equal((3, null), (run.Exit, (string?)run.Json["clusterUid"]));
        Assert.Equal(["get namespaces"], run.Json["lacking"]!.AsArray().Select(l => $"{l!["verb"]} {l["resource"]}"));
    }

    [Fact]
    public async Task A_kubeconfig_of_aks_works_without_kubelogin_through_the_identity_of_the_machine()
    {
        await using var platform = await StubServer.StartAsync(
            StubServer.Json(
                200,
                $$"""{"access_token":"{{bench.Cluster.Token}}","expires_on":"{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}", """
                    + """ "resource":"6dae42f8-4368-4678-94ff-3960e28e3630","token_type":"Bearer"}"""
            )
        );
        var kubeconfig = bench.Holdfast.Variables["KUBECONFIG"];
        await File.WriteAllTextAsync(
            kubeconfig,
            (await File.ReadAllTextAsync(kubeconfig)).Replace(
                $"token: {bench.Cluster.Token}",
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, args: [get-token]}",
                StringComparison.Ordinal
            )
        );
        (bench.Holdfast.Variables["IDENTITY_ENDPOINT"], bench.Holdfast.Variables["IDENTITY_HEADER"]) = (
            new Uri(platform.Url, "/msi/token").ToString(),
            "proof"
        );

        var run = await bench.RunAsync("clusters check -o json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(
            ("proof", true),
            (
                platform.Requests.First().Headers["X-IDENTITY-HEADER"],
                platform.Requests.First().Target.Contains("6dae42f8-4368-4678-94ff-3960e28e3630", StringComparison.Ordinal)
            )
        );
    }
}
