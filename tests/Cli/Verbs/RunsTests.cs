using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Cli.Tests.Running;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>The reports that a service leaves in its control folder, as printed by the program.</summary>
public sealed class RunsTests : IAsyncLifetime
{
    private static readonly ClusterName Cluster = ClusterName.Parse("simulator");
    private Workbench bench = null!;
    private FolderDocuments control = null!;
    private RunReport captured = null!;
    private RunReport failed = null!;

    private string Control => Path.Combine(bench.Holdfast.Home, "control");

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        control = new(Directory.CreateDirectory(Control).FullName, TimeProvider.System);
        captured = await CaptureAsync(1);
        using (bench.Cluster.Inject(new("") { Status = 401 }))
            failed = await CaptureAsync(2);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task They_are_listed_the_newest_first_as_they_were_reported()
    {
        var list = await bench.RunAsync($"runs --control {Control} -o json");
        var table = await bench.RunAsync($"runs --control {Control}");
        var one = await bench.RunAsync($"runs --control {Control} --limit 1 -o json");

        Assert.True(list.Exit == 0, list.Error);
        Assert.Equal([JsonOf(failed), JsonOf(captured)], list.Json.AsArray().Select(r => r!.ToJsonString()));
        Assert.Contains($"{captured.Run}  Capture  Succeeded  simulator", table.Out);
        Assert.Equal(JsonOf(failed), Assert.Single(one.Json.AsArray())!.ToJsonString());
    }

    [Fact]
    public async Task One_is_shown_with_what_it_did_and_why_it_failed()
    {
        var json = await bench.RunAsync($"runs {captured.Run} --control {Control} -o json");
        var text = await bench.RunAsync($"runs {captured.Run} --control {Control}");
        var why = await bench.RunAsync($"runs {failed.Run} --control {Control}");

        Assert.Equal(JsonOf(captured), json.Json.ToJsonString());
        Assert.Contains($"{captured.Capture!.Point}", text.Out);
        Assert.Contains("objects a second", text.Out);
        Assert.Contains("401", why.Out);
        Assert.Contains("Renew the credentials", why.Out);
    }

    [Fact]
    public async Task A_recovery_is_shown_group_by_group_with_its_recovery_time()
    {
        var run = RunId.New(TimeProvider.System.GetUtcNow(), 4);
        var recovered = captured with
        {
            Run = run,
            Kind = RunKind.Recovery,
            Cluster = null,
            Capture = null,
            Recovery = new(new(run, ContentDigest.Of("plan"u8)))
            {
                Drill = true,
                RtoSeconds = 61,
                Groups =
                [
                    new("databases", true, [new("data", run.OfRestore("data"), Cluster, RunState.Partial, "pvc db: it is lost")]),
                    new("applications", false, [new("shop", run.OfRestore("shop"), Cluster)]),
                ],
            },
        };
        await control.PutAsync(
            RunReports.PathOf(run),
            JsonSerializer.SerializeToUtf8Bytes(recovered, HoldfastJson.Default.RunReport),
            default
        );

        var text = await bench.RunAsync($"runs {run} --control {Control}");

        Assert.Equal(0, text.Exit);
        Assert.Contains($"drill by plan {ContentDigest.Of("plan"u8)} of run {run}, achieved RTO", text.Out);
        foreach (var said in new[] { "done  group databases", "Partial  data into simulator: pvc db: it is lost", "not reached  shop" })
            Assert.Contains(said, text.Out);
    }

    [Fact]
    public async Task What_a_capture_warned_of_is_shown_again()
    {
        var warned = captured with
        {
            Run = RunId.New(TimeProvider.System.GetUtcNow(), 3),
            Capture = captured.Capture! with { Warnings = ["immutability"] },
        };
        await control.PutAsync(
            RunReports.PathOf(warned.Run),
            JsonSerializer.SerializeToUtf8Bytes(warned, HoldfastJson.Default.RunReport),
            default
        );

        var text = await bench.RunAsync($"runs {warned.Run} --control {Control}");

        Assert.Contains("warning: immutability", text.Out);
    }

    [Theory]
    [InlineData("runs", 2, "HOLDFAST_CONTROL")]
    [InlineData("runs --control /nowhere/at/all", 2, "there is no folder")]
    [InlineData("runs nothing --control CONTROL", 2, "names no run")]
    [InlineData("runs 20200101T000000Z-00000000 --control CONTROL", 1, "isn't there")]
    [InlineData("runs --limit 0 --control CONTROL", 2, "--limit is at least 1")]
    public async Task What_can_not_be_shown_is_an_error_with_what_to_do(string line, int exit, string words)
    {
        var run = await bench.RunAsync(line.Replace("CONTROL", Control, StringComparison.Ordinal));

        Assert.Equal(exit, run.Exit);
        Assert.Contains(words, run.Error);
    }

    private async Task<RunReport> CaptureAsync(uint random)
    {
        using var connection = new ClusterConnection(
            new() { Server = bench.Cluster.Server, Token = (_, _) => new(bench.Cluster.Token) },
            TimeProvider.System
        );
        var environment = new RunEnvironment(
            (_, _) => Task.FromResult(connection),
            new Holdfast.Archive.Stores.MemoryStore(TimeProvider.System),
            control,
            TimeProvider.System
        );
        var run = RunId.New(TimeProvider.System.GetUtcNow(), random);
        var order = new CaptureOrder
        {
            Run = run,
            Cluster = Cluster,
            RequestedBy = "test",
            Attempts = 1,
            Request = new(),
        };
        var stored = new StoredOrder(TimeProvider.System.GetUtcNow()) { Capture = order };
        var report = await InlineRun.RunAsync(environment, stored, NullLoggerFactory.Instance, default);
        // a process that runs but one order keeps no report: what a service would have kept
        await control.PutAsync(
            RunReports.PathOf(run),
            JsonSerializer.SerializeToUtf8Bytes(report, HoldfastJson.Default.RunReport),
            default
        );
        return report;
    }

    private static string JsonOf(RunReport report) =>
        JsonNode.Parse(JsonSerializer.Serialize(report, HoldfastJson.Default.RunReport))!.ToJsonString();
}
