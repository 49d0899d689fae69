using System.CommandLine;
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

    public static Option<bool> DrillOption() =>
        new("--drill") { Description = "The document's drill: into other namespaces or another cluster, as its `drill` says" };

    /// <summary>The plan that the file holds, or that is made of the document in it.</summary>
    /// <param name="drill">Of the document's drill.</param>
    /// <exception cref="UsageException">It can't be read or used: all that is wrong, with the file's name.</exception>
    public static async Task<RecoveryPlan> PlanAsync(
        Invocation invocation,
        OpenedVault vault,
        string file,
        SealTrust believed,
        bool dryRun = false,
        bool drill = false
    )
    {
        var content = PersonsFile.Read("the recovery", file, LargestPlan);
        if (!RecoveryPlanDocument.Is(content))
            return await PlanAsync(invocation, vault, file, Document(file, drill), believed, dryRun, drill);
        var plan = RecoveryPlanDocument.Read(content);
        return drill && plan.Drill != true
            ? throw new UsageException($"{file} isn't the plan of a drill: plan the document with --drill")
            : plan;
    }

    public static Task WriteAsync(string path, RecoveryPlan plan, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(path, $"{path}.{plan.Name}.tmp", RecoveryPlanDocument.Write(plan), cancellation);

    private static RecoveryDocument Document(string file, bool drill)
    {
        var text = PersonsFile.ReadText("the recovery", file, RecoveryDocument.Longest);
        try
        {
            var document = RecoveryDocument.Read(text);
            return drill ? RecoveryDrill.Of(document) : document;
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
        bool dryRun,
        bool drill
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
                restores.Add(PlannedRestore.Of(restore.Name, target, plan) with { Plan = plan });
            }
            groups.Add(PlannedGroup.Of(group, restores));
        }
        return RecoveryPlanDocument.Kept(
            new()
            {
                Name = BegunKind.NewName(),
                PlannedAt = planned,
                Groups = [.. groups],
                Drill = drill ? true : null,
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
        var point = await RecoveryRequests.PointAsync(new PointCatalog(vault.Store, believed), restore, invocation.Cancellation);
        var cluster = RecoveryRequests.ClusterOf(restore);
        var reader = await RecoveryPointReader.OpenAsync(vault.Store, cluster, point, believed, invocation.Cancellation);
        using var target = Open(invocation, into);
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new($"{group.Name}/{restore.Name}: {p.Phase}", p.Done, p.Total, "objects", ""));
        var plan = await TargetPlanner
            .Of(reader, target.Connection, invocation.Time, vault.Disks(invocation.Time))
            .PlanAsync(RecoveryRequests.Of(group, restore, point, dryRun), BegunKind.NewName(), progress, invocation.Cancellation);
        return Holdfast.Restore.PlanDocuments.PlanDocument.Kept(plan);
    }

    /// <summary>From any folder the same cluster.</summary>
    private static RecoveryTarget Whole(Invocation invocation, string file, RecoveryTarget? target)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var kubeconfig =
            target?.Kubeconfig is { } named ? Path.GetFullPath(named, folder)
            : invocation.KubeconfigPath is { } given ? Path.GetFullPath(given)
            : null;
        var context = target switch
        {
            null => invocation.Context,
            { Context: null, Kubeconfig: null } => target.Cluster?.ToString(),
            _ => target.Context,
        };
        return new(target?.Cluster, kubeconfig, context);
    }

    public static OpenedCluster Open(Invocation invocation, RecoveryTarget target)
    {
        var cluster = OpenedCluster.Open(target.Kubeconfig, target.Context, invocation.Entra, invocation.Time);
        foreach (var warning in cluster.Warnings)
            invocation.Screen.Warn(warning);
        return cluster;
    }
}
