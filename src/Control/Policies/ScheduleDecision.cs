namespace Holdfast.Control.Policies;

/// <summary>
/// What a schedule asks for at one moment. Each instant of it is in exactly one decision that settles it: run, caught up by that run, or
/// skipped.
/// </summary>
/// <param name="Next">The next instant after this moment; null: none within ten years.</param>
public abstract record ScheduleDecision(DateTimeOffset? Next)
{
    /// <summary>Nothing is due.</summary>
    public sealed record NotDue(DateTimeOffset? Next) : ScheduleDecision(Next);

    /// <summary>Start a run, one, now.</summary>
    /// <param name="ScheduledFor">
    /// The latest instant that has come. With policy and cluster it names the run: whoever starts under that name can't start it twice.
    /// </param>
    /// <param name="Missed">How many earlier instants this run makes up for, counted up to 1,000.</param>
    public sealed record Due(DateTimeOffset ScheduledFor, int Missed, DateTimeOffset? Next) : ScheduleDecision(Next);

    /// <summary>Start nothing: the policy is paused. Instants that come meanwhile are not made up for.</summary>
    /// <param name="Skipped">The latest instant that is skipped; null: none has come since the last look.</param>
    /// <param name="Instants">How many are skipped, counted up to 1,000.</param>
    public sealed record Paused(string Reason, DateTimeOffset? Skipped, int Instants, DateTimeOffset? Next) : ScheduleDecision(Next);
}
