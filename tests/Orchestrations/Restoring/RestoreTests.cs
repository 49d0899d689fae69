using Holdfast.Archive.Format;
using Holdfast.Clusters.Writing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.Tests.Restoring;

public sealed class RestoreTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-restore-");
    private SimulatedFleet fleet = null!;
    private RunReport captured = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("shop");
        await fleet["shop"].SeedSampleApplicationAsync(default);
        captured = await fleet.RunAsync(fleet.Order("shop"));
        await DeleteAsync("shop");
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_namespace_that_is_gone_comes_back_and_the_report_says_what_was_done()
    {
        var report = await fleet.RunAsync(fleet.RestoreOf(captured));

        Assert.True(report.State == RunState.Succeeded, $"{report.Failure?.Message} {string.Join("; ", report.Restore?.Failures ?? [])}");
        Assert.True(report.Restore!.Counts["Created"] > 10);
        Assert.Equal(captured.Capture!.Point, report.Plan!.Point);
        Assert.Equal(captured.Capture.Objects, (await fleet.RunAsync(fleet.Order("shop"))).Capture!.Objects);
    }

    [Fact]
    public async Task A_stage_in_many_small_pieces_writes_every_object_once()
    {
        var inOneGo = await WritesAsync();
        await DeleteAsync("shop");
        fleet.Limits = fleet.Limits with { ApplyBudget = TimeSpan.FromMilliseconds(3) };

        Assert.Equal(inOneGo, await WritesAsync());

        async Task<(int, int)> WritesAsync()
        {
            using var writes = fleet["shop"].Inject(new("/api") { Method = "POST" });
            var report = await fleet.RunAsync(fleet.RestoreOf(captured));
            Assert.True(report.Restore!.Complete, string.Join("; ", report.Restore.Failures));
            return (report.Restore.Counts["Created"], writes.Struck);
        }
    }

    [Fact]
    public async Task A_plan_that_was_made_before_is_applied_and_no_other()
    {
        var plan = new PlanOrder
        {
            Run = fleet.NewRun(),
            Target = ClusterName.Parse("shop"),
            RequestedBy = "tests",
            Attempts = 1,
            Request = fleet.RestoreOf(captured).Request!,
        };
        var planned = await fleet.RunAsync(plan);
        var order = fleet.RestoreOf(captured) with { Request = null };

        var other = await fleet.RunAsync(order with { Run = fleet.NewRun(), Plan = new(plan.Run, ContentDigest.Of("other"u8)) });
        Assert.Equal(
            (RunState.Failed, FailureSide.Caller, nameof(RestoreRefusal.BadPlan)),
            (other.State, other.Failure!.Side, other.Failure.Code)
        );
        var report = await fleet.RunAsync(order with { Plan = new(plan.Run, planned.Plan!.Digest) });

        Assert.Equal((RunKind.Plan, RunState.Succeeded), (planned.Kind, planned.State));
        Assert.True(planned.Plan.Counts["Create"] > 10);
        Assert.Equal((RunState.Succeeded, planned.Plan.Digest), (report.State, report.Plan!.Digest));
        Assert.Equal(planned.Plan.Digest, (await RestorePlans.ReadAsync(fleet.Environment(), plan.Run, default))!.Digest);
    }

    [Fact]
    public async Task An_approval_counts_that_names_the_plan_and_comes_from_another_person()
    {
        var order = fleet.RestoreOf(captured) with { Approval = new() };
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        var waiting = await StatusAsync(hub, order, s => s.State == RunState.WaitingForApproval);

        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, ContentDigest.Of("another"u8), "approver"));
        var another = await StatusAsync(hub, order, s => s.Message is not null);
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, waiting.PlanDigest!.Value, "requester"));
        var own = await StatusAsync(hub, order, s => s.Message != another.Message);
        Assert.Null(await FindAsync("shop"));
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, waiting.PlanDigest.Value, "approver", "looks right"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Contains("not this run's", another.Message);
        Assert.Contains("another person", own.Message);
        Assert.Contains("HOLDFAST_SELF_APPROVAL", own.Message);
        Assert.Equal((RunState.Succeeded, "approver"), (report.State, report.Approval!.By));
        Assert.NotNull(await FindAsync("shop"));
    }

    [Fact]
    public async Task Whether_the_requester_may_approve_is_decided_by_the_settings_at_the_decision()
    {
        var order = fleet.RestoreOf(captured) with { Approval = new() };
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        var waiting = await StatusAsync(hub, order, s => s.State == RunState.WaitingForApproval);

        await ApproveAsync(
            hub,
            order,
            new(ApprovalDecision.Approved, waiting.PlanDigest!.Value, "requester") { ByRequesterAllowed = false }
        );
        var refused = await StatusAsync(hub, order, s => s.Message is not null);
        await ApproveAsync(hub, order, new(ApprovalDecision.Approved, waiting.PlanDigest.Value, "requester") { ByRequesterAllowed = true });
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Contains("another person", refused.Message);
        Assert.Contains("HOLDFAST_SELF_APPROVAL", refused.Message);
        Assert.Equal((RunState.Succeeded, "requester"), (report.State, report.Approval!.By));
    }

    [Fact]
    public async Task A_plan_that_is_denied_or_not_approved_in_time_changes_nothing_and_is_reported()
    {
        var denied = fleet.RestoreOf(captured) with { Approval = new() };
        var late = fleet.RestoreOf(captured) with { Approval = new() { Timeout = TimeSpan.FromMilliseconds(200) } };
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, denied);
        var waiting = await StatusAsync(hub, denied, s => s.State == RunState.WaitingForApproval);

        await ApproveAsync(hub, denied, new(ApprovalDecision.Denied, waiting.PlanDigest!.Value, "requester", "a mistake"));
        var no = await fleet.EndAsync(hub, denied.Run);
        var never = await fleet.RunAsync(hub, late);

        Assert.Equal((RunState.Cancelled, RunState.Cancelled), (no.State, never.State));
        Assert.Equal("Denied", no.Failure!.Code);
        Assert.Contains("a mistake", no.Failure.Message);
        Assert.Equal(FailureCode.NotApproved, never.Failure!.Code);
        Assert.Null(await FindAsync("shop"));
    }

    [Fact]
    public async Task A_cancelled_restore_reports_what_it_did_not_reach_and_a_resumed_one_does_just_that()
    {
        var slow = fleet["shop"].Inject(new("/namespaces/shop/configmaps") { Method = "POST", Delay = TimeSpan.FromMinutes(5) });
        var order = fleet.RestoreOf(captured);
        await using (var hub = await fleet.HubAsync())
        {
            await fleet.StartAsync(hub, order);
            await Until.TrueAsync(() => slow.Struck > 0);
            await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person"));
            var cancelled = await fleet.EndAsync(hub, order.Run);
            Assert.Equal(RunState.Cancelled, cancelled.State);
            Assert.Contains("Resume", cancelled.Failure!.Next);
            Assert.True(cancelled.Restore!.Counts["NotReached"] > 0 && cancelled.Restore.Counts["Created"] > 0);
            Assert.Empty(cancelled.Restore.Failures);
        }
        slow.Dispose();

        var report = await fleet.RunAsync(order with { Resume = true, Request = null });

        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
        Assert.Null(report.Cancelled);
        Assert.DoesNotContain("NotReached", report.Restore!.Counts.Keys);
    }

    [Fact]
    public async Task A_failed_step_makes_the_run_partial_and_is_tried_again_when_it_is_resumed()
    {
        var broken = fleet["shop"].Inject(new("/namespaces/shop/services") { Method = "POST", Status = 400 });
        var order = fleet.RestoreOf(captured);

        var first = await fleet.RunAsync(order);
        broken.Dispose();
        var second = await fleet.RunAsync(order with { Resume = true });

        Assert.Equal(RunState.Partial, first.State);
        Assert.True(second.State == RunState.Succeeded, string.Join("; ", second.Restore!.Failures));
        Assert.All(first.Restore!.Failures, f => Assert.Equal("services", f.Resource));
    }

    [Fact]
    public async Task A_hub_that_is_stopped_under_way_and_another_process_that_continues_write_every_object_once()
    {
        var order = fleet.RestoreOf(captured);
        using var writes = fleet["shop"].Inject(new("/api") { Method = "POST" });
        var path = Path.Combine(folder.FullName, "hub.db");
        var hub = await fleet.HubAsync(path);
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => writes.Struck > 3);
        await hub.DisposeAsync();

        await using var another = await fleet.HubAsync(path);
        var report = await fleet.EndAsync(another, order.Run);

        Assert.True(report.Restore!.Complete, string.Join("; ", report.Restore.Failures));
        Assert.InRange(writes.Struck, report.Restore.Counts["Created"], report.Restore.Counts["Created"] + ApplyBound);
    }

    /// <summary>
    /// Writes in flight when the process stopped may be asked for again; the server has them, and the run knows them for its own.
    /// </summary>
    private const int ApplyBound = 32;

    private static Task ApproveAsync(RunningHub hub, RestoreOrder order, Approval approval) =>
        hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Approval, approval);

    private static async Task<RunStatus> StatusAsync(RunningHub hub, RestoreOrder order, Func<RunStatus, bool> is_)
    {
        RunStatus? status = null;
        await Until.TrueAsync(async () => (status = await SimulatedFleet.StatusAsync(hub, order.Run)) is not null && is_(status));
        return status!;
    }

    private async Task DeleteAsync(string ns)
    {
        using var connection = fleet.Connect("shop");
        var answer = await new ResourceWriter(connection).DeleteAsync(Namespaces, null, ns, null, null, "Background", default);
        Assert.Equal(WriteStatus.Done, answer.Status);
        await fleet["shop"].SettleAsync(default);
    }

    private async Task<object?> FindAsync(string ns)
    {
        using var connection = fleet.Connect("shop");
        var answer = await new ResourceWriter(connection).GetAsync(Namespaces, null, ns, default);
        return answer.Status == WriteStatus.Done ? answer : null;
    }

    private static Clusters.Discovering.ApiResource Namespaces => new("", "v1", "namespaces", "Namespace", false, []);
}
