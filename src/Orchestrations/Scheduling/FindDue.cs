using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Runs;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Scheduling;

internal sealed record DueRun(string Policy, RunId Run);

/// <param name="Problems">Policies that can't be used or evaluated, and why: the first of them.</param>
/// <param name="After">Policies after this one were not evaluated yet; null: all were.</param>
internal sealed record DueRuns(ImmutableArray<DueRun> Runs, ImmutableArray<string> Problems, string? After);

/// <summary>
/// Evaluates the schedules of some policies and decides what is due now: which run, of which clusters. A decision is stored before it is
/// returned, so that the same tick again returns the same, and another one never starts it twice. Clusters whose last capture under the
/// policy is still running are left out of the run, and recorded so.
/// </summary>
internal sealed partial class FindDue(RunRecords records) : RunActivity<TickOrder, DueRuns>(records)
{
    public const string Name = nameof(FindDue);

    /// <summary>The requester of a policy's runs.</summary>
    public const string Requester = "schedule";

    /// <summary>Policies evaluated by one call.</summary>
    public const int Most = 50;

    private const int MostProblems = 10;

    private readonly OpenRuns openRuns = new(records.Environment.Control, records.Reports, records.Orders);
    private readonly ControlDocuments documents = new(records.Environment.Control);

    protected override async Task<DueRuns> DoAsync(TickOrder tick, CancellationToken cancellation)
    {
        var due = ImmutableArray.CreateBuilder<DueRun>();
        var problems = ImmutableArray.CreateBuilder<string>();
        var page = await documents.ListPoliciesAsync(tick.After, Most, cancellation);
        ImmutableArray<KeptDocument<ClusterRegistration>>? registered = null;
        foreach (var kept in page.Items)
        {
            if (kept.Document is not { } policy)
            {
                problems.Add(RunResult.Cut($"{kept.Path}: {kept.Problems[0]}")!);
                continue;
            }
            var (run, fault) = await TryEvaluateAsync(policy, tick, RegisteredAsync, cancellation);
            if (run is { } started)
                due.Add(new(kept.Name, started));
            if (fault is null)
                continue;
            problems.Add(RunResult.Cut($"{kept.Path}: {fault.Message}")!);
            if (fault is ControlException { IsTransient: true })
                break;
        }
        return new(due.ToImmutable(), First(problems), page.After);

        async Task<ImmutableArray<KeptDocument<ClusterRegistration>>> RegisteredAsync() =>
            registered ??= await documents.AllClustersAsync(cancellation);
    }

    /// <summary>
    /// A faulty policy doesn't stop other policies, nor the runs that were started before it; where the control container doesn't answer
    /// twice, the rest is evaluated in the next minute. (The same tick again returns the same.)
    /// </summary>
    private async Task<(RunId? Run, Exception? Fault)> TryEvaluateAsync(
        ProtectionPolicy policy,
        TickOrder tick,
        Func<Task<ImmutableArray<KeptDocument<ClusterRegistration>>>> clusters,
        CancellationToken cancellation
    )
    {
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                return (await EvaluateAsync(policy, tick, clusters, cancellation), null);
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                if (!isLast && fault is ControlException { IsTransient: true })
                    continue;
                LogNotEvaluated(Records.Environment.Log, fault, policy.Name.ToString());
                return (null, fault);
            }
        }
    }

    private static ImmutableArray<string> First(ImmutableArray<string>.Builder problems) =>
        problems.Count <= MostProblems
            ? problems.ToImmutable()
            :
            [
                .. problems.Take(MostProblems - 1),
                $"and {problems.Count - MostProblems + 1} more policies that can't be used or evaluated",
            ];

    /// <returns>The run to start; null: nothing is due.</returns>
    private async Task<RunId?> EvaluateAsync(
        ProtectionPolicy policy,
        TickOrder tick,
        Func<Task<ImmutableArray<KeptDocument<ClusterRegistration>>>> clusters,
        CancellationToken cancellation
    )
    {
        var now = tick.Now;
        for (RunId? lost = null; ; )
        {
            var (before, etag) = await PolicyRuns.FindAsync(Records.Environment.Control, policy, now, cancellation);
            if (lost is { } mine && before?.Started != mine)
                await Records.Orders.RemoveAsync(mine, cancellation);
            if (before?.Tick >= now)
                return before.Tick == now ? before.Started : null;
            var open = await openRuns.OfAsync(before?.Open ?? [], tick, cancellation);
            var (decision, schedule) = ScheduleEvaluation.Evaluate(policy, before?.Schedule, now);
            var order = decision is ScheduleDecision.Due due
                ? await OrderAsync(policy, due, now, open, await clusters(), cancellation)
                : null;
            var starts = order is { Clusters.IsEmpty: false };
            var after = new PolicyRuns(schedule, now, Describe(decision), decision.Next, starts ? open.Add(order!.Run) : open)
            {
                Started = starts ? order!.Run : null,
            };
            // an unchanged state isn't written every minute
            if (
                before is { Started: null }
                && before with { Tick = now, Open = after.Open } == after
                && before.Open.Length == after.Open.Length
            )
                return null;
            if (starts)
                await Records.Orders.StoreAsync(new(Records.Environment.Time.GetUtcNow()) { Fleet = order }, cancellation);
            if (!await after.StoreAsync(Records.Environment.Control, policy.Name.ToString(), etag, cancellation))
            {
                lost = after.Started;
                continue;
            }
            if (order is not null && !starts)
                await SkipAsync(order, now, cancellation);
            return after.Started;
        }
    }

    /// <summary>
    /// One run for all times that are due, whichever of them were missed; without clusters that another service has taken over, which
    /// health says.
    /// </summary>
    /// <returns>Null: all of them are.</returns>
    private async Task<FleetOrder?> OrderAsync(
        ProtectionPolicy policy,
        ScheduleDecision.Due due,
        DateTimeOffset now,
        ImmutableArray<RunId> open,
        ImmutableArray<KeptDocument<ClusterRegistration>> registered,
        CancellationToken cancellation
    )
    {
        var clusters = CoveredClusters.Of(policy, registered);
        var busy = new HashSet<ClusterName>();
        foreach (var run in open)
            busy.UnionWith(await openRuns.ClustersAsync(run, cancellation));
        var fenced = (await new Fences(Records.Environment.Control).ReadAsync(cancellation)).Select(f => f.Cluster).ToHashSet();
        var ours = clusters.Usable.RemoveAll(c => fenced.Contains(c.Name));
        if (ours.IsEmpty && clusters.Unusable.IsEmpty && !clusters.Usable.IsEmpty)
            return null;
        var order = FleetOrder.Under(policy, ours, RunId.New(now, Number(policy.Name, due.ScheduledFor)), Requester, now);
        return order with
        {
            Clusters = order.Clusters.RemoveAll(busy.Contains),
            Busy = [.. order.Clusters.Where(busy.Contains)],
            Unusable = clusters.Unusable,
            Jitter = TimeSpan.FromSeconds(policy.Schedule.JitterSeconds),
            Note = due.Missed == 0 ? null : MissedRuns.Note(due.ScheduledFor, due.Missed),
        };
    }

    /// <summary>
    /// No cluster can be captured: the run is recorded, and not begun. It is skipped where all of them are busy; else it has failed, since
    /// a policy that protects nothing must not appear healthy.
    /// </summary>
    private Task SkipAsync(FleetOrder order, DateTimeOffset now, CancellationToken cancellation)
    {
        var overlaps = !order.Busy.IsEmpty && order.Unusable.IsEmpty;
        var parts = FleetOutcomes.LeftOut(order);
        var report = new RunReport
        {
            Run = order.Run,
            Kind = RunKind.Fleet,
            State = RunState.Skipped,
            RequestedBy = order.RequestedBy,
            Policy = order.Policy,
            StartedAt = now,
            EndedAt = now,
            Failure = overlaps ? Overlap(order) : null,
            Clusters = parts,
            Notes = order.Note is { } note ? [note] : [],
        };
        return Records.Reports.WriteAsync(overlaps ? report : FleetOutcomes.Of(report, parts), cancellation);
    }

    private static Failure Overlap(FleetOrder order) =>
        new(
            FailureSide.Caller,
            FailureCode.Overlap,
            $"the last run of policy '{order.Policy}' is still capturing every cluster",
            "If this happens often, schedule captures less frequently or find out why they are slow"
        );

    private static string Describe(ScheduleDecision decision) =>
        decision switch
        {
            ScheduleDecision.Due due => $"due since {due.ScheduledFor:u}",
            ScheduleDecision.Paused paused => $"paused: {paused.Reason}",
            _ => "not due",
        };

    /// <summary>The same for the same policy and instant.</summary>
    private static uint Number(PolicyName policy, DateTimeOffset instant) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{policy} {instant.UtcTicks}")));

    [LoggerMessage(LogLevel.Error, "The schedule of policy {Policy} can't be evaluated; retrying in the next minute")]
    private static partial void LogNotEvaluated(ILogger log, Exception exception, string policy);
}
