using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
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
        AddActivity(registry, StopRun.Name, workspace => new StopRun(workspace));
        AddCapture(registry);
        AddRestore(registry);
        AddFleet(registry);
    }

    private static void AddCapture(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.CaptureCluster, () => new CaptureCluster());
        registry.AddOrchestrator(ExportUnits.Name, () => new ExportUnits());
        AddActivity(registry, BeginCapture.Name, workspace => new BeginCapture(workspace));
        AddActivity(registry, ExportUnit.Name, workspace => new ExportUnit(workspace));
        AddActivity(registry, SettleCapture.Name, workspace => new SettleCapture(workspace));
        AddActivity(registry, SealCapture.Name, workspace => new SealCapture(workspace));
        AddActivity(registry, EndCapture.Name, workspace => new EndCapture(workspace));
    }

    private static void AddRestore(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.PlanRestore, () => new PlanRestore());
        registry.AddOrchestrator(Orchestrators.Restore, () => new RestoreCluster());
        AddActivity(registry, MakePlan.Name, workspace => new MakePlan(workspace));
        AddActivity(registry, BeginRestore.Name, workspace => new BeginRestore(workspace));
        AddActivity(registry, ApplyStage.Name, workspace => new ApplyStage(workspace));
        AddActivity(registry, EndRestore.Name, workspace => new EndRestore(workspace));
    }

    private static void AddFleet(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator(Orchestrators.CaptureFleet, () => new CaptureFleet());
        registry.AddOrchestrator(CaptureSome.Name, () => new CaptureSome());
        registry.AddOrchestrator(Orchestrators.RunDuePolicies, () => new RunDuePolicies());
        AddActivity(registry, SettleFleet.Name, workspace => new SettleFleet(workspace));
        AddActivity(registry, TakeShare.Name, workspace => new TakeShare(workspace));
        AddActivity(registry, EndFleet.Name, workspace => new EndFleet(workspace));
        AddActivity(registry, FindDue.Name, workspace => new FindDue(workspace));
    }

    private static void AddActivity(DurableTaskRegistry registry, string name, Func<RunWorkspace, ITaskActivity> make) =>
        registry.AddActivity(name, services => make(Workspace(services)));

    private static RunWorkspace Workspace(IServiceProvider services) =>
        (RunWorkspace?)services.GetService(typeof(RunWorkspace))
        ?? throw new InvalidOperationException($"the engine's services have no {nameof(RunWorkspace)}");
}
