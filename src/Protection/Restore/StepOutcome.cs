using System.Collections.Immutable;

namespace Holdfast.Protection.Restore;

public enum OutcomeKind
{
    Created,
    Updated,
    Replaced,
    Deleted,
    Unchanged,
    Skipped,
    Failed,

    /// <summary>Failed for now; something later may cure it. Never in a finished report.</summary>
    Deferred,
}

/// <summary>What became of one step.</summary>
/// <param name="Step">The step's number.</param>
/// <param name="Reason">Why skipped, failed, deferred, or done otherwise than planned; holds no secret.</param>
/// <param name="Uid">The live object's uid, for those that exist after the step.</param>
public sealed record StepOutcome(int Step, OutcomeKind Kind, string? Reason = null, string? Uid = null);

/// <summary>What one restore did.</summary>
public sealed record RestoreReport
{
    public required string Run { get; init; }

    /// <summary>Counts by outcome; every outcome kind that occurred.</summary>
    public required ImmutableSortedDictionary<string, int> Counts { get; init; }
    public required ImmutableArray<StepFailure> Failures { get; init; }

    /// <summary>Steps that were planned anew because the target had moved, and what stays open (a missing owner, a quiesced operator).</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Succeeded without failures and without anything that the plan said comes back incomplete.</summary>
    public required bool Complete { get; init; }
    public TimeSpan Duration { get; init; }
}

public sealed record StepFailure(string Resource, string? Namespace, string Name, string Reason);

/// <summary>How far a restore is.</summary>
public sealed record RestoreProgress(string Phase, int Done, int Total, int Failed);
