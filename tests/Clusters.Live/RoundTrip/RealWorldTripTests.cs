using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Live.Tests.Restore;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Clusters;
using Xunit.Abstractions;
using RestoreTarget = Holdfast.Clusters.Live.Tests.Restore.RestoreTarget;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The size of a real cluster, with what goes wrong in one: captured, deleted, restored, and every object accounted for. HOLDFAST_NEWER,
/// when it names the folder of eng/kube/newer.sh, has custom resources served by a current API server.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class RealWorldTripTests(ITestOutputHelper output)
{
    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 16 };

    private static readonly string Stuck = RealWorld.NamespaceOf(13);

    [SkippableFact]
    public async Task A_namespace_that_is_terminating_for_ever_holds_up_nothing_of_a_thousand_objects_but_its_own()
    {
        Skip.IfNot(LiveClusterFixture.IsWanted, "HOLDFAST_LIVE=0: no real API server wanted");
        await using var live = await LiveCluster.StartAsync(
            new() { DisableAdmission = "", Newer = Environment.GetEnvironmentVariable("HOLDFAST_NEWER") }
        );
        Skip.IfNot(live.HasControllerManager, "these assets have no kube-controller-manager");
        await TripAsync(live);
    }

    [Fact]
    public async Task The_simulator_answers_the_same_trip()
    {
        await using var simulated = await SimulatedTestCluster.StartAsync();
        await TripAsync(simulated);
    }

    private async Task TripAsync(ITestCluster live)
    {
        using var cluster = new RoundTripCluster(live);
        var vault = new MemoryStore();
        await MeasureAsync("seed", () => SeedAsync(cluster));
        var point = await MeasureAsync("capture", () => cluster.CaptureAsync(vault));
        await MeasureAsync("delete", () => DeleteAsync(cluster));
        var seen = new SeenProgress();

        var plan = await MeasureAsync("plan", () => cluster.PlanAsync(point, RoundTripCluster.RequestOf(point)));
        var report = await MeasureAsync("apply", () => cluster.ApplyAsync(point, plan, seen));

        var written = plan.Steps.Where(s => s.Action == StepAction.Create).ToList();
        var stuck = written.Where(s => s.Namespace == Stuck || (s.Resource == "namespaces" && s.Name == Stuck)).ToList();
        AssertAllPlanned(plan);
        Assert.Equal(stuck.Select(s => (s.Resource, s.Name)).Order(), report.Failures.Select(f => (f.Resource, f.Name)).Order());
        Assert.All(report.Failures, f => Assert.Contains("example.com/hold", f.Reason, StringComparison.Ordinal));
        var waits = seen.Waits.Where(w => w.Contains($"namespaces/{Stuck}", StringComparison.Ordinal));
        Assert.Contains(waits, w => w.Contains("until", StringComparison.Ordinal));
        AssertOthersCameFirst(await File.ReadAllLinesAsync(cluster.LogOf(plan)), stuck);
        await AssertRestIsBackAsync(cluster, await PointContent.ReadAsync(point));
    }

    private static async Task SeedAsync(RoundTripCluster cluster)
    {
        foreach (var kind in RealWorld.Objects.GroupBy(o => o.Namespace is null))
            await Parallel.ForEachAsync(kind, AtOnce, async (o, _) => await CreateAsync(cluster, o));
    }

    /// <summary>A definition is served a while after it was created.</summary>
    private static async Task CreateAsync(RoundTripCluster cluster, RealObject created)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        WriteResult answer;
        while ((answer = await cluster.CreateAsync(RestoreTarget.Served(created.Type), created.Manifest)).Status == WriteStatus.NotFound)
            await Task.Delay(250, patience.Token);
        Assert.True(answer.Status == WriteStatus.Done, $"{created.Type} {created.Name}: {answer.Message}");
    }

    /// <summary>All of it, but for a namespace that can't go because of what came into it since.</summary>
    private static async Task DeleteAsync(RoundTripCluster cluster)
    {
        await CreateAsync(
            cluster,
            new(
                RestoreTarget.ConfigMaps,
                (JsonObject)
                    JsonNode.Parse(
                        $$"""
                        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","namespace":"{{Stuck}}",
                         "finalizers":["example.com/hold"]} }
                        """
                    )!
            )
        );
        foreach (var type in new[] { RestoreTarget.Namespaces, RestoreTarget.Definitions })
            await Parallel.ForEachAsync(
                RealWorld.Objects.Where(o => o.Type == type),
                AtOnce,
                async (o, _) => await cluster.DeleteAsync(RestoreTarget.Served(type), null, o.Name)
            );
        await RoundTripCluster.UntilNothingAsync(() => RemainingAsync(cluster));
    }

    private static async Task<IReadOnlyList<string>> RemainingAsync(RoundTripCluster cluster)
    {
        var remaining = new List<string>();
        foreach (var o in RealWorld.Objects.Where(o => o.Namespace is null))
            if (await cluster.FindAsync(RestoreTarget.Served(o.Type), null, o.Name) is { } live && (o.Name != Stuck || !IsStuck(live)))
                remaining.Add($"{o.Type} {o.Name}");
        return remaining;
    }

    private static bool IsStuck(JsonObject live) =>
        live.Object("status")
            .Objects("conditions")
            .Any(c => c.Text("type") == "NamespaceFinalizersRemaining" && c.Text("status") == "True");

    /// <summary>What isn't planned to be created is shown with what is planned instead, and why.</summary>
    private static void AssertAllPlanned(RestorePlan plan)
    {
        var steps = plan.Steps.ToLookup(s => (s.Resource, s.Namespace, s.Name));
        var others =
            from o in RealWorld.Objects
            let step = steps[(o.Type.GroupResource, o.Namespace, o.Name)].FirstOrDefault()
            where step?.Action != StepAction.Create
            select $"{o.Type} {o.Namespace}/{o.Name}: {step?.Action.ToString() ?? "not in the plan"}: {step?.Reason}";
        Assert.Equal("", string.Join(Environment.NewLine, others));
    }

    /// <summary>By the order in which outcomes were noted.</summary>
    private static void AssertOthersCameFirst(IEnumerable<string> log, IEnumerable<RestoreStep> stuck)
    {
        var numbers = stuck.Select(s => s.Number).ToHashSet();
        var outcomes = log.Skip(1)
            .Select(l => JsonNode.Parse(l)!.AsObject())
            .Select(o => (Step: o.Number("step") ?? 0, Kind: o.Text("kind") ?? nameof(OutcomeKind.Created)))
            .ToList();
        var lastOfOthers = outcomes.FindLastIndex(o => !numbers.Contains(o.Step));
        var firstFailure = outcomes.FindIndex(o => o.Kind == nameof(OutcomeKind.Failed));
        Assert.True(firstFailure > lastOfOthers, $"outcome {firstFailure} failed, and {lastOfOthers} came after it");
    }

    /// <summary>As it was, once controllers have created their objects again.</summary>
    private static Task AssertRestIsBackAsync(RoundTripCluster cluster, PointContent before) =>
        RoundTripCluster.UntilNothingAsync(async () =>
        {
            var after = await PointContent.ReadAsync(await cluster.CaptureAsync(new MemoryStore()));
            return [.. PointContent.Differences(before, after).Where(d => !IsOfStuck(d.Key)).Select(d => $"{d.Key}: {d.Value}")];
        });

    private static bool IsOfStuck(string key) => key.Contains($" {Stuck}/", StringComparison.Ordinal) || key == $"namespaces /{Stuck}";

    private Task MeasureAsync(string what, Func<Task> act) =>
        MeasureAsync(
            what,
            async () =>
            {
                await act();
                return true;
            }
        );

    private async Task<T> MeasureAsync<T>(string what, Func<Task<T>> act)
    {
        var clock = Stopwatch.StartNew();
        var result = await act();
        output.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:0.0} s");
        return result;
    }
}
