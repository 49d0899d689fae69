using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Documents;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>One restore into an AKS cluster that it makes.</summary>
internal sealed class NewClusterRestore(Invocation invocation, OpenedVault vault, SealTrust believed, NewClusterRequest wanted)
    : IAsyncDisposable
{
    private static readonly TimeSpan LookingTime = TimeSpan.FromSeconds(15);

    private readonly MadeClusters clusters = new(invocation.Time);

    /// <summary>What will be made: nothing is yet.</summary>
    public async Task<NewClusterPlan> PlanAsync(RecoveryPointReader point)
    {
        var profile = wanted.Infrastructure is { } given
            ? InfrastructureDocument.ReadPlain(given, "--infrastructure")
            : await point.ReadInfrastructureAsync(invocation.Cancellation);
        var origin = new ClusterOrigin(point.Seal.Cluster, point.Seal.Point);
        return await clusters.Provider.PlanAsync(wanted, profile, origin, invocation.Cancellation);
    }

    public ExitCode Show(NewClusterPlan plan)
    {
        if (invocation.Json)
            invocation.Screen.Json(NewClusterDocument.Of(plan), OutputJson.Plain.NewClusterDocument);
        else
            Print(plan, invocation.Screen.Line);
        return ExitCode.Done;
    }

    public async Task<bool> ConfirmedAsync(NewClusterPlan plan)
    {
        if (!invocation.Screen.IsInteractive)
            throw new UsageException("a restore into a new cluster makes it: pass --yes");
        Print(plan, invocation.Screen.ErrorLine);
        return await invocation.Screen.ConfirmAsync("Make it, and restore into it?", invocation.Cancellation);
    }

    private static void Print(NewClusterPlan plan, Action<string> line)
    {
        line($"{(plan.Exists ? "used" : "made")}: {plan.ResourceId}");
        line($"  in {plan.Region}, Kubernetes {plan.KubernetesVersion}, {Readable.Count(plan.Nodes, "node")} at first");
        foreach (var note in plan.Notes)
            line($"  note: {note}");
    }

    /// <param name="control">Where the cluster is registered for a service; null: nowhere.</param>
    public async Task<(RestorePlan Plan, RunReport Report)> RunAsync(
        RestoreRequest request,
        NewClusterPlan cluster,
        IDocumentStore? control
    )
    {
        var run = new NewClusterRun(clusters, vault, believed, invocation.Time);
        var origin = RestoreVerb.Origin(invocation, vault, believed) with { MadeCluster = AzureResourceId.Parse(cluster.ResourceId!) };
        var folder = await RunFolder.BeginAsync(run.Name, origin, invocation.Cancellation);
        foreach (var note in cluster.Notes)
            invocation.Screen.Note(note);
        var report = await RunAsync(run, request, cluster, folder);
        if (control is not null)
            await RegisterAsync(control, cluster);
        return ((await folder.ReadPlanAsync(invocation.Cancellation))!, report);
    }

    public ValueTask DisposeAsync() => clusters.DisposeAsync();

    private async Task<RunReport> RunAsync(NewClusterRun run, RestoreRequest request, NewClusterPlan cluster, RunFolder folder)
    {
        try
        {
            await using var display = ProgressDisplay.Start(invocation.Screen);
            var progress = display.For<RestoreProgress>(p => new(p.Phase, p.Done, p.Total, "objects", RestoreVerb.Detail(p)));
            return await run.RunAsync(request, wanted, folder, progress, invocation.Cancellation);
        }
        catch (Exception)
        {
            await SayWhatIsLeftAsync(run, cluster, folder);
            throw;
        }
    }

    private async Task SayWhatIsLeftAsync(NewClusterRun run, NewClusterPlan cluster, RunFolder folder)
    {
        if (await folder.ReadPlanAsync(CancellationToken.None) is not null)
        {
            var resume = $"`{ProgramName.Typed} restore --resume {run.Name}`";
            invocation.Resuming = $"resume it with {resume}";
            invocation.WhenCancelled =
                $"the cluster {cluster.ResourceId} is there, and the restore isn't finished: resume it with {resume}";
            return;
        }
        invocation.WhenCancelled = $"{await LeftAsync(cluster)}; the same command continues";
        folder.Remove();
    }

    private async Task<string> LeftAsync(NewClusterPlan cluster)
    {
        using var patience = new CancellationTokenSource(LookingTime, invocation.Time);
        try
        {
            var state = await clusters.Provider.LookAsync(cluster, patience.Token);
            return state.Stage == NewClusterStage.Absent
                ? "no cluster was made"
                : $"the cluster {cluster.ResourceId} stays ({state.Detail}), and nothing was restored into it";
        }
#pragma warning disable CA1031 // Whatever keeps it from being found out, the command ends as cancelled and says so.
        catch (Exception)
#pragma warning restore CA1031
        {
            return $"whether {cluster.ResourceId} was made can't be found out now, and nothing was restored into it";
        }
    }

    private async Task RegisterAsync(IDocumentStore control, NewClusterPlan cluster)
    {
        var registration = clusters.Provider.RegistrationOf(cluster);
        if (await new ControlDocuments(control).CreateClusterAsync(registration, invocation.Cancellation) is null)
            invocation.Screen.Warn($"a cluster '{cluster.Name}' is registered already, and was left as it is");
    }
}
