using System.Text.Json.Nodes;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Objects are named as for kubectl, by every verb that takes them.</summary>
public sealed class KubectlFormsTests(KubectlFormsTests.Captured captured) : IClassFixture<KubectlFormsTests.Captured>
{
    private const string Apps = "/apis/apps/v1/namespaces/shop/deployments";

    [Theory]
    [InlineData("deploy/web", "web")]
    [InlineData("deployment/web", "web")]
    [InlineData("Deployment/web", "web")]
    [InlineData("deployments.apps/web", "web")]
    [InlineData("deployments.v1.apps/web", "web")]
    [InlineData("deployment web", "web")]
    [InlineData("deploy web db", "db web")]
    [InlineData("deploy/web cm/settings", "settings web")]
    [InlineData("deploy", "db web")]
    [InlineData("deploy,secret -n shop", "db db web")]
    [InlineData("deploy,secret -n shop -l app=web", "web")]
    [InlineData("deploy -A", "db web")]
    [InlineData("wg/blue", "blue")]
    [InlineData("widget/blue", "blue")]
    [InlineData("Widget/blue", "blue")]
    [InlineData("widgets.example.org/blue", "blue")]
    [InlineData("widgets.v1.example.org/blue", "blue")]
    public async Task Cat_prints_them(string words, string names)
    {
        var run = await captured.Bench.RunAsync($"cat latest {words} -o ndjson");

        Assert.True(run.Exit == 0, run.Error);
        var printed = run.Out.TrimEnd().Split('\n').Select(line => (string?)JsonNode.Parse(line)!["metadata"]!["name"]);
        Assert.Equal(names, string.Join(' ', printed.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("find deploy/web")]
    [InlineData("find deploy web -A")]
    [InlineData("find deployments.v1.apps/web -n shop")]
    [InlineData("history deployment.apps/web")]
    public async Task Find_and_history_find_it(string line)
    {
        var run = await captured.Bench.RunAsync($"{line} -o json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal("web", (string?)run.Json[0]!["versions"]![0]!["name"]);
    }

    [Theory]
    [InlineData("--kind deploy,secret -n shop", "deployments.apps/db deployments.apps/web secrets/db")]
    [InlineData("--kind deployments.v1.apps", "deployments.apps/db deployments.apps/web")]
    [InlineData("--kind deploy/web -A", "deployments.apps/web")]
    [InlineData("--kind deploy --name web", "deployments.apps/web")]
    [InlineData("--name deploy/web,cm/settings", "configmaps/settings deployments.apps/web")]
    [InlineData("--kind wg", "widgets.example.org/blue")]
    [InlineData("--app deploy/web", "deployments.apps/web")]
    [InlineData("--kind deploy -l app=db", "deployments.apps/db")]
    public async Task Plan_and_diff_select_them(string options, string objects)
    {
        var plan = await captured.Bench.RunAsync($"plan latest {options} --no-dependencies -o json");
        var diff = await captured.Bench.RunAsync($"diff latest {options} --no-dependencies -o json");

        Assert.True(plan.Exit == 0, plan.Error);
        Assert.True(diff.Exit == 0, diff.Error);
        var steps = plan.Json["steps"]!.AsArray().Select(s => $"{s!["resource"]}/{s["name"]}").Order(StringComparer.Ordinal);
        Assert.Equal(objects, string.Join(' ', steps));
    }

    [Theory]
    [InlineData("cat latest deploymnt/web", 1, "'deploymnt'", "did you mean 'deployment'")]
    [InlineData("cat latest deploy/wbe", 1, "deploy/wbe", "did you mean 'db' or 'web'")]
    [InlineData("cat latest deploy web deploy/db", 2, "'deploy'", "KIND/NAME")]
    [InlineData("cat latest deploy -l app==,,", 2, "selector", "character")]
    [InlineData("cat latest deploy -n shop -A", 2, "--all-namespaces", "--namespace")]
    [InlineData("find deploymnt/web", 1, "'deploymnt'", "did you mean 'deployment'")]
    [InlineData("find deploy", 2, "'deploy'", "KIND/NAME")]
    [InlineData("history deploy,cm web", 2, "'web'", "KIND/NAME")]
    [InlineData("plan latest --kind deploymnt", 2, "'deploymnt'", "did you mean 'deployment'")]
    [InlineData("plan latest -n shp", 2, "'shp'", "did you mean 'shop'")]
    [InlineData("diff latest -n shop -A", 2, "--all-namespaces", "--namespace")]
    [InlineData("restore latest --app deploy --yes", 2, "'deploy'", "KIND/NAME")]
    [InlineData("capture --exclude-resource deploymnt", 2, "'deploymnt'", "did you mean 'deployments")]
    public async Task What_is_not_understood_is_named_with_what_is_near(string line, int exit, string named, string advice)
    {
        var run = await captured.Bench.RunAsync(line);

        Assert.Equal(exit, run.Exit);
        Assert.Contains(named, run.Error);
        Assert.Contains(advice, run.Error);
    }

    [Fact]
    public async Task Objects_that_are_there_are_printed_though_another_is_missing()
    {
        var run = await captured.Bench.RunAsync("cat latest deploy web none -o ndjson");

        Assert.Equal(1, run.Exit);
        Assert.Contains("\"web\"", run.Out);
        Assert.Contains("deploy/none", run.Error);
    }

    public sealed class Captured : IAsyncLifetime
    {
        public Workbench Bench { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Bench = await Workbench.StartAsync();
            await Bench.CreateAsync(Apps, Deployment("web"));
            await Bench.CreateAsync(Apps, Deployment("db"));
            await Bench.CreateAsync(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                """
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.org"},
                 "spec":{"group":"example.org","scope":"Namespaced",
                  "names":{"plural":"widgets","singular":"widget","kind":"Widget","shortNames":["wg"]},
                  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
                   "x-kubernetes-preserve-unknown-fields":true}}}]}}
                """
            );
            await Bench.CreateAsync(
                "/apis/example.org/v1/namespaces/shop/widgets",
                """{"apiVersion":"example.org/v1","kind":"Widget","metadata":{"name":"blue"}}"""
            );
            await Bench.Cluster.SettleAsync(CancellationToken.None);
            Finished capture = await Bench.RunAsync("capture");
            Assert.True(capture.Exit == 0, capture.Error);
        }

        public async Task DisposeAsync() => await Bench.DisposeAsync();

        private static string Deployment(string name) =>
            $$"""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}","labels":{"app":"{{name}}"} },
                 "spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{name}}"} },"template":{"metadata":{"labels":{"app":"{{name}}"} },
                  "spec":{"containers":[{"name":"web","image":"registry.example.org/web:1"}]} } } }
                """;
    }
}
