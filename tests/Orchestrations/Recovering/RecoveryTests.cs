using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Tests.Recovering;

/// <summary>A captured cluster, and two others to recover its application into, one after the other.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false, []);
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, []);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-recovery-");
    private SimulatedFleet fleet = null!;
    private PointId point;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("west", "north", "south");
        await fleet["west"].SeedSampleApplicationAsync(default);
        point = (await fleet.RunAsync(fleet.Order("west"))).Capture!.Point;
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_recovery_is_planned_as_one_approved_by_its_digest_and_applied_group_by_group()
    {
        var planned = await fleet.RunAsync(Order(Two()) with { PlanOnly = true });
        Assert.Equal((RunKind.RecoveryPlan, RunState.Succeeded), (planned.Kind, planned.State));
        Assert.False(await HasAsync("north"));
        var made = planned.Recovery!.Plan;
        var order = Order(null) with { Plan = made, Approval = new() };
        using var late = fleet["south"].Inject(new("/api") { Method = "POST" });
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        var waiting = await StatusAsync(hub, order, s => s.State == RunState.WaitingForApproval);

        Assert.Equal((made.Digest, 0, 2), (waiting.PlanDigest, waiting.UnitsDone, waiting.Units));
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, ContentDigest.Of("another"u8), "approver"));
        var refused = await StatusAsync(hub, order, s => s.Message is not null);
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, made.Digest, "requester"));
        await StatusAsync(hub, order, s => s.Message != refused.Message);
        Assert.False(await HasAsync("north"));
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, made.Digest, "approver"));
        var paused = await StatusAsync(hub, order, s => s.State == RunState.Paused);
        Assert.True(await HasAsync("north"));
        Assert.Equal((0, "databases"), (late.Struck, paused.Group));
        await hub.Client.RaiseEventAsync($"{order.Run}", RunEvents.Continue, new Confirmation("databases", "approver"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
        Assert.True(await HasAsync("south"));
        Assert.Equal(("approver", made), (report.Approval!.By, report.Recovery!.Plan));
        Assert.All(report.Recovery.Groups, group => Assert.True(group.Passed));
        Assert.True(report.Recovery.RtoSeconds > 0);
        var part = await fleet.Reports.ReadAsync(order.Run.OfRestore("south-shop"), default);
        Assert.Equal((RunKind.Restore, RunState.Succeeded, "south"), (part!.Kind, part.State, $"{part.Cluster}"));
        Assert.Equal([RunKind.Recovery, RunKind.RecoveryPlan, RunKind.Capture], await ListedAsync());
    }

    [Fact]
    public async Task A_group_that_fails_stops_the_recovery_and_resuming_repeats_only_what_is_not_complete()
    {
        var broken = fleet["north"].Inject(new("/namespaces/shop/services") { Method = "POST", Status = 400 });
        var order = Order(Two(pause: false));

        var first = await fleet.RunAsync(order);
        Assert.False(await HasAsync("south"));
        broken.Dispose();
        var second = await fleet.RunAsync(Resumed(order, first));

        Assert.Equal((RunState.Failed, FailureCode.RecoveryStopped), (first.State, first.Failure!.Code));
        Assert.Contains("group databases: north-shop isn't complete", first.Failure.Message);
        Assert.Equal([RunState.Partial, null], first.Recovery!.Groups.Select(g => g.Restores[0].State));
        Assert.Null(first.Recovery.RtoSeconds);
        Assert.True(second.State == RunState.Succeeded, second.Failure?.Message);
        Assert.True(await HasAsync("south"));

        using var writes = fleet["north"].Inject(new("/api") { Method = "POST" });
        Assert.Equal(RunState.Succeeded, (await fleet.RunAsync(Resumed(order, second))).State);
        Assert.Equal(0, writes.Struck);
    }

    [Fact]
    public async Task A_group_that_says_so_continues_though_something_of_it_is_not_complete()
    {
        using var broken = fleet["north"].Inject(new("/namespaces/shop/services") { Method = "POST", Status = 400 });

        var report = await fleet.RunAsync(Order(Two(pause: false, continues: true)));

        Assert.Equal((RunState.Partial, null), (report.State, report.Failure));
        Assert.Equal([RunState.Partial, RunState.Succeeded], report.Recovery!.Groups.Select(g => g.Restores[0].State!.Value));
        Assert.True(await HasAsync("south"));
    }

    [Fact]
    public async Task A_check_that_fails_stops_the_recovery_until_what_it_asks_for_is_there()
    {
        var order = Order(
            Two(pause: false, check: "{restore: north-shop, kind: configmap, namespace: shop, name: promoted, withinSeconds: 0}")
        );

        var stopped = await fleet.RunAsync(order);
        await CreateAsync("north", "promoted");
        var resumed = await fleet.RunAsync(Resumed(order, stopped));

        Assert.Contains("configmap/promoted in shop in the target of north-shop failed: it isn't there", stopped.Failure!.Message);
        Assert.Equal([RunState.Succeeded, null], stopped.Recovery!.Groups.Select(g => g.Restores[0].State));
        Assert.True(resumed.State == RunState.Succeeded, resumed.Failure?.Message);
    }

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_and_another_that_continues_write_every_object_once()
    {
        var order = Order(Two(pause: false));
        using var writes = fleet["north"].Inject(new("/api") { Method = "POST" });
        var path = Path.Combine(folder.FullName, "hub.db");
        var hub = await fleet.HubAsync(path);
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => writes.Struck > 3);
        await hub.DisposeAsync();

        await using var another = await fleet.HubAsync(path);
        var report = await fleet.EndAsync(another, order.Run);

        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
        var created = (await fleet.Reports.ReadAsync(order.Run.OfRestore("north-shop"), default))!.Restore!.Counts["Created"];
        Assert.InRange(writes.Struck, created, created + 32); // as in RestoreTests: writes in flight may be asked for again
        Assert.True(await HasAsync("south"));
    }

    [Fact]
    public async Task Cancelling_stops_the_restore_that_is_being_made_and_resuming_continues_with_it()
    {
        var slow = fleet["north"].Inject(new("/namespaces/shop/configmaps") { Method = "POST", Delay = TimeSpan.FromMinutes(5) });
        var order = Order(Two(pause: false));
        RunReport cancelled;
        await using (var hub = await fleet.HubAsync())
        {
            await fleet.StartAsync(hub, order);
            await Until.TrueAsync(() => slow.Struck > 0);
            await hub.Client.RaiseEventAsync($"{order.Run}", RunEvents.Cancel, new Cancellation("a person"));
            cancelled = await fleet.EndAsync(hub, order.Run);
        }
        slow.Dispose();

        var report = await fleet.RunAsync(Resumed(order, cancelled));

        Assert.Equal((RunState.Cancelled, "stopped by a person"), (cancelled.State, cancelled.Failure!.Message));
        Assert.Contains("Resume", cancelled.Failure.Next);
        Assert.Equal(RunState.Cancelled, cancelled.Recovery!.Groups[0].Restores[0].State);
        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
    }

    [Fact]
    public async Task A_plan_that_was_changed_since_it_was_made_or_names_another_digest_is_not_applied()
    {
        var planned = await fleet.RunAsync(Order(Two()) with { PlanOnly = true });
        var made = planned.Recovery!.Plan;
        var kept = $"{RunReports.FolderOf(made.Run)}recovery-plan.json";
        var plan = (await RecoveryPlans.ReadAsync(fleet.Environment(), made.Run, default))!;
        var part = $"{RunReports.FolderOf(made.Run.OfRestore("north-shop"))}plan.json";
        var steps = PlanDocument.Read((await fleet.Control.ReadAsync(part, default))!.Content.Span);

        await fleet.Control.PutAsync(part, PlanDocument.Write(PlanDocument.Kept(steps with { Steps = steps.Steps[1..] })), default);
        var changedPart = await fleet.RunAsync(Order(null) with { Plan = made });
        await fleet.Control.PutAsync(part, PlanDocument.Write(steps), default);
        var other = await fleet.RunAsync(Order(null) with { Plan = made with { Digest = ContentDigest.Of("other"u8) } });
        await fleet.Control.PutAsync(kept, Json(RecoveryPlanDocument.Write(plan), "north-shop", "other-shop"), default);
        var changed = await fleet.RunAsync(Order(null) with { Plan = made });

        Assert.Contains("was changed since", changedPart.Failure!.Message);
        Assert.All(
            [other, changed],
            refused => Assert.Equal((RunState.Failed, nameof(RestoreRefusal.BadPlan)), (refused.State, refused.Failure!.Code))
        );
        Assert.False(await HasAsync("north"));
    }

    [Fact]
    public async Task A_drill_brings_the_scopes_back_as_clones_beside_their_originals_and_says_what_it_took()
    {
        var document = RecoveryDrill.Of(Two(drill: "{namespaceSuffix: -drill, target: {cluster: west}}"));

        var report = await fleet.RunAsync(Order(document) with { IsDrill = true });

        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
        Assert.True(report.Recovery is { Drill: true, RtoSeconds: > 0 });
        Assert.True(await HasAsync("west", "shop-drill"));
        Assert.False(await HasAsync("north"));
    }

    /// <summary>The application into the north, then into the south.</summary>
    private RecoveryDocument Two(bool pause = true, bool continues = false, string? check = null, string? drill = null)
    {
        var document = RecoveryDocument.Read(
            $$"""
            version: 1
            drill: {{drill ?? "null"}}
            groups:
              - name: databases
                waitSeconds: 0
                continueOnPartial: {{(continues ? "true" : "false")}}
                checks: [{{check}}]
                restores: [{{Restore("north")}}]
                pause: {{(pause ? "Promote the databases" : "null")}}
              - name: applications
                waitSeconds: 0
                restores: [{{Restore("south")}}]
            """
        );
        return document;
    }

    private string Restore(string into) =>
        $"{{name: {into}-shop, point: {point}, target: {{cluster: {into}}}, "
        + "request: {cluster: west, intoOtherCluster: true, selection: {namespaces: [shop], "
        + "kinds: [configmap, service, secret, serviceaccount, role]}}}";

    private RecoveryOrder Order(RecoveryDocument? document) =>
        new()
        {
            Run = fleet.NewRun(),
            RequestedBy = "requester",
            Attempts = 1,
            Document = document,
        };

    private static RecoveryOrder Resumed(RecoveryOrder order, RunReport report) =>
        order with
        {
            Document = null,
            Resume = true,
            Plan = report.Recovery!.Plan,
        };

    private static byte[] Json(byte[] document, string old, string by) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(document).Replace(old, by, StringComparison.Ordinal));

    private static Task ApproveAsync(RunningHub hub, RecoveryOrder order, Approval approval) =>
        hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Approval, approval);

    private static async Task<RunStatus> StatusAsync(RunningHub hub, RecoveryOrder order, Func<RunStatus, bool> isSo)
    {
        RunStatus? status = null;
        await Until.TrueAsync(async () => (status = await SimulatedFleet.StatusAsync(hub, order.Run)) is not null && isSo(status));
        return status!;
    }

    private async Task<IEnumerable<RunKind>> ListedAsync() =>
        (await fleet.Reports.ListAsync(new(), null, 10, default)).Runs.Select(run => run.Kind);

    private async Task<bool> HasAsync(string cluster, string ns = "shop")
    {
        using var connection = fleet.Connect(cluster);
        return (await new ResourceWriter(connection).GetAsync(Namespaces, null, ns, default)).Status == WriteStatus.Done;
    }

    private async Task CreateAsync(string cluster, string name)
    {
        using var connection = fleet.Connect(cluster);
        var manifest = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"shop"}}""";
        var answer = await new ResourceWriter(connection).CreateAsync(
            ConfigMaps,
            "shop",
            Encoding.UTF8.GetBytes(manifest),
            new("tests"),
            default
        );
        Assert.Equal(WriteStatus.Done, answer.Status);
    }
}
