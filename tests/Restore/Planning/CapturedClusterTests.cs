using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Outcomes;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Plans and differences of points that were captured, over the real reader and lister.</summary>
public sealed class CapturedClusterTests : IAsyncLifetime, IDisposable
{
    private static readonly ClusterName Name = ClusterName.Parse("prod");
    private readonly MemoryStore vault = new();
    private SimulatedCluster cluster = null!;
    private ClusterConnection target = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new() { Seed = 1 }, default);
        await cluster.SeedSampleApplicationAsync(default);
        target = new(new ClusterEndpoint { Server = cluster.Server, Token = (_, _) => new(cluster.Token) }, TimeProvider.System);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => target.Dispose();

    [Theory]
    [InlineData(ExistingPolicy.Skip)]
    [InlineData(ExistingPolicy.Update)]
    [InlineData(ExistingPolicy.Replace)]
    public async Task Planning_a_point_against_the_cluster_that_it_was_just_captured_from_changes_nothing(ExistingPolicy policy)
    {
        var point = await CaptureAsync();

        var plan = await PlanAsync(
            point,
            new()
            {
                Cluster = Name,
                Point = point.Seal.Point,
                Existing = policy,
                SystemNamespaces = true,
                Status = true,
            }
        );

        Assert.NotEmpty(plan.Steps);
        Assert.Empty(plan.Steps.Where(s => s.Action is not (StepAction.Unchanged or StepAction.Skip)).Select(Plans.Line));
        Assert.DoesNotContain(plan.Steps, s => s.Incomplete);
    }

    [Fact]
    public async Task A_point_and_the_cluster_that_it_was_just_captured_from_do_not_differ()
    {
        var point = await CaptureAsync();

        Assert.Empty(await LinesAsync(PointDiff.WithLive(point, target, new())));
    }

    [Fact]
    public async Task A_deleted_namespace_comes_back_equal_to_the_point()
    {
        var before = await CaptureAsync();
        await DeleteNamespaceAsync("shop");
        Assert.NotEmpty(await LinesAsync(PointDiff.WithLive(before, target, new())));

        var plan = await PlanAsync(
            before,
            new()
            {
                Cluster = Name,
                Point = before.Seal.Point,
                Selection = new() { Namespaces = ["shop"] },
            }
        );
        var report = await ApplyAsync(plan, before);
        await cluster.SettleAsync(default);
        var after = await CaptureAsync();

        Assert.Empty(report.Failures);
        Assert.Empty(await LinesAsync(PointDiff.Between(before, after, new())));
    }

    private async Task<RecoveryPointReader> CaptureAsync()
    {
        var report = await new CaptureRun(target, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
        Assert.Equal(CaptureState.Succeeded, report.State);
        return await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
    }

    private Task<RestorePlan> PlanAsync(RecoveryPointReader point, RestoreRequest request) =>
        TargetPlanner.Of(point, target, TimeProvider.System).PlanAsync(request, Plans.Run, null, default);

    private async Task<RestoreReport> ApplyAsync(RestorePlan plan, RecoveryPointReader point)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-run-");
        try
        {
            using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
            return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task DeleteNamespaceAsync(string ns)
    {
        var namespaces = new ApiResource("", "v1", "namespaces", "Namespace", false, ["delete"]);
        await new ResourceWriter(target).DeleteAsync(namespaces, null, ns, null, null, "Background", default);
        await cluster.SettleAsync(default);
    }

    private static async Task<List<string>> LinesAsync(PointDiff diff)
    {
        var lines = new List<string>();
        await foreach (var change in diff.ChangesAsync(default))
            lines.Add($"{change.Kind} {change.Resource} {change.Namespace}/{change.Name} {string.Join(' ', change.Diff)}");
        return lines;
    }
}
