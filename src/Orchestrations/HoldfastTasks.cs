using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Orchestrations.Verifying;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations;

/// <summary>
/// Every orchestrator and activity of Holdfast, for whichever engine runs them. The engine's services must resolve
/// <see cref="RunWorkspace"/>, and its payloads be those of <see cref="PayloadConverter"/>.
/// </summary>
public static class HoldfastTasks
{
    /// <remarks>By factories, so that no type is found by reflection and the command line can be compiled to native code.</remarks>
    public static void Register(DurableTaskRegistry registry)
    {
        AddActivity(registry, StopRun.Name, workspace => new StopRun(workspace.Records));
        AddCapture(registry);
        AddRestore(registry);
        AddNewCluster(registry);
        AddFleet(registry);
        AddRetention(registry);
        AddVerification(registry);
        AddReplication(registry);
        AddRecovery(registry);
        AddNotifications(registry);
    }

    private static void AddNotifications(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Notify, () => new DeliverNotifications());
        AddActivity(registry, AssignNotices.Name, workspace => new AssignNotices(workspace.Records));
        AddActivity(registry, WriteDigest.Name, workspace => new WriteDigest(workspace.Records));
        AddActivity(registry, SendMessages.Name, workspace => new SendMessages(workspace.Records));
    }

    private static void AddCapture(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Capture, () => new CaptureCluster());
        registry.AddOrchestrator(ExportUnits.Name, () => new ExportUnits());
        AddActivity(registry, BeginCapture.Name, workspace => new BeginCapture(workspace.Captures));
        AddActivity(registry, ExportUnit.Name, workspace => new ExportUnit(workspace.Captures));
        AddActivity(registry, CutVolumes.Name, workspace => new CutVolumes(workspace.Captures));
        AddActivity(registry, LookAtVolumes.Name, workspace => new LookAtVolumes(workspace.Captures));
        AddActivity(registry, ReleaseVolumes.Name, workspace => new ReleaseVolumes(workspace.Captures));
        AddActivity(registry, SettleCapture.Name, workspace => new SettleCapture(workspace.Captures));
        AddActivity(registry, SealCapture.Name, workspace => new SealCapture(workspace.Captures));
        AddActivity(registry, EndCapture.Name, workspace => new EndCapture(workspace.Captures));
    }

    private static void AddRestore(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Plan, () => new PlanRestore());
        registry.AddOrchestrator(Orchestrators.Restore, () => new RestoreCluster());
        AddActivity(registry, MakePlan.Name, workspace => new MakePlan(workspace.Restores));
        AddActivity(registry, BeginRestore.Name, workspace => new BeginRestore(workspace.Restores));
        AddActivity(registry, OrderSafetyPoint.Name, workspace => new OrderSafetyPoint(workspace.Restores));
        AddActivity(registry, KeepSafetyPoint.Name, workspace => new KeepSafetyPoint(workspace.Restores));
        AddActivity(registry, ApplyStage.Name, workspace => new ApplyStage(workspace.Restores));
        AddActivity(registry, EndRestore.Name, workspace => new EndRestore(workspace.Restores, workspace.NewClusters));
    }

    private static void AddNewCluster(DurableTaskRegistry registry)
    {
        AddActivity(registry, PlanNewCluster.Name, workspace => new PlanNewCluster(workspace.NewClusters));
        AddActivity(registry, CreateNewCluster.Name, workspace => new CreateNewCluster(workspace.NewClusters));
        AddActivity(registry, LookAtNewCluster.Name, workspace => new LookAtNewCluster(workspace.NewClusters));
        AddActivity(registry, RegisterNewCluster.Name, workspace => new RegisterNewCluster(workspace.NewClusters));
        AddActivity(registry, LookAtNodes.Name, workspace => new LookAtNodes(workspace.NewClusters));
    }

    private static void AddFleet(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Fleet, () => new CaptureFleet());
        registry.AddOrchestrator(CaptureSome.Name, () => new CaptureSome());
        registry.AddOrchestrator(Orchestrators.Schedule, () => new RunDuePolicies());
        AddActivity(registry, SettleFleet.Name, workspace => new SettleFleet(workspace.Records));
        AddActivity(registry, TakeShare.Name, workspace => new TakeShare(workspace.Records));
        AddActivity(registry, EndFleet.Name, workspace => new EndFleet(workspace.Records));
        AddActivity(registry, FindDue.Name, workspace => new FindDue(workspace.Records));
    }

    private static void AddRetention(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Retention, () => new ApplyRetention());
        AddActivity(registry, PruneClusters.Name, workspace => new PruneClusters(workspace.Records));
        AddActivity(registry, EndRetention.Name, workspace => new EndRetention(workspace.Records));
    }

    private static void AddVerification(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Verification, () => new VerifyVault());
        AddActivity(registry, VerifyClusters.Name, workspace => new VerifyClusters(workspace.Records));
        AddActivity(registry, EndVerification.Name, workspace => new EndVerification(workspace.Records));
    }

    private static void AddReplication(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Replication, () => new ReplicateVault());
        AddActivity(registry, ReplicateClusters.Name, workspace => new ReplicateClusters(workspace.Records));
        AddActivity(registry, EndReplication.Name, workspace => new EndReplication(workspace.Records));
    }

    private static void AddRecovery(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.Recovery, () => new RecoverScopes());
        AddActivity(registry, PlanRecovery.Name, workspace => new PlanRecovery(workspace.Recoveries));
        AddActivity(registry, AdvanceRecovery.Name, workspace => new AdvanceRecovery(workspace.Recoveries));
        AddActivity(registry, CheckRecovery.Name, workspace => new CheckRecovery(workspace.Recoveries));
        AddActivity(registry, EndRecovery.Name, workspace => new EndRecovery(workspace.Recoveries));
    }

    private static void AddActivity(DurableTaskRegistry registry, string name, Func<RunWorkspace, ITaskActivity> make) =>
        registry.AddActivity(name, services => make(Workspace(services)));

    private static RunWorkspace Workspace(IServiceProvider services) =>
        (RunWorkspace?)services.GetService(typeof(RunWorkspace))
        ?? throw new InvalidOperationException($"the engine's services have no {nameof(RunWorkspace)}");
}
