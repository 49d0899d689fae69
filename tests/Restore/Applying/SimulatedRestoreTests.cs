using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>Applying at scale and one step at a time; what a real server does is proven in tests/Clusters.Live/Restore.</summary>
public sealed class SimulatedRestoreTests : IAsyncLifetime
{
    private static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);
    private static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");
    private SimulatedTestCluster cluster = null!;

    private string LogPath => Path.Combine(folder.FullName, "outcomes.ndjson");

    [Fact]
    public async Task Thousands_of_objects_are_each_written_once()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var target = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 3_000);

        var report = await RunAsync(plan, point, target);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Take(3)));
        Assert.Equal(plan.Steps.Length, report.Counts["Created"]);
        Assert.Equal(plan.Steps.Length, proxy.Requests.Count(r => r.Method == "POST"));
        Assert.DoesNotContain(proxy.Requests, r => r.Method is "PATCH" or "PUT");
    }

    [Fact]
    public async Task Slices_may_be_applied_one_at_a_time_in_processes_that_share_nothing_but_outcomes()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 100);
        var outcomes = new List<StepOutcome>();

        foreach (var slice in Slices(plan, size: 7))
        {
            var context = await ApplyContext.OpenAsync(plan, point, target, new(outcomes), TimeProvider.System, default);
            var result = await new SliceApplier(context).ApplyAsync(slice, TimeSpan.FromMinutes(1), default);
            Assert.Null(result.Rest);
            outcomes.AddRange(result.Outcomes);
        }

        Assert.True(RestoreReports.Of(plan, new(outcomes), TimeSpan.Zero).Complete);
        Assert.Equal(plan.Steps.Length, outcomes.Count);
    }

    [Fact]
    public async Task A_slice_stops_at_its_budget_and_hands_back_the_rest()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 50);
        var context = await ApplyContext.OpenAsync(plan, point, target, new([]), TimeProvider.System, default);
        var applier = new SliceApplier(context);
        var slices = Slices(plan);
        await applier.ApplyAsync(slices[0], TimeSpan.FromMinutes(1), default);

        var none = await applier.ApplyAsync(slices[1], TimeSpan.Zero, default);
        var all = await applier.ApplyAsync(none.Rest!, TimeSpan.FromMinutes(1), default);

        Assert.Empty(none.Outcomes);
        Assert.Equal([.. slices[1].Steps], none.Rest!.Steps.ToArray());
        Assert.Equal((slices[1].Steps.Length, null), (all.Outcomes.Length, all.Rest));
    }

    [Fact]
    public async Task What_the_target_does_not_serve_is_deleted_only_with_its_definition()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (planned, point) = await PlanAsync(target, objects: 1);
        var widget = planned.Steps[^1] with
        {
            Number = 0,
            Stage = RestoreStage.Deletions,
            Action = StepAction.Delete,
            Resource = "widgets.example.com",
            ApiVersion = "example.com/v1",
            Source = null,
            LiveUid = "w1",
            LiveRevision = "1",
        };
        var definition = widget with { Number = 1, Resource = KnownTypes.CustomResourceDefinitions, Name = "widgets.example.com" };

        Assert.Equal(OutcomeKind.Failed, await OutcomeAsync([widget]));
        Assert.Equal(OutcomeKind.Deleted, await OutcomeAsync([widget, definition]));

        async Task<OutcomeKind> OutcomeAsync(ImmutableArray<RestoreStep> steps)
        {
            var plan = planned with { Steps = steps };
            var context = await ApplyContext.OpenAsync(plan, point, target, new([]), TimeProvider.System, default);
            return (await new SliceApplier(context).ApplyAsync(Slices(plan)[0], TimeSpan.FromMinutes(1), default)).Outcomes[0].Kind;
        }
    }

    [Fact]
    public async Task A_slice_applied_twice_writes_nothing_the_second_time()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var target = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 20);
        var slices = Slices(plan);
        foreach (var slice in slices)
        {
            var first = await ApplyContext.OpenAsync(plan, point, target, new([]), TimeProvider.System, default);
            await new SliceApplier(first).ApplyAsync(slice, TimeSpan.FromMinutes(1), default);
        }

        var again = await ApplyContext.OpenAsync(plan, point, target, new([]), TimeProvider.System, default);
        var result = await new SliceApplier(again).ApplyAsync(slices[^1], TimeSpan.FromMinutes(1), default);

        Assert.All(result.Outcomes, o => Assert.Equal((OutcomeKind.Created, null), (o.Kind, o.Reason)));
        Assert.DoesNotContain(proxy.Requests, r => r.Method is "PUT" or "PATCH");
    }

    [Fact]
    public async Task A_target_that_goes_away_ends_the_run_which_then_continues_where_it_was()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var target = new ClusterConnection(proxy.Endpoint with { Patience = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 300);
        proxy.Inject(Fault.LoseAnswer(), r => r.Method == "POST", first: 100, times: 1_000_000);

        await Assert.ThrowsAsync<ClusterException>(() => RunAsync(plan, point, target));
        proxy.Heal();
        proxy.Requests.Clear();
        var report = await RunAsync(plan, point, target);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Take(3)));
        Assert.Equal(plan.Steps.Length, report.Counts["Created"]);
        Assert.InRange(proxy.Requests.Count(r => r.Method == "POST"), 1, plan.Steps.Length - 60);
    }

    [Fact]
    public async Task A_plan_that_does_not_fit_the_point_is_refused()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 2);
        var changed = plan with
        {
            Steps = [.. plan.Steps.Select(s => s with { Source = s.Source! with { Digest = ContentDigest.Of("other"u8) } })],
        };

        var refused = await Assert.ThrowsAsync<RestoreException>(() => RunAsync(changed, point, target));

        Assert.Equal(RestoreRefusal.BadPlan, refused.Refusal);
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 2);

        var refused = await Assert.ThrowsAsync<RestoreException>(() =>
            RunAsync(plan with { Steps = [.. plan.Steps.Reverse()] }, point, target)
        );

        Assert.Equal(RestoreRefusal.BadPlan, refused.Refusal);
    }

    [Fact]
    public async Task A_step_that_comes_back_incomplete_makes_the_restore_partial()
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var (plan, point) = await PlanAsync(target, objects: 1);

        var report = await RunAsync(
            plan with
            {
                Steps = [.. plan.Steps.Select(s => s with { Incomplete = s.Stage == RestoreStage.Configuration })],
            },
            point,
            target
        );

        Assert.Equal((false, 0, 2), (report.Complete, report.Failures.Length, report.Counts["Created"]));
    }

    public async Task InitializeAsync() => cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static List<StageSlice> Slices(RestorePlan plan, int size = StageSlice.MostSteps) =>
        [
            .. plan
                .Steps.GroupBy(s => s.Stage)
                .SelectMany(s => s.Chunk(size), (stage, steps) => new StageSlice(stage.Key, [.. steps.Select(s => s.Number)])),
        ];

    private async Task<RestoreReport> RunAsync(RestorePlan plan, RecoveryPointReader point, ClusterConnection target)
    {
        using var log = new OutcomeLog(LogPath);
        return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
    }

    private static async Task<(RestorePlan Plan, RecoveryPointReader Point)> PlanAsync(ClusterConnection target, int objects)
    {
        var sample = new SampleRestore().Add(Namespaces, """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""");
        for (var i = 0; i < objects; i++)
            sample.Add(
                ConfigMaps,
                $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c-{{i}}","namespace":"shop"},"data":{"k":"{{i}}"} }"""
            );
        var point = await sample.WriteAsync();
        return (await sample.PlanAsync(point, (await ClusterIdentity.ReadAsync(target, default)).Uid), point);
    }
}
