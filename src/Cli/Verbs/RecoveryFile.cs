using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Verbs;

/// <summary>A person's document of a recovery, or its plan in a file.</summary>
internal static class RecoveryFile
{
    /// <summary>In bytes: a plan of a million objects has less.</summary>
    private const int LargestPlan = 1 << 30;

    /// <summary>The plan that the file holds, or that is made of the document in it.</summary>
    /// <exception cref="UsageException">It can't be read or used: all that is wrong, with the file's name.</exception>
    public static async Task<RecoveryPlan> PlanAsync(
        Invocation invocation,
        OpenedVault vault,
        string file,
        SealTrust believed,
        bool dryRun = false
    )
    {
        var content = PersonsFile.Read("the recovery", file, LargestPlan);
        return RecoveryPlanDocument.Is(content)
            ? RecoveryPlanDocument.Read(content)
            : await PlanAsync(invocation, vault, file, Document(file), believed, dryRun);
    }

    public static Task WriteAsync(string path, RecoveryPlan plan, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(path, $"{path}.{plan.Name}.tmp", RecoveryPlanDocument.Write(plan), cancellation);

    private static RecoveryDocument Document(string file)
    {
        var text = PersonsFile.ReadText("the recovery", file, RecoveryDocument.Longest);
        try
        {
            return RecoveryDocument.Read(text);
        }
        catch (RestoreException e)
        {
            var problems = e.Problems.IsEmpty ? [e.Message] : e.Problems;
            throw new UsageException([.. problems.Select(problem => $"{file}: {problem}")]);
        }
    }

    private static async Task<RecoveryPlan> PlanAsync(
        Invocation invocation,
        OpenedVault vault,
        string file,
        RecoveryDocument document,
        SealTrust believed,
        bool dryRun
    )
    {
        var planned = invocation.Time.GetUtcNow();
        var groups = new List<PlannedGroup>();
        foreach (var group in document.Groups)
        {
            var restores = new List<PlannedRestore>();
            foreach (var restore in group.Restores)
            {
                var target = Whole(invocation, file, restore.Target);
                var plan = await PlanAsync(invocation, vault, group, restore, target, believed, dryRun);
                restores.Add(new(restore.Name, target, plan));
            }
            groups.Add(
                new()
                {
                    Name = group.Name,
                    Restores = [.. restores],
                    Checks = group.Checks,
                    Pause = group.Pause,
                    ContinueOnPartial = group.ContinueOnPartial,
                }
            );
        }
        return RecoveryPlanDocument.Kept(
            new()
            {
                Name = RunFolder.NewName(),
                PlannedAt = planned,
                Groups = [.. groups],
            }
        );
    }

    private static async Task<RestorePlan> PlanAsync(
        Invocation invocation,
        OpenedVault vault,
        RecoveryGroup group,
        RecoveryRestore restore,
        RecoveryTarget into,
        SealTrust believed,
        bool dryRun
    )
    {
        var point = await PointAsync(invocation, vault, restore, believed);
        var cluster = point.Seal.Cluster;
        var reader = await RecoveryPointReader.OpenAsync(vault.Store, cluster, point.Id, believed, invocation.Cancellation);
        using var target = Open(invocation, into);
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new($"{group.Name}/{restore.Name}: {p.Phase}", p.Done, p.Total, "objects", ""));
        var plan = await TargetPlanner
            .Of(reader, target.Connection, invocation.Time, vault.Disks(invocation.Time))
            .PlanAsync(RecoveryRequests.Of(group, restore, point.Id, dryRun), RunFolder.NewName(), progress, invocation.Cancellation);
        return Holdfast.Restore.PlanDocuments.PlanDocument.Kept(plan);
    }

    private static async Task<SealedPoint> PointAsync(Invocation invocation, OpenedVault vault, RecoveryRestore restore, SealTrust believed)
    {
        var (catalog, cluster) = (new PointCatalog(vault.Store, believed), RecoveryRequests.ClusterOf(restore));
        if (restore.Before is not { } time)
            return await catalog.FindAsync(cluster, restore.Point ?? PointCatalog.Latest, invocation.Cancellation);
        var points = await catalog.ListAsync(cluster, invocation.Cancellation);
        return points.LastOrDefault(p => p.Id.Time <= time)
            ?? throw new UsageException($"restore {restore.Name}: {vault.Text} has no point of cluster '{cluster}' up to {time:u}");
    }

    /// <summary>From any folder the same cluster.</summary>
    private static RecoveryTarget Whole(Invocation invocation, string file, RecoveryTarget? target)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var kubeconfig =
            target?.Kubeconfig is { } named ? Path.GetFullPath(named, folder)
            : invocation.KubeconfigPath is { } given ? Path.GetFullPath(given)
            : null;
        return new(kubeconfig, target is null ? invocation.Context : target.Context);
    }

    public static OpenedCluster Open(Invocation invocation, RecoveryTarget target)
    {
        var cluster = OpenedCluster.Open(target.Kubeconfig, target.Context, invocation.Entra, invocation.Time);
        foreach (var warning in cluster.Warnings)
            invocation.Screen.Warn(warning);
        return cluster;
    }
}
