using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Writing;
using Holdfast.Control;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Outcomes;
using Holdfast.Simulator;

namespace Holdfast.Cli.Demo;

/// <param name="Differences">Between the point before the accident and the one after the restore.</param>
internal sealed record DemoResult(PointId Before, PointId After, RestoreReport Restored, ImmutableArray<ObjectChange> Differences);

/// <summary>A cluster's accident and its recovery, from beginning to end, on a simulated cluster.</summary>
internal sealed class DemoScript(
    SimulatedCluster cluster,
    ClusterConnection connection,
    IBlobStore vault,
    Narration narration,
    TimeProvider time
)
{
    public static readonly ClusterName Name = ClusterName.Parse("demo");

    private readonly ResourceWriter people = new(connection);

    public async Task<DemoResult> PlayAsync(CancellationToken cancellation)
    {
        await BuildAsync(cancellation);
        narration.Chapter("A recovery point: the whole cluster at one instant");
        var before = await CaptureAsync(cancellation);
        await BreakAsync(cancellation);
        var point = await RecoveryPointReader.OpenAsync(vault, Name, before, cancellation);
        var plan = await PlanAsync(point, cancellation);
        var restored = await RestoreAsync(point, plan, cancellation);
        narration.Chapter("The proof: another recovery point, compared with the first");
        var after = await CaptureAsync(cancellation);
        return new(before, after, restored, await CompareAsync(point, after, cancellation));
    }

    private async Task BuildAsync(CancellationToken cancellation)
    {
        narration.Chapter("A cluster with a small shop in it");
        await narration.DoAsync(
            "creating the sample application",
            () => cluster.SeedSampleApplicationAsync(cancellation),
            $"a simulated API server at {connection.Server} runs a shop in the namespaces shop and platform: workloads, a database's "
                + "custom resource, secrets, a volume"
        );
    }

    private async Task BreakAsync(CancellationToken cancellation)
    {
        var ink = narration.Ink;
        narration.Chapter("The accident");
        await narration.DoAsync(
            "deleting a namespace",
            () => DeleteAsync(cancellation),
            $"{ink.Red("deleted")} the namespace shop, with all that was in it"
        );
        await narration.DoAsync(
            "damaging an object",
            () => DamageAsync(cancellation),
            $"{ink.Red("damaged")} configmaps/settings in platform: a value changed, a key added"
        );
    }

    private async Task DeleteAsync(CancellationToken cancellation)
    {
        Expect(
            await people.DeleteAsync(
                new("", "v1", KnownTypes.Namespaces, "Namespace", false, []),
                null,
                "shop",
                null,
                null,
                "Background",
                cancellation
            )
        );
        await cluster.SettleAsync(cancellation);
    }

    private async Task DamageAsync(CancellationToken cancellation)
    {
        var patch = """{"data":{"log-level":"debug","try-this":"maybe"}}"""u8.ToArray();
        Expect(
            await people.MergePatchAsync(
                new("", "v1", KnownTypes.ConfigMaps, "ConfigMap", true, []),
                "platform",
                "settings",
                patch,
                new("people"),
                cancellation
            )
        );
    }

    private async Task<PointId> CaptureAsync(CancellationToken cancellation)
    {
        var report = await narration.DoAsync(
            "capturing",
            () => new LocalRun(connection, vault, time).CaptureAsync(Name, new(), null, cancellation),
            r =>
                $"{narration.Ink.Bold($"{r.Point}")}: {Readable.Count(r.Objects, "object")} at revision {r.Revision} in "
                + $"{Readable.Duration(r.Duration)}, {Readable.Size(r.BytesWritten)} written"
        );
        return report.Point;
    }

    private async Task<RestorePlan> PlanAsync(RecoveryPointReader point, CancellationToken cancellation)
    {
        narration.Chapter("The plan: every object, every field, before anything is done");
        var request = new RestoreRequest
        {
            Cluster = Name,
            Point = point.Seal.Point,
            Existing = ExistingPolicy.Replace,
        };
        var plan = await TargetPlanner.Of(point, connection, time).PlanAsync(request, BegunKind.NewName(), null, cancellation);
        PlanText.Print(plan, narration.Ink, narration.Line, all: false);
        return plan;
    }

    private async Task<RestoreReport> RestoreAsync(RecoveryPointReader point, RestorePlan plan, CancellationToken cancellation)
    {
        narration.Chapter("The restore: the plan, and nothing else");
        var journal = new ControlJournal(new MemoryDocuments(), "demo/");
        await journal.StorePlanAsync(plan, cancellation);
        var run = new LocalRun(connection, vault, time);
        var report = await narration.DoAsync(
            "restoring",
            () => run.RestoreAsync(Name, journal, null, cancellation),
            r => $"{ReportText.Counts(r)} in {Readable.Duration(r.Duration)}"
        );
        await cluster.SettleAsync(cancellation);
        ReportText.PrintMissing(report, narration.Ink, narration.Line);
        return report;
    }

    private async Task<ImmutableArray<ObjectChange>> CompareAsync(RecoveryPointReader before, PointId after, CancellationToken cancellation)
    {
        var later = await RecoveryPointReader.OpenAsync(vault, Name, after, cancellation);
        var differences = ImmutableArray.CreateBuilder<ObjectChange>();
        await foreach (var change in PointDiff.Between(before, later, new()).ChangesAsync(cancellation))
            differences.Add(change);
        foreach (var change in differences)
            ChangeText.Print(change, narration.Ink, narration.Line);
        return differences.ToImmutable();
    }

    private static void Expect(WriteResult result)
    {
        if (result.Status != WriteStatus.Done)
            throw new InvalidOperationException($"the simulated cluster refused: {result.Message}");
    }
}
