using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Cli.Tests.Running;
using Holdfast.Control.Registration;
using Holdfast.Simulator;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>
/// The program makes an AKS cluster and restores into it: signed in by a managed identity, against a server that behaves as Resource
/// Manager does. The cluster that is made is a simulator.
/// </summary>
public sealed class NewClusterTests : IAsyncLifetime
{
    private const string Elsewhere =
        "--new-cluster prod-dr --region northeurope --resource-group dr "
        + $"--map-resource {SampleAks.Network}={DrNetwork} --infrastructure profile.json";
    private const string DrNetwork =
        $"/subscriptions/{SampleAks.Subscription}/resourceGroups/dr/providers/Microsoft.Network/virtualNetworks/dr";

    private Workbench bench = null!;
    private SampleAks azure = null!;
    private ManagedIdentity identity = null!;
    private SimulatedCluster made = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartCapturedAsync();
        azure = await SampleAks.StartAsync();
        identity = await ManagedIdentity.StartAsync();
        made = await SimulatedCluster.StartAsync(new(), default);
        azure.Clusters.KubeconfigOf = id => id.EndsWith("/prod-dr", StringComparison.Ordinal) ? made.Kubeconfig() : null;
        await ReadyNodesAsync(5);
        await File.WriteAllBytesAsync(InHome("profile.json"), InfrastructureDocument.ToPlain(await ProfileAsync()));
        azure.Direct(bench.Holdfast, identity);
    }

    public async Task DisposeAsync()
    {
        await made.DisposeAsync();
        await identity.DisposeAsync();
        await azure.Server.DisposeAsync();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task A_cluster_is_made_registered_and_restored_into_and_the_json_says_so()
    {
        Directory.CreateDirectory(InHome("control"));

        var run = await bench.RunAsync($"restore latest {Elsewhere} --control control --yes -o json");

        Assert.True(run.Exit == 0, run.Error);
        var cluster = run.Json["newCluster"]!;
        Assert.Equal(("prod-dr", "aks"), ((string?)cluster["name"], (string?)cluster["provider"]));
        Assert.Equal(("Ready", 5), ((string?)cluster["stage"], (int?)cluster["nodes"]));
        Assert.True((int)run.Json["counts"]!["created"]! > 0);
        Assert.True(File.Exists(InHome("control/clusters/prod-dr.json")));
        Assert.NotNull(await FindAsync("/api/v1/namespaces/shop/configmaps/settings"));
        Assert.Single(Puts);
    }

    [Fact]
    public async Task The_same_command_again_uses_the_cluster_that_was_made()
    {
        await bench.RunAsync($"restore latest {Elsewhere} --yes");

        var again = await bench.RunAsync($"restore latest {Elsewhere} --yes -o json");

        Assert.True(again.Exit == 0, again.Error);
        Assert.True((bool?)again.Json["newCluster"]!["existed"]);
        Assert.Single(Puts);
    }

    [Fact]
    public async Task Without_a_yes_nothing_is_made()
    {
        var run = await bench.RunAsync($"restore latest {Elsewhere}");

        Assert.Equal(2, run.Exit);
        Assert.Empty(Puts);
    }

    [Fact]
    public async Task Plan_only_shows_which_cluster_would_be_made_and_makes_nothing()
    {
        var run = await bench.RunAsync($"restore latest {Elsewhere} --plan-only -o json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(("northeurope", 5, false), ((string?)run.Json["region"], (int?)run.Json["nodes"], (bool?)run.Json["exists"]));
        Assert.NotEmpty(run.Json["notes"]!.AsArray());
        Assert.Equal("northeurope", (string?)run.Json["body"]!["location"]);
        Assert.Empty(Puts);
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_made_so_is_refused_with_all_reasons()
    {
        var run = await bench.RunAsync("restore latest --new-cluster dr --region northeurope --infrastructure profile.json --yes -o json");

        Assert.Equal((2, "restore"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Equal(2, run.ErrorJson["problems"]!.AsArray().Count);
        Assert.Empty(Puts);
    }

    [Fact]
    public async Task What_Azure_refuses_is_an_error_of_the_cloud_that_says_what_is_left()
    {
        azure.Server.Faults.Refuse(r => r.Method == "PUT" && r.Id.Name == "prod-dr", ArmException.DeniedByPolicy("prod-dr", "no clusters"));

        var run = await bench.RunAsync($"restore latest {Elsewhere} --yes -o json");

        Assert.Equal((1, "cloud"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Contains("no clusters", (string?)run.ErrorJson["message"], StringComparison.Ordinal);
        Assert.False(Directory.Exists(bench.Holdfast.Runs) && Directory.EnumerateFileSystemEntries(bench.Holdfast.Runs).Any());
    }

    [Fact]
    public async Task A_point_that_does_not_say_what_it_ran_on_needs_a_profile()
    {
        var run = await bench.RunAsync("restore latest --new-cluster prod-dr --yes");

        Assert.Equal(2, run.Exit);
        Assert.Contains("infrastructure", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restore latest --region northeurope --yes")]
    [InlineData("restore latest --plan-only")]
    [InlineData("restore --resume 0123456789ab --new-cluster prod-dr")]
    [InlineData("restore latest --new-cluster prod-dr --context other --yes")]
    [InlineData("restore latest --new-cluster Prod --yes")]
    [InlineData("restore latest --new-cluster prod-dr --dry-run=server")]
    [InlineData("restore latest --new-cluster prod-dr --map-resource x --yes")]
    [InlineData("restore latest --new-cluster prod-dr --infrastructure none.json --yes")]
    public async Task Options_that_do_not_go_together_are_refused_before_anything_is_asked(string line)
    {
        var run = await bench.RunAsync(line);

        Assert.Equal(2, run.Exit);
        Assert.Empty(Puts);
    }

    private ArmRequest[] Puts => [.. azure.Server.Requests.Where(r => r.Method == "PUT" && r.Id.Type == azure.Clusters.Type)];

    private string InHome(string file) => Path.Combine(bench.Holdfast.Home, file);

    private async Task<InfrastructureProfile> ProfileAsync()
    {
        var client = new ResourceClient(
            TimeProvider.System,
            azure.Server.Url,
            new AnyIdentity(),
            new HttpClientTransport(azure.Server.Handler())
        );
        var registration = new ClusterRegistration
        {
            Name = ClusterName.Parse("prod"),
            Azure = new() { ResourceId = AzureResourceId.Parse(SampleAks.Id) },
            Authentication = new() { Aks = new() },
        };
        return (await new AksClusters(client, TimeProvider.System).ReadAsync(registration, default))!.Profile;
    }

    private async Task ReadyNodesAsync(int count)
    {
        using var client = Client();
        for (var i = 0; i < count; i++)
        {
            using var node = Json($$$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"node-{{{i}}}"}}""", "application/json");
            (await client.PostAsync("/api/v1/nodes", node)).EnsureSuccessStatusCode();
            using var status = Json("""{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""", "application/merge-patch+json");
            (await client.PatchAsync($"/api/v1/nodes/node-{i}/status", status)).EnsureSuccessStatusCode();
        }
    }

    private async Task<string?> FindAsync(string path)
    {
        using var client = Client();
        using var answer = await client.GetAsync(path);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }

    private HttpClient Client() =>
        new() { BaseAddress = made.Server, DefaultRequestHeaders = { Authorization = new("Bearer", made.Token) } };

    private static StringContent Json(string text, string type) => new(text, new System.Net.Http.Headers.MediaTypeHeaderValue(type));

    private sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext context, CancellationToken cancellation) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext context, CancellationToken cancellation) =>
            new(GetToken(context, cancellation));
    }
}
