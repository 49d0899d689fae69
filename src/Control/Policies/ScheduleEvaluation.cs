using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Control.Policies;

/// <summary>Decides what a schedule asks for. Pure: the same state and moment give the same decision.</summary>
public static class ScheduleEvaluation
{
    private const int MostCounted = 1000;

    /// <summary>
    /// Decides, and says what to keep for the next time. An instant of which the decision was kept is never decided on again; one of which
    /// it was lost is decided on equally.
    /// </summary>
    /// <param name="state">Null: the schedule was never looked at.</param>
    public static (ScheduleDecision Decision, ScheduleState State) Evaluate(
        ProtectionPolicy policy,
        ScheduleState? state,
        DateTimeOffset now
    )
    {
        var times = ScheduleTimes.Of(policy.Schedule);
        if (state is null || state.Schedule != ScheduleState.TextOf(policy.Schedule))
            state = ScheduleState.Begin(policy.Schedule, now);
        var next = times.Next(Later(now, state.Settled));
        var last = now > state.Settled ? times.Last(state.Settled, now) : null;
        var instants = last is { } to ? times.Count(state.Settled, to, MostCounted) : 0;
        var decision = Decide(policy, last, instants, next);
        return (decision, last is null ? state : state with { Settled = last.Value });
    }

    /// <summary>
    /// How late a cluster starts under a policy: from 0 up to the schedule's jitter, evenly spread over clusters, in whole milliseconds,
    /// always the same for the same two names.
    /// </summary>
    public static TimeSpan Jitter(string policy, TimeSpan window, ClusterName cluster)
    {
        if (window <= TimeSpan.Zero)
            return TimeSpan.Zero;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{policy} {cluster}"));
        return TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64BigEndian(digest) % (ulong)window.TotalMilliseconds);
    }

    private static ScheduleDecision Decide(ProtectionPolicy policy, DateTimeOffset? last, int instants, DateTimeOffset? next)
    {
        if (policy.Paused is { } pause)
            return new ScheduleDecision.Paused(pause.Reason, last, instants, next);
        return last is { } scheduledFor ? new ScheduleDecision.Due(scheduledFor, instants - 1, next) : new ScheduleDecision.NotDue(next);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
