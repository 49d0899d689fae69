using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Control;
using Holdfast.Protection.Policies;
using Holdfast.Protection.Registration;

namespace Holdfast.Orchestrations.Scheduling;

internal sealed record DueRun(string Policy, RunId Run);

/// <param name="Problems">Policies that can't be used, and why: the first of them.</param>
/// <param name="After">Policies after this one were not looked at yet; null: all were.</param>
internal sealed record DueRuns(ImmutableArray<DueRun> Runs, ImmutableArray<string> Problems, string? After);

/// <summary>
/// Looks at the schedules of some policies and settles what is due now: which run, of which clusters. What it decides is kept before it is told, so that the same tick again tells the same, and another one
/// never starts it twice. Clusters whose last capture under the policy still goes on are left out of the run, and recorded so.
/// </summary>
internal sealed class FindDue(RunWorkspace workspace) : RunActivity<TickOrder, DueRuns>(workspace)
{
    public const string Name = nameof(FindDue);

    /// <summary>Who asks for a policy's runs.</summary>
    public const string Requester = "schedule";

    /// <summary>Policies of one look.</summary>
    public const int Most = 50;

    private const int MostProblems = 10;
    private const int PageSize = 100;

    private readonly OpenRuns openRuns = new(workspace.Environment.Control, workspace.Reports, workspace.Orders);
    private readonly ControlDocuments documents = new(workspace.Environment.Control);

    protected override async Task<DueRuns> DoAsync(TickOrder tick, CancellationToken cancellation)
    {
        var due = ImmutableArray.CreateBuilder<DueRun>();
        var problems = ImmutableArray.CreateBuilder<string>();
        var clusters = new Lazy<Task<ImmutableArray<ClusterRegistration>>>(() => ClustersAsync(cancellation));
        var page = await documents.ListPoliciesAsync(tick.After, Most, cancellation);
        foreach (var kept in page.Items)
        {
            if (kept.Document is not { } policy)
                problems.Add(RunResult.Cut($"{kept.Path}: {kept.Problems[0]}")!);
            else if (await LookAsync(policy, tick, clusters, cancellation) is { } run)
                due.Add(new(kept.Name, run));
        }
        return new(due.ToImmutable(), Few(problems), page.After);
    }

    private static ImmutableArray<string> Few(ImmutableArray<string>.Builder problems) =>
        problems.Count <= MostProblems ? problems.ToImmutable() : [.. problems.Take(MostProblems - 1), $"and {problems.Count - MostProblems + 1} more policies that can't be used"];

    /// <returns>The run to start; null: none.</returns>
    private async Task<RunId?> LookAsync(ProtectionPolicy policy, TickOrder tick, Lazy<Task<ImmutableArray<ClusterRegistration>>> clusters, CancellationToken cancellation)
    {
        var now = tick.Now;
        for (RunId? lost = null; ;)
        {
            var (before, etag) = await PolicyRuns.FindAsync(Workspace.Environment.Control, policy.Name.ToString(), cancellation);
            if (lost is { } mine && before?.Started != mine)
                await Workspace.Orders.ForgetAsync(mine, cancellation);
            if (before?.Tick >= now)
                return before.Tick == now ? before.Started : null;
            var open = await openRuns.OfAsync(before?.Open ?? [], tick, cancellation);
            var (decision, schedule) = ScheduleEvaluation.Evaluate(policy, before?.Schedule, null, TimeSpan.Zero, now);
            var order = decision is ScheduleDecision.Due due ? await OrderAsync(policy, due, now, open, await clusters.Value, cancellation) : null;
            var starts = order is { Clusters.IsEmpty: false };
            var after = new PolicyRuns(schedule, now, Words(decision), decision.Next, starts ? open.Add(order!.Run) : open) { Started = starts ? order!.Run : null };
            // what changes nothing isn't worth a write a minute
            if (before is { Started: null } && before with { Tick = now, Open = after.Open } == after && before.Open.Length == after.Open.Length)
                return null;
            if (starts)
                await Workspace.Orders.KeepAsync(new(Workspace.Environment.Time.GetUtcNow()) { Fleet = order }, cancellation);
            if (!await after.KeepAsync(Workspace.Environment.Control, policy.Name.ToString(), etag, cancellation))
            {
                lost = after.Started;
                continue;
            }
            if (order is not null && !starts)
                await SkipAsync(order, now, cancellation);
            return after.Started;
        }
    }

    /// <summary>One run for all instants that have come, whichever of them were missed.</summary>
    private async Task<FleetOrder> OrderAsync(
        ProtectionPolicy policy, ScheduleDecision.Due due, DateTimeOffset now, ImmutableArray<RunId> open, ImmutableArray<ClusterRegistration> registered, CancellationToken cancellation)
    {
        var covered = registered.Where(policy.Covers).ToList();
        var busy = new HashSet<ClusterName>();
        foreach (var run in open)
            busy.UnionWith(await openRuns.ClustersAsync(run, cancellation));
        var order = FleetOrder.Under(policy, covered, RunId.New(now, Number(policy.Name, due.ScheduledFor)), Requester, now);
        return order with
        {
            Clusters = order.Clusters.RemoveAll(busy.Contains),
            Busy = [.. order.Clusters.Where(busy.Contains)],
            Jitter = TimeSpan.FromSeconds(policy.Schedule.JitterSeconds),
            Note = due.Missed == 0 ? null : $"due since {due.ScheduledFor:u}; makes up for {due.Missed} earlier {(due.Missed == 1 ? "run" : "runs")} that didn't take place",
        };
    }

    /// <summary>Every cluster is busy, or there is none: the run is recorded, and not begun.</summary>
    private Task SkipAsync(FleetOrder order, DateTimeOffset now, CancellationToken cancellation) => Workspace.Reports.WriteAsync(new()
    {
        Run = order.Run,
        Kind = RunKind.Fleet,
        State = RunState.Skipped,
        RequestedBy = order.RequestedBy,
        Policy = order.Policy,
        StartedAt = now,
        EndedAt = now,
        Failure = order.Busy.IsEmpty
            ? new(RunFailures.Run, "NoClusters", $"policy '{order.Policy}' covers no registered cluster", "Register one, or mend the policy's clusters")
            : new(RunFailures.Run, "Overlap", $"the last run of policy '{order.Policy}' still goes on with every cluster", "If that happens often: a wider schedule, or a look at why captures take so long"),
        Clusters = [.. order.Busy.Select(c => new FleetPart(c, order.Run.Of(c), RunState.Skipped, null, "the policy's last capture of it still goes on"))],
        Notes = order.Note is { } note ? [note] : [],
    }, cancellation);

    private async Task<ImmutableArray<ClusterRegistration>> ClustersAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<ClusterRegistration>();
        string? after = null;
        do
        {
            var page = await documents.ListClustersAsync(after, PageSize, cancellation);
            all.AddRange(page.Items.Select(kept => kept.Document).OfType<ClusterRegistration>());
            after = page.After;
        }
        while (after is not null);
        return all.ToImmutable();
    }

    private static string Words(ScheduleDecision decision) => decision switch
    {
        ScheduleDecision.Due due => $"due since {due.ScheduledFor:u}",
        ScheduleDecision.Paused paused => $"paused: {paused.Reason}",
        _ => "not due",
    };

    /// <summary>The same for the same policy and instant.</summary>
    private static uint Number(PolicyName policy, DateTimeOffset instant) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{policy} {instant.UtcTicks}")));
}
