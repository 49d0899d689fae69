using System.Text.Json.Nodes;
using Holdfast.Cli.Tests.Running;
using Holdfast.Simulator;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class CaptureTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_capture_prints_its_point_as_json()
    {
        var run = await bench.RunAsync("capture -o json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(("Succeeded", "simulator"), ((string?)run.Json["state"], (string?)run.Json["cluster"]));
        Assert.True(run.Json["objects"]!.GetValue<long>() > 3);
        Assert.True(run.Json["bytes"]!.GetValue<long>() > 0);
        Assert.True(run.Json["packsWritten"]!.GetValue<int>() > 0);
        Assert.True(run.Json["seconds"]!.GetValue<double>() > 0);
        Assert.Matches("^[0-9]+$", (string?)run.Json["revision"]);
        Assert.Empty(run.Json["gaps"]!.AsArray());
        var listed = (await bench.RunAsync("points -o json")).Json.AsArray();
        Assert.Equal((string?)run.Json["point"], (string?)listed.Single()!["point"]);
    }

    [Theory]
    [InlineData(null, "none.json can't be read")]
    [InlineData("""{"version":1,"hooks":[{"name":"freeze"}]}""", "has neither pre nor post")]
    [InlineData("""{"version":1}""", "$.hooks: is missing")]
    public async Task Hooks_that_cant_be_read_are_refused_before_anything_is_asked(string? content, string message)
    {
        var file = Path.Combine(bench.Holdfast.Home, "none.json");
        if (content is not null)
            await File.WriteAllTextAsync(file, content);

        var run = await bench.RunAsync("capture --hooks none.json");

        Assert.Equal(2, run.Exit);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_that_points_are_kept_under_is_shown_and_can_be_given()
    {
        var derived = await bench.RunAsync("capture");
        var named = await bench.RunAsync("capture --cluster blue --quiet");

        Assert.Contains("cluster simulator ", derived.Error);
        Assert.Equal((0, ""), (named.Exit, named.Error));
        Assert.Equal(["blue", "simulator"], (await bench.RunAsync("points -o json")).Json.AsArray().Select(p => (string?)p!["cluster"]));
        Assert.Single((await bench.RunAsync("points --cluster blue -o json")).Json.AsArray());
    }

    [Fact]
    public async Task Every_captured_manifest_is_in_the_export()
    {
        await bench.RunAsync("capture");

        var export = (await bench.RunAsync("cat latest --all -o ndjson"))
            .Out.TrimEnd()
            .Split('\n')
            .Select(l => JsonNode.Parse(l)!)
            .ToList();

        Assert.Contains(export, m => (string?)m["kind"] == "Secret" && (string?)m["data"]?["password"] == "aHVudGVyMg==");
        Assert.Contains(export, m => (string?)m["kind"] == "ConfigMap" && (string?)m["metadata"]!["name"] == "settings");
        Assert.All(export, m => Assert.NotNull(m["apiVersion"]));
    }

    [Fact]
    public async Task A_type_that_may_not_be_read_is_a_gap_and_exits_with_3()
    {
        bench.Cluster.Deny("secrets");

        var run = await bench.RunAsync("capture -o json");

        Assert.Equal((3, "Partial"), (run.Exit, (string?)run.Json["state"]));
        Assert.Contains(run.Json["gaps"]!.AsArray(), g => (string?)g!["resource"] == "secrets");
    }

    [Theory]
    [
        InlineData("-n shpo", "'shop'"),
        InlineData("--exclude-namespace shpo", "'shop'"),
        InlineData("--exclude-resource secretz", "'secrets'"),
        InlineData("--include-resource event", null)
    ]
    [InlineData("-l app=nothing", "app=nothing")]
    public async Task What_matches_nothing_makes_no_point_and_exits_with_2(string options, string? nearest)
    {
        var run = await bench.RunAsync($"capture {options} -o json");

        if (nearest is null)
        {
            Assert.Equal(0, run.Exit);
            return;
        }
        Assert.Equal((2, "capture"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Contains(nearest, run.Error);
        Assert.False(Directory.Exists(bench.Holdfast.Vault));
    }

    [Fact]
    public async Task Another_cluster_under_a_known_name_is_refused_unless_asked_for()
    {
        await bench.RunAsync("capture");
        await using var other = await SimulatedCluster.StartAsync(new(), CancellationToken.None);
        var kubeconfig = bench.WriteKubeconfig("other", other);

        var refused = await bench.RunAsync($"capture --kubeconfig {kubeconfig} -o json");
        var allowed = await bench.RunAsync($"capture --kubeconfig {kubeconfig} --new-incarnation -o json");

        Assert.Equal((1, "capture"), (refused.Exit, (string?)refused.ErrorJson["kind"]));
        Assert.Contains("--new-incarnation", refused.Error);
        Assert.Equal(0, allowed.Exit);
    }

    [Fact]
    public async Task Only_capture_makes_a_vault()
    {
        var list = await bench.RunAsync("points");
        Assert.False(Directory.Exists(bench.Holdfast.Vault));
        var capture = await bench.RunAsync("capture");

        Assert.Equal((2, 0), (list.Exit, capture.Exit));
    }

    [Fact]
    public async Task A_cluster_that_can_not_be_reached_is_an_error_with_what_to_do()
    {
        File.WriteAllText(
            Path.Combine(bench.Holdfast.Home, "kubeconfig"),
            bench.Cluster.Kubeconfig().Replace($"{bench.Cluster.Server.Port}", "1", StringComparison.Ordinal)
        );

        var run = await bench.RunAsync("clusters check -o json");

        Assert.Equal((1, "cluster"), (run.Exit, (string?)run.ErrorJson["kind"]));
    }

    [Fact]
    public async Task A_missing_context_is_an_error()
    {
        var run = await bench.RunAsync("capture --context nowhere -o json");

        Assert.Equal((1, "kubeconfig"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Contains("nowhere", run.Error);
    }

    [Theory]
    [InlineData("INT"), InlineData("TERM")]
    public async Task A_signal_stops_a_capture_with_130_and_no_point(string signal)
    {
        using var fault = bench.Cluster.Inject(new("/secrets") { Delay = TimeSpan.FromMinutes(5) });
        using var process = bench.Holdfast.Start("capture", "-o", "json");
        process.StandardInput.Close();
        var finish = HoldfastProgram.FinishAsync(process);
        await Until(() => fault.Struck > 0);

        await Signals.SendAsync(process, signal);
        var run = await finish;

        Assert.Equal((130, "cancelled"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Contains("no recovery point", (string?)run.ErrorJson["message"]);
        Assert.Empty(
            Directory.Exists(bench.Holdfast.Vault) ? Directory.GetFiles(bench.Holdfast.Vault, "seal.json", SearchOption.AllDirectories) : []
        );
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
            await Task.Delay(20, patience.Token);
    }
}
