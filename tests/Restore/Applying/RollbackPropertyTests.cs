using System.Text;
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

namespace Holdfast.Restore.Tests.Applying;

/// <summary>
/// For random states of a cluster, one of them captured: what a restore must do, whatever they are. A state has, of each place for an
/// object, which form of it is there; 0: none.
/// </summary>
public sealed class RollbackPropertyTests : IAsyncLifetime, IDisposable
{
    private const int Cases = 12;

    private static readonly ClusterName Name = ClusterName.Parse("prod");
    private static readonly WriteOptions Tests = new("tests");
    private static readonly string[] Namespaces = ["one", "two"];
    private static readonly ApiResource Namespace = new("", "v1", "namespaces", "Namespace", false, []);
    private static readonly ApiResource[] Types =
    [
        new("", "v1", "configmaps", "ConfigMap", true, []),
        new("", "v1", "secrets", "Secret", true, []),
        new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, []),
    ];

    private readonly MemoryStore vault = new();
    private SimulatedCluster cluster = null!;
    private ClusterConnection target = null!;
    private int runs;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new() { Seed = 1 }, default);
        target = new(new ClusterEndpoint { Server = cluster.Server, Token = (_, _) => new(cluster.Token) }, TimeProvider.System);
        foreach (var ns in Namespaces)
            await WriteAsync(w =>
                w.CreateAsync(
                    Namespace,
                    null,
                    Json($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}"}}"""),
                    Tests,
                    default
                )
            );
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => target.Dispose();

    [Fact]
    public async Task A_rollback_makes_a_cluster_equal_to_the_point_and_a_second_one_changes_nothing()
    {
        foreach (var (was, now) in Pairs())
        {
            await BecomeAsync(was);
            var point = await CaptureAsync();
            await BecomeAsync(now);

            var report = await RestoreAsync(point, ExistingPolicy.Rollback);

            var why = $"from [{string.Join(' ', now)}] to [{string.Join(' ', was)}]: ";
            Assert.True(report.Complete, why + string.Join("; ", report.Failures.Concat(report.Incomplete)));
            var differences = await LinesAsync(PointDiff.Between(point, await CaptureAsync(), new()));
            Assert.True(differences.Count == 0, why + string.Join("; ", differences));
            var again = await PlanAsync(point, ExistingPolicy.Rollback);
            Assert.DoesNotContain(again.Steps, s => s.Action is not (StepAction.Unchanged or StepAction.Skip));
        }
    }

    [Fact]
    public async Task A_restore_that_only_creates_changes_no_object_that_is_there()
    {
        foreach (var (was, now) in Pairs())
        {
            await BecomeAsync(was);
            var point = await CaptureAsync();
            await BecomeAsync(now);
            var before = await ReadAsync();

            await RestoreAsync(point, ExistingPolicy.Skip);

            var after = await ReadAsync();
            Assert.All(before, o => Assert.Equal(o.Value, after[o.Key]));
        }
    }

    [Fact]
    public async Task A_plan_that_is_applied_twice_changes_nothing_the_second_time()
    {
        ExistingPolicy[] policies =
        [
            ExistingPolicy.Skip,
            ExistingPolicy.Update,
            ExistingPolicy.Replace,
            ExistingPolicy.Recreate,
            ExistingPolicy.Rollback,
        ];
        foreach (var ((was, now), policy) in Pairs().Zip(Enumerable.Repeat(policies, Cases).SelectMany(p => p)))
        {
            await BecomeAsync(was);
            var point = await CaptureAsync();
            await BecomeAsync(now);
            var plan = await PlanAsync(point, policy);
            await ApplyAsync(point, plan);
            var revision = cluster.Revision;

            var report = await ApplyAsync(point, plan);

            var why = $"{policy} from [{string.Join(' ', now)}] to [{string.Join(' ', was)}]: ";
            Assert.True(report.Failures.IsEmpty, why + string.Join("; ", report.Failures));
            Assert.True(revision == cluster.Revision, why + "it was written again");
        }
    }

    /// <summary>From fixed seeds; a failure names both states.</summary>
    private static IEnumerable<(int[] Was, int[] Now)> Pairs() =>
        Enumerable.Range(1, Cases).Select(seed => (State(2 * seed), State(2 * seed + 1)));

    private static int[] State(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Namespaces.Length * Types.Length * 3).Select(_ => random.Next(4))];
    }

    private async Task BecomeAsync(int[] state)
    {
        for (var i = 0; i < state.Length; i++)
        {
            var (type, ns, name) = Place(i);
            var there = await WriteAsync(w => w.GetAsync(type, ns, name, default));
            if (there.Status == WriteStatus.Done)
                await WriteAsync(w => w.DeleteAsync(type, ns, name, null, null, "Background", default));
            if (state[i] > 0)
                await WriteAsync(w => w.CreateAsync(type, ns, Json(Form(type, ns, name, state[i])), Tests, default));
        }
        await cluster.SettleAsync(default);
    }

    private static (ApiResource Type, string Namespace, string Name) Place(int i) =>
        (Types[i / 3 % Types.Length], Namespaces[i / 3 / Types.Length], $"o{i % 3}");

    /// <summary>Some of the forms differ in fields that can't be changed.</summary>
    private static string Form(ApiResource type, string ns, string name, int form) =>
        $$$"""{"apiVersion":"{{{type.ApiVersion}}}","kind":"{{{type.Kind}}}","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","""
        + $$$""" "labels":{"form":"{{{form}}}"}},"""
        + type.Kind switch
        {
            "ConfigMap" => $$$""" "immutable":{{{(form == 3 ? "true" : "false")}}},"data":{"a":"{{{form}}}"}}""",
            "Secret" => $$$""" "type":"example.com/{{{form}}}","data":{"k":"Zm9v"}}""",
            _ => $$$""" "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r{{{form}}}"},"subjects":[]}""",
        };

    private async Task<Dictionary<string, string>> ReadAsync()
    {
        var found = new Dictionary<string, string>();
        for (var i = 0; i < Namespaces.Length * Types.Length * 3; i++)
        {
            var (type, ns, name) = Place(i);
            if (await WriteAsync(w => w.GetAsync(type, ns, name, default)) is { Status: WriteStatus.Done } there)
                found[$"{type}/{ns}/{name}"] = Encoding.UTF8.GetString(there.Body.Span);
        }
        return found;
    }

    private Task<WriteResult> WriteAsync(Func<ResourceWriter, Task<WriteResult>> write) => write(new(target));

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<RecoveryPointReader> CaptureAsync()
    {
        var report = await new CaptureRun(target, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
        Assert.Equal(CaptureState.Succeeded, report.State);
        return await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
    }

    private Task<RestorePlan> PlanAsync(RecoveryPointReader point, ExistingPolicy policy) =>
        TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(
                new()
                {
                    Cluster = Name,
                    Point = point.Seal.Point,
                    Existing = policy,
                },
                $"{++runs:x12}",
                null,
                default
            );

    private async Task<RestoreReport> RestoreAsync(RecoveryPointReader point, ExistingPolicy policy) =>
        await ApplyAsync(point, await PlanAsync(point, policy));

    private async Task<RestoreReport> ApplyAsync(RecoveryPointReader point, RestorePlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-run-");
        try
        {
            using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
            var report = await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
            await cluster.SettleAsync(default);
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<string>> LinesAsync(PointDiff diff)
    {
        var lines = new List<string>();
        await foreach (var change in diff.ChangesAsync(default))
            lines.Add($"{change.Kind} {change.Resource} {change.Namespace}/{change.Name} {string.Join(' ', change.Diff)}");
        return lines;
    }
}
