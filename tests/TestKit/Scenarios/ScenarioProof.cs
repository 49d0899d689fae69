using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;
using Xunit;

namespace Holdfast.TestKit.Scenarios;

/// <summary>
/// Plays scenarios on a cluster: brings it to point.yaml and captures it, brings it to cluster.yaml, plans, applies, and captures it again
/// to see whether every step has kept its word.
/// </summary>
public sealed class ScenarioProof(ScenarioCluster cluster)
{
    private static readonly ApplyLimits Limits = new() { Settling = TimeSpan.FromSeconds(10) };

    private readonly Dictionary<string, RecoveryPointReader> points = [];
    private readonly MemoryStore vault = new();
    private int runs;

    public async Task ProveAsync(Scenario scenario)
    {
        var point = await PointAsync(scenario);
        await cluster.BecomeAsync(scenario.Cluster);
        await using var proxy = await RestrictAsync(scenario.Forbidden);
        using var connection = new ClusterConnection(proxy?.Endpoint ?? cluster.Server.Endpoint, TimeProvider.System);
        var request = scenario.RestoreRequest(point.Seal.Cluster, point.Seal.Point);
        if (scenario.Plan.Text("refused") is { } refusal)
            await ProveRefusedAsync(scenario, refusal, () => PlanAsync(connection, point, request));
        else
            await ProveAppliedAsync(scenario, connection, point, request);
    }

    /// <summary>The cluster for whoever may not use some types; null: nothing is forbidden.</summary>
    private async Task<FaultProxy?> RestrictAsync(IReadOnlyList<string> forbidden)
    {
        if (forbidden.Count == 0)
            return null;
        var proxy = await FaultProxy.StartAsync(cluster.Server);
        foreach (var type in forbidden)
            proxy.Inject(
                Fault.Answer(403, "Forbidden", $"listing {type} is not allowed"),
                r => r.Path.Split('/').Contains(type.Split('.')[0]),
                times: int.MaxValue
            );
        return proxy;
    }

    /// <summary>Captured once for all scenarios that share it.</summary>
    private async Task<RecoveryPointReader> PointAsync(Scenario scenario)
    {
        if (scenario.IsWritten)
            return await WriteAsync(scenario);
        if (!points.TryGetValue(scenario.PointText, out var point))
        {
            await cluster.BecomeAsync(scenario.Point);
            points.Add(scenario.PointText, point = await cluster.CaptureAsync(vault));
        }
        return point;
    }

    private async Task<RecoveryPointReader> WriteAsync(Scenario scenario)
    {
        var manifests = scenario.Point;
        var types = BuiltInTypes.With([.. manifests]);
        var sample = new SampleRestore { ClusterUid = scenario.TargetUid is null ? await cluster.UidAsync() : ManifestPoint.ClusterUid };
        foreach (var manifest in manifests)
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, types)), manifest);
        return await sample.WriteAsync();
    }

    private async Task ProveRefusedAsync(Scenario scenario, string refusal, Func<Task<RestorePlan>> plan)
    {
        var revisions = await cluster.RevisionsAsync();

        var refused = await Assert.ThrowsAsync<RestoreException>(plan);

        Assert.Equal(refusal, refused.Refusal.ToString());
        var said = refused.Problems.IsEmpty ? [refused.Message] : refused.Problems;
        var uid = await cluster.UidAsync();
        Assert.Equal(
            scenario.Plan.Array("message")!.Select(m => (string)m!),
            said.Select(m => m.Replace(uid, scenario.TargetUid, StringComparison.Ordinal))
        );
        Assert.Equal(revisions, await cluster.RevisionsAsync());
    }

    private async Task ProveAppliedAsync(Scenario scenario, ClusterConnection connection, RecoveryPointReader point, RestoreRequest request)
    {
        var before = await ClusterContent.ReadAsync(await cluster.CaptureAsync(vault));
        var plan = await PlanAsync(connection, point, request);
        AssertNone(KeptPromises.Unlike(scenario.Plan, plan));

        var report = await ApplyAsync(connection, point, plan);

        AssertNone(report.Failures.Select(f => $"{f.Resource} {f.Namespace}/{f.Name}: {f.Reason}"));
        var after = await SettledAsync(plan, before);
        // The simulator knows few defaults: where a real server has played the scenario, its result counts.
        if (scenario.HasResult && (cluster.Server.IsReal || scenario.SimulatedOnly is not null))
            scenario.Compare("result.json", await ResultAsync(point, plan, after));
        await ProveRepeatableAsync(connection, point, request);
    }

    /// <summary>A plan again has nothing to do, and doing it changes nothing.</summary>
    private async Task ProveRepeatableAsync(ClusterConnection connection, RecoveryPointReader point, RestoreRequest request)
    {
        var revisions = await StillRevisionsAsync();
        var again = await PlanAsync(connection, point, request);
        // An update can't remove what only the target has: it is sent once more, and changes nothing.
        AssertNone(
            again.Steps.Where(s => s.Action is not (StepAction.Unchanged or StepAction.Skip or StepAction.Update)).Select(KeptPromises.Line)
        );
        var report = await ApplyAsync(connection, point, again);
        Assert.Empty(report.Failures);
        Assert.Equal(revisions, await cluster.RevisionsAsync());
    }

    private const int MostLooks = 60;

    /// <summary>The revisions once the garbage collector, which also works outside the plan's objects, changes nothing more.</summary>
    private async Task<IReadOnlyList<string>> StillRevisionsAsync()
    {
        var before = await cluster.RevisionsAsync();
        for (var attempt = 1; ; attempt++)
        {
            Assert.True(attempt <= MostLooks, "objects keep changing");
            await Task.Delay(cluster.Server.IsReal ? 1000 : 0);
            var now = await cluster.RevisionsAsync();
            if (now.SequenceEqual(before))
                return now;
            before = now;
        }
    }

    /// <summary>Captures until the garbage collector has done its part.</summary>
    private async Task<ClusterContent> SettledAsync(RestorePlan plan, ClusterContent before)
    {
        for (var attempt = 1; ; attempt++)
        {
            var after = await ClusterContent.ReadAsync(await cluster.CaptureAsync(vault));
            var broken = KeptPromises.Broken(plan, before, after).ToList();
            if (broken.Count == 0)
                return after;
            if (attempt == 10)
                AssertNone(broken);
            await Task.Delay(500);
        }
    }

    private Task<RestorePlan> PlanAsync(ClusterConnection connection, RecoveryPointReader point, RestoreRequest request) =>
        TargetPlanner.Of(point, connection, TimeProvider.System).PlanAsync(request, $"{++runs:x12}", null, default);

    private async Task<RestoreReport> ApplyAsync(ClusterConnection connection, RecoveryPointReader point, RestorePlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-run-");
        using var applied = new CancellationTokenSource();
        var controllers = cluster.FinalizeAsync(applied.Token);
        try
        {
            using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
            return await new RestoreRun(point, connection, log, TimeProvider.System, Limits).RunAsync(plan, null, default);
        }
        finally
        {
            await applied.CancelAsync();
            await controllers;
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Of each object that was written: what it has otherwise than in the point. Null: nothing.</summary>
    private static async Task<JsonObject?> ResultAsync(RecoveryPointReader point, RestorePlan plan, ClusterContent after)
    {
        var result = new JsonObject();
        foreach (var step in plan.Steps.Where(s => s.Source is not null && s.Action is not (StepAction.Unchanged or StepAction.Skip)))
        {
            var segment = point.Inventory.Segments[step.Source!.Segment];
            var captured = (await point.ReadPartAsync(segment, step.Source.Part, default))[step.Source.Line];
            var key = ClusterContent.Key(step.Resource, step.Namespace, step.Name);
            var lines = WrittenContent.Lines(ManifestJson.Parse(captured.Span), after.Find(key)!).ToArray();
            if (lines.Length > 0)
                result[key] = new JsonArray([.. lines.Select(l => JsonValue.Create(l))]);
        }
        return result.Count == 0 ? null : result;
    }

    private static void AssertNone(IEnumerable<string> complaints)
    {
        var all = string.Join(Environment.NewLine, complaints);
        Assert.True(all.Length == 0, all);
    }
}
