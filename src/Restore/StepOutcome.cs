using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Restore;

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

    /// <summary>Deleted, and created as in the point.</summary>
    Recreated,
}

/// <summary>What an object that is written already still waits for: the last passes of a restore do it.</summary>
[Flags]
public enum PendingWork
{
    None = 0,

    /// <summary>An owner wasn't there yet.</summary>
    Owners = 1,

    /// <summary>A quiesced workload has zero replicas, or the operator of a resource outside the cluster is paused.</summary>
    Replicas = 2,

    /// <summary>The point's managedFields are to be put back.</summary>
    ManagedFields = 4,

    /// <summary>A CustomResourceDefinition isn't known to be established.</summary>
    Established = 8,

    /// <summary>The status is to be written.</summary>
    Status = 16,

    /// <summary>What a claim was made from (a VolumeSnapshot, a filled volume) is to be released once the claim is bound.</summary>
    Snapshot = 32,

    /// <summary>Restore hooks are to be run in its Pods, or their init container is to be taken out of its template again.</summary>
    Hooks = 64,

    /// <summary>Finalizers are to be put back once the workloads are ready.</summary>
    Finalizers = 128,
}

/// <summary>What became of one step.</summary>
/// <param name="Step">The step's number.</param>
/// <param name="Reason">Why it failed, was deferred, or was done otherwise than planned; null: as planned, for the plan's reason. Holds no
/// secret.</param>
/// <param name="Uid">The live object's uid, for those that exist after the step.</param>
public sealed record StepOutcome(int Step, OutcomeKind Kind, string? Reason = null, string? Uid = null)
{
    /// <summary>What the last passes owe the object.</summary>
    public PendingWork Pending { get; init; }

    /// <summary>Why the <see cref="Pending"/> work isn't done yet, where it was tried; holds no secret.</summary>
    public string? Open { get; init; }

    /// <summary>The object came back without data that it had: the restore ends partial.</summary>
    public bool Incomplete { get; init; }

    /// <summary>What the server did not keep as it was sent; null: it kept everything.</summary>
    public AlteredFields? Altered { get; init; }

    /// <summary>What became of its restore hook, by Pod; null: nothing was begun.</summary>
    public ImmutableArray<HookRun>? Hooks { get; init; }

    /// <summary>
    /// The live object was, or is about to be, deleted by this step, which is to create it again: stored before the deletion is sent.
    /// </summary>
    public bool Removing { get; init; }

    /// <summary>When it was known, UTC; null: an earlier version didn't note it.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>When the object was seen to be ready, UTC; null: it wasn't, or wasn't waited for.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Why the object wasn't ready when waiting ended; null: it was, or wasn't waited for. Holds no secret.</summary>
    public string? NotReady { get; init; }

    /// <summary>Nothing will be tried again but the <see cref="Pending"/> work.</summary>
    [JsonIgnore]
    public bool IsFinal => Kind != OutcomeKind.Deferred;

    /// <summary>The step has written its object.</summary>
    [JsonIgnore]
    public bool IsWritten => Kind is OutcomeKind.Created or OutcomeKind.Updated or OutcomeKind.Replaced or OutcomeKind.Recreated;

    /// <summary>The same with another reason beside its own.</summary>
    internal StepOutcome With(string note) => this with { Reason = Reason is null ? note : $"{Reason}; {note}" };

    /// <summary>The same with what the answer to a further write has otherwise than it was sent.</summary>
    internal StepOutcome With(AlteredFields? altered) =>
        altered is null ? this : With($"the target {altered}") with { Altered = altered.After(Altered), Incomplete = true };

    /// <summary>The same with some pending work done.</summary>
    internal StepOutcome Without(PendingWork done) => this with { Pending = Pending & ~done, Open = null };
}

/// <summary>What one restore did.</summary>
public sealed record RestoreReport
{
    public const int MostHooks = 200;

    /// <summary>The name of the plan that was applied.</summary>
    [JsonPropertyName("run")]
    public required string Plan { get; init; }

    /// <summary>Counts by outcome; every outcome kind that occurred, and <c>NotReached</c> where the run was stopped.</summary>
    public required ImmutableSortedDictionary<string, int> Counts { get; init; }
    public required ImmutableArray<StepFailure> Failures { get; init; }

    /// <summary>
    /// Objects that didn't come back as they were although nothing failed: refused in the plan, restored without their data, or not
    /// reached. Together with <see cref="Failures"/> never empty in a restore that isn't <see cref="Complete"/>.
    /// </summary>
    public ImmutableArray<StepFailure> Incomplete
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>
    /// Steps that were planned again because the target had moved, and what stays open (a missing owner, a quiesced operator).
    /// </summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>
    /// Objects that were written and that the server keeps otherwise than they were sent. Each makes the restore incomplete.
    /// </summary>
    public ImmutableArray<AlteredObject> Altered
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Claims that are in the target, by where their data came from (<see cref="ClaimSource"/>); null: there are none.</summary>
    public ImmutableSortedDictionary<string, int>? Volumes { get; init; }

    /// <summary>Restore hooks that were run, those that failed first; at most <see cref="MostHooks"/>. Null: none.</summary>
    public ImmutableArray<ReportedHook>? Hooks { get; init; }

    /// <summary>How long it took until what it wrote was there, and ready; null: outcomes of an earlier version don't say it.</summary>
    public RestoreTimings? Timings { get; init; }

    /// <summary>The recovery point of the target before; null: the restore deletes nothing.</summary>
    public PointId? SafetyPoint { get; init; }

    /// <summary>Succeeded without failures and without anything that the plan said comes back incomplete.</summary>
    public required bool Complete { get; init; }

    [JsonIgnore]
    public TimeSpan Duration { get; init; }
}

/// <summary>An object that isn't restored, or not as it was.</summary>
/// <param name="Reason">Why, and what to do; holds no secret.</param>
public sealed record StepFailure(string Resource, string? Namespace, string Name, string Reason);

/// <summary>How far a restore is.</summary>
public sealed record RestoreProgress(string Phase, int Done, int Total, int Failed)
{
    /// <summary>What is waited for, on which objects, and until when, for a person; null: nothing.</summary>
    public string? Waiting { get; init; }
}
