using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Durable;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Protection.Capture.Course;
using Holdfast.Protection.Restore.Applying;

namespace Holdfast.Orchestrations;

/// <summary>Every orchestrator and activity of Holdfast: the one list, from which an app's triggers are generated.</summary>
public static class HoldfastRegistry
{
    private static readonly JsonSerializerOptions Json = new(HoldfastJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(HoldfastJson.Default, EffectsJson.Default),
    };

    public static DurableRegistry Create(RunEnvironment environment)
    {
        var stops = new RunStops(environment.Control, environment.Time, environment.Limits.CancellationInterval);
        var reports = new RunReports(environment.Control, environment.Time) { Alone = environment.Alone };
        var registry = new DurableRegistry(Json) { Classify = RunFailures.Classify };
        registry.AddActivity<StopRequest, bool>(StopRun.Name, new StopRun(stops).RunAsync);
        var orders = new RunOrders(environment.Control, environment.Time);
        AddCapture(registry, new(environment, stops), reports, stops, orders);
        AddRestore(registry, new(environment, stops), reports, stops, orders);
        AddFleet(registry, environment, reports, stops, orders);
        return registry;
    }

    private static void AddCapture(DurableRegistry registry, CaptureDesk desk, RunReports reports, RunStops stops, RunOrders orders) => registry
        .AddOrchestrator<CaptureOrder, RunResult>(Orchestrators.CaptureCluster, CaptureCluster.RunAsync)
        .AddOrchestrator<UnitRange, NodeSummary>(ExportUnits.Name, ExportUnits.RunAsync)
        .AddActivity<CaptureOrder, LegSummary>(BeginCapture.Name, new BeginCapture(desk, orders).RunAsync)
        .AddActivity<UnitSubject, UnitSummary>(ExportUnit.Name, new ExportUnit(desk).RunAsync)
        .AddActivity<LegSubject, Settlement>(SettleCapture.Name, new SettleCapture(desk).RunAsync)
        .AddActivity<LegSubject, Settlement>(SealCapture.Name, new SealCapture(desk).RunAsync)
        .AddActivity<CaptureEnd, RunResult>(EndCapture.Name, new EndCapture(desk, reports, stops, orders).RunAsync);

    private static void AddRestore(DurableRegistry registry, RestoreDesk desk, RunReports reports, RunStops stops, RunOrders orders) => registry
        .AddOrchestrator<PlanOrder, RunResult>(Orchestrators.PlanRestore, PlanRestore.RunAsync)
        .AddOrchestrator<RestoreOrder, RunResult>(Orchestrators.Restore, Restore.RunAsync)
        .AddActivity<PlanOrder, PlanMade>(MakePlan.Name, new MakePlan(desk, orders).RunAsync)
        .AddActivity<RestoreOrder, PlanMade>(BeginRestore.Name, new BeginRestore(desk, orders).RunAsync)
        .AddActivity<StageSubject, RestoreAdvance>(ApplyStage.Name, new ApplyStage(desk).RunAsync)
        .AddActivity<RestoreEnd, RunResult>(EndRestore.Name, new EndRestore(desk, reports, stops, orders).RunAsync);

    private static void AddFleet(DurableRegistry registry, RunEnvironment environment, RunReports reports, RunStops stops, RunOrders orders) => registry
        .AddOrchestrator<FleetOrder, RunResult>(Orchestrators.CaptureFleet, CaptureFleet.RunAsync)
        .AddOrchestrator<FleetShare, FleetTotals>(CaptureSome.Name, CaptureSome.RunAsync)
        .AddOrchestrator<TickOrder, TickResult>(Orchestrators.RunDuePolicies, RunDuePolicies.RunAsync)
        .AddActivity<FleetOrder, FleetSize>(SettleFleet.Name, new SettleFleet(orders, environment.Time).RunAsync)
        .AddActivity<ShareSubject, ShareClusters>(TakeShare.Name, new TakeShare(orders).RunAsync)
        .AddActivity<FleetEnd, RunResult>(EndFleet.Name, new EndFleet(reports, stops, orders).RunAsync)
        .AddActivity<TickOrder, DueRuns>(FindDue.Name, new FindDue(environment.Control, reports, orders, environment.Time).RunAsync);
}
