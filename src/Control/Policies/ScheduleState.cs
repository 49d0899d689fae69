namespace Holdfast.Control.Policies;

/// <summary>
/// How far a policy's schedule has been settled for one cluster (or for a whole policy): every instant up to <see cref="Settled"/> was run,
/// skipped or caught up. Kept by the caller between two evaluations, as it came.
/// </summary>
/// <param name="Schedule">
/// What the state is about: another cron expression or zone begins again, so that an edit never makes up for times that were not the
/// schedule's then.
/// </param>
/// <param name="Settled">The last instant that was settled, or when the schedule was first looked at.</param>
public sealed record ScheduleState(string Schedule, DateTimeOffset Settled)
{
    /// <summary>The state of a schedule that begins now.</summary>
    public static ScheduleState Begin(PolicySchedule schedule, DateTimeOffset now) => new(TextOf(schedule), now);

    internal static string TextOf(PolicySchedule schedule) => $"{schedule.Cron} {schedule.TimeZone}";
}
