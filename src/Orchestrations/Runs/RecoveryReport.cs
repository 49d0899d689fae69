using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What became of a recovery, group by group. Each of its restores has a report of its own.</summary>
/// <param name="Plan">The plan, and the run that made it.</param>
public sealed record RecoveryReport(PlanReference Plan)
{
    /// <summary>True: it was a drill. Null: it was no drill.</summary>
    public bool? Drill { get; init; }

    public required ImmutableArray<RecoveredGroup> Groups { get; init; }

    /// <summary>For how long it waited for someone to confirm, between groups.</summary>
    public double PausedSeconds { get; init; }

    /// <summary>
    /// The achieved recovery time of the whole: planning, and then from the first group's beginning to the end of the last, without the
    /// pauses between groups. Null: something isn't complete.
    /// </summary>
    public double? RtoSeconds { get; init; }

    internal string? FirstFlaw() =>
        Groups.SelectMany(group => group.Restores).FirstOrDefault(restore => restore.State is not (null or RunState.Succeeded)) is { } flaw
            ? $"{flaw.Name}: {flaw.Reason ?? flaw.State.ToString()}"
            : null;
}

/// <param name="Passed">The next one may begin, or might.</param>
public sealed record RecoveredGroup(string Name, bool Passed, ImmutableArray<RecoveredRestore> Restores);

/// <param name="Run">The restore's own run, with a report of its own.</param>
/// <param name="Target">The cluster that was restored into.</param>
/// <param name="State">Null: it wasn't reached.</param>
/// <param name="Reason">Why it isn't Succeeded; the first of several.</param>
/// <param name="RtoSeconds">Its achieved recovery time; null: it isn't complete.</param>
public sealed record RecoveredRestore(
    string Name,
    RunId Run,
    ClusterName Target,
    RunState? State = null,
    string? Reason = null,
    double? RtoSeconds = null
);
