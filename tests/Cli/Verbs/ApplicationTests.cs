using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>One application of a namespace, from its point to its restore.</summary>
public sealed class ApplicationTests : IAsyncLifetime
{
    private const string Namespace = "/api/v1/namespaces/shop";
    private const string Deployments = "/apis/apps/v1/namespaces/shop/deployments";
    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        await CreateDeploymentAsync("web", """{ "configMapRef": { "name": "settings" } }""");
        await CreateDeploymentAsync("other", """{ "secretRef": { "name": "db" } }""");
        await bench.CreateAsync(
            $"{Namespace}/services",
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}"""
        );
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task An_application_comes_back_with_what_belongs_to_it_and_nothing_else()
    {
        await bench.DeleteAsync(Namespace);

        var plan = await bench.RunAsync("plan latest -n sh* --app deploy/web -o json");
        var restore = await bench.RunAsync("restore latest -n sh* --app deploy/web --yes");

        Assert.Equal((0, 0), (plan.Exit, restore.Exit));
        Assert.Equal(
            [
                "configmaps/settings: Deployment shop/web reads it",
                "deployments.apps/web: ",
                "serviceaccounts/default: Deployment shop/web runs as it",
                "services/web: it leads to the Pods of Deployment shop/web",
            ],
            Created(plan).Where(step => !step.StartsWith("namespaces", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        Assert.NotNull(await bench.GetAsync($"{Deployments}/web"));
        Assert.NotNull(await bench.GetAsync(Workbench.Settings));
        Assert.NotNull(await bench.GetAsync($"{Namespace}/services/web"));
        Assert.Null(await bench.GetAsync($"{Deployments}/other"));
        Assert.Null(await bench.GetAsync($"{Namespace}/secrets/db"));
    }

    [Fact]
    public async Task Without_dependencies_the_root_comes_alone_and_what_is_missing_is_a_warning()
    {
        await bench.DeleteAsync(Workbench.Settings);
        await bench.DeleteAsync($"{Deployments}/web");

        var plan = await bench.RunAsync("plan latest --app deployment/web --no-dependencies -o json");

        Assert.Equal(["deployments.apps/web: "], Created(plan));
        Assert.Contains(
            plan.Json["warnings"]!.AsArray(),
            w => (string)w! == "configmaps/settings in shop is neither in this restore nor in the target: Deployment shop/web reads it"
        );
    }

    [Fact]
    public async Task A_difference_can_be_of_one_application_or_of_several_labels()
    {
        await bench.PatchAsync(Workbench.Settings, """{"data":{"color":"red"}}""");
        await bench.DeleteAsync($"{Namespace}/secrets/db");
        await bench.DeleteAsync($"{Deployments}/other");

        var app = await bench.RunAsync("diff latest --app deploy/web -o json");
        var labels = await bench.RunAsync("diff latest -l app=settings -l app=other -o json");

        Assert.Equal(["configmaps/settings"], Changed(app));
        Assert.Equal(["configmaps/settings", "deployments.apps/other"], Changed(labels));
    }

    [Fact]
    public async Task Cat_and_find_take_a_pattern_of_namespaces_and_objects_as_kubectl_does()
    {
        var cat = await bench.RunAsync("cat latest cm settings -n s*p -o json");
        var find = await bench.RunAsync("find configmaps settings -n sh?p -o json");
        var none = await bench.RunAsync("cat latest cm/settings -n s*z");
        var both = await bench.RunAsync("cat latest cm/settings settings");

        Assert.Equal("settings", (string?)cat.Json["metadata"]!["name"]);
        Assert.Single(find.Json[0]!["versions"]!.AsArray());
        Assert.Equal((1, 2), (none.Exit, both.Exit));
    }

    private static IEnumerable<string> Created(Finished plan) =>
        plan.Json["steps"]!
            .AsArray()
            .Where(s => (string?)s!["action"] == "create")
            .Select(s => $"{s!["resource"]}/{s["name"]}: {s["because"]}");

    private static IEnumerable<string> Changed(Finished diff) =>
        diff.Json["changes"]!.AsArray().Select(c => $"{c!["resource"]}/{c["name"]}");

    private Task CreateDeploymentAsync(string name, string source) =>
        bench.CreateAsync(
            Deployments,
            $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}","labels":{"app":"{{{name}}}"} },
            "spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{{name}}}"} },"template":{
            "metadata":{"labels":{"app":"{{{name}}}"} },"spec":{"containers":[{"name":"c","image":"c:1","envFrom":[{{{source}}}]}]} } } }
            """
        );
}
