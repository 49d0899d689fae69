using System.Net;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Tests.Api;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Tests.Damaged;

/// <summary>
/// Whatever one control document becomes, every listing answers with the others, every policy but its own runs, and the timers
/// keep running.
/// </summary>
public sealed class AnyDocumentTests : IAsyncLifetime, IDisposable
{
    private const string Victim = "second";
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly ApiBench bench = new();
    private Dictionary<string, byte[]> whole = [];
    private DateTimeOffset now = Begin;

    /// <summary>One document of each kind, made by what makes them in earnest.</summary>
    public async Task InitializeAsync()
    {
        await bench.InitializeAsync();
        foreach (var name in new[] { "first", Victim })
        {
            await bench.RegisterAsync(name);
            var policy =
                $$$"""{"version":1,"name":"{{{name}}}","clusters":{"names":["{{{name}}}"]},"schedule":{"cron":"0 * * * *"}"""
                + ""","selection":{"namespaces":["default"]}}""";
            (await bench.SendAsync(HttpMethod.Put, $"/api/policies/{name}", policy, "Operator")).Is(HttpStatusCode.Created);
        }
        await TickAsync(now.AddMinutes(-1));
        await TickAsync(now);
        var capture = await bench.PostAsync("/api/captures", """{"clusters":["second"]}""", key: "of-the-capture");
        var point = (string)(await bench.ReportAsync(capture))["capture"]!["point"]!;
        await bench.ReportAsync(await bench.PostAsync("/api/restores", $$"""{"cluster":"second","point":"{{point}}"}"""));
        var run = bench.App.NewRun();
        var order = new StoredOrder(DateTimeOffset.UtcNow)
        {
            Capture = new()
            {
                Run = run,
                Cluster = ClusterName.Parse("first"),
                RequestedBy = "tests",
                Request = new(),
            },
        };
        await bench.Control.PutAsync(
            RunOrders.PathOf(run),
            JsonSerializer.SerializeToUtf8Bytes(order, HoldfastJson.Default.StoredOrder),
            default
        );
        whole = await DocumentsAsync();
        foreach (var folder in new[] { "clusters/", "policies/", "schedules/", "orders/", "runs/", "audit/", "idempotency/" })
            Assert.Contains(whole.Keys, path => path.StartsWith(folder, StringComparison.Ordinal));
    }

    public Task DisposeAsync() => bench.DisposeAsync();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Every_listing_and_tick_survives_it_and_the_others_are_there() =>
        Prop.ForAll(Damage.Of(whole).ToArbitrary(), damage => SurviveAsync(damage).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private async Task SurviveAsync(Damage damage)
    {
        await RestoreAsync();
        await bench.Control.PutAsync(damage.Path, damage.Content, default);

        await AssertListedAsync("clusters", damage);
        await AssertListedAsync("policies", damage);
        await AssertRunsAsync(damage);
        await AssertAuditAsync(damage);
        (await bench.GetAsync("/api/points")).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await bench.GetAsync("/api/health/ready")).Status);
        await AssertScheduleAsync(damage);
        await Timers.HousekeepAsync(bench.App, bench.Engine, default);
        Assert.DoesNotContain(bench.App.Warnings.All, warning => warning.Kind == "timer");
        AssertReported(damage);
    }

    private async Task AssertListedAsync(string kind, Damage damage)
    {
        var items = (await bench.GetAsync($"/api/{kind}")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        Assert.Equal(["first", Victim], items.Select(item => (string)item!["name"]!));
        Assert.All(items, item => Assert.True(item!["document"] is not null || damage.Path == $"{kind}/{item["name"]}.json"));
    }

    private async Task AssertRunsAsync(Damage damage)
    {
        var listed = (await bench.GetAsync("/api/runs")).Is(HttpStatusCode.OK).Json;
        var runs = listed["items"]!.AsArray().Select(item => (string)item!["run"]!).ToHashSet();
        Assert.Empty(
            Others("runs/", damage)
                .Where(path => !path["runs/".Length..].Contains('/'))
                .Select(RunOf)
                .Where(run => !run.Contains('.'))
                .Except(runs)
        );
        foreach (var cluster in new[] { "first", Victim })
            (await bench.GetAsync($"/api/runs?cluster={cluster}")).Is(HttpStatusCode.OK);
        foreach (var run in runs.Take(5))
            (await bench.GetAsync($"/api/runs/{run}")).Is(HttpStatusCode.OK);
    }

    private async Task AssertAuditAsync(Damage damage)
    {
        var entries = (await bench.GetAsync("/api/audit?limit=1000", "Admin")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        Assert.Equal(
            whole.Keys.Where(path => path.StartsWith("audit/", StringComparison.Ordinal)).Order(),
            entries.Select(entry => (string)entry!["path"]!).Order()
        );
        Assert.All(entries, entry => Assert.True(entry!["record"] is not null || damage.Path == (string)entry["path"]!));
    }

    /// <summary>Every policy but a damaged one is looked at, and has its run.</summary>
    private async Task AssertScheduleAsync(Damage damage)
    {
        now = now.AddHours(1);
        await TickAsync(now);
        foreach (
            var policy in new[] { "first", Victim }.Where(policy => !damage.Path.EndsWith($"s/{policy}.json", StringComparison.Ordinal))
        )
        {
            var state = await PolicyRuns.ReadAsync(bench.Control, PolicyName.Parse(policy), default);
            Assert.Equal(now, state!.Tick);
            Assert.NotNull(state.Started);
        }
    }

    /// <summary>Of what the listings and the timers read.</summary>
    private void AssertReported(Damage damage)
    {
        var isRead =
            damage.Path.StartsWith("clusters/", StringComparison.Ordinal)
            || damage.Path.StartsWith("policies/", StringComparison.Ordinal)
            || damage.Path.StartsWith("audit/", StringComparison.Ordinal)
            || (damage.Path.StartsWith("runs/", StringComparison.Ordinal) && damage.Path.Count(c => c == '/') == 1);
        if (isRead && damage.IsNoDocument)
            Assert.Single(bench.App.Warnings.All, warning => warning.Subject == damage.Path);
        Assert.DoesNotContain(bench.App.Warnings.All, warning => warning.Kind == "document" && warning.Subject != damage.Path);
    }

    private async Task TickAsync(DateTimeOffset at)
    {
        var tick = new TickOrder(at);
        await bench.Engine.ScheduleNewOrchestrationInstanceAsync(
            Orchestrators.Schedule,
            tick,
            new StartOrchestrationOptions(tick.InstanceId)
        );
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var end = await bench.Engine.WaitForInstanceCompletionAsync(tick.InstanceId, getInputsAndOutputs: true, patience.Token);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, end.FailureDetails?.ErrorMessage);
    }

    private IEnumerable<string> Others(string folder, Damage damage) =>
        whole.Keys.Where(path => path.StartsWith(folder, StringComparison.Ordinal) && path != damage.Path);

    private static string RunOf(string path) => path["runs/".Length..^".json".Length];

    private async Task<Dictionary<string, byte[]>> DocumentsAsync()
    {
        var documents = new Dictionary<string, byte[]>();
        await foreach (var path in bench.Control.ListAsync("", null, default))
            documents[path] = (await bench.Control.ReadAsync(path, default))!.Content.ToArray();
        return documents;
    }

    private async Task RestoreAsync()
    {
        foreach (var path in await bench.Control.ListAsync("", null, default).ToListAsync())
        {
            if (!whole.ContainsKey(path))
                await bench.Control.DeleteAsync(path, null, default);
        }
        foreach (var (path, content) in whole)
            await bench.Control.PutAsync(path, content, default);
        foreach (var found in bench.Control.Unusable.All)
            bench.Control.Unusable.Remove(found.Path);
    }
}
