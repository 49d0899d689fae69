namespace Holdfast.Restore.Applying;

/// <summary>What a restore is at, in the order in which it comes.</summary>
public enum RestoreMove
{
    /// <summary>The steps of a stage.</summary>
    Apply,

    /// <summary>What earlier stages deferred, after a stage that may have cured it.</summary>
    Retry,

    /// <summary>
    /// The last passes: owners and status before replicas, since an operator that runs again must find everything in place.
    /// </summary>
    Owners,
    Status,
    Replicas,

    /// <summary>What only time can cure.</summary>
    Settle,

    /// <summary>What is still deferred, once more: then it has failed.</summary>
    LastTry,
    LastOwners,
    LastStatus,
    LastReplicas,

    /// <summary>
    /// Takes the run's mark away, and so comes after everything else. What judges writes is applied after it, with moves of its own.
    /// </summary>
    ManagedFields,

    /// <summary>After the volumes' stage, so that no workload makes an empty claim: what waits for its VolumeSnapshot.</summary>
    Snapshots,

    /// <summary>Before <see cref="ManagedFields"/>: deletes the VolumeSnapshots whose claims are bound.</summary>
    Release,

    /// <summary>After <see cref="Release"/>: runs restore hooks in Pods that are ready.</summary>
    Hooks,

    /// <summary>
    /// Before <see cref="ManagedFields"/>: puts back finalizers that are to come after their controllers, once the workloads are ready.
    /// </summary>
    Finalizers,

    /// <summary>After everything else, where that was asked for: what was written becomes ready. Writes nothing.</summary>
    Ready,
}

/// <summary>Where a restore continues: all that its next call must know beside the plan and the outcomes. Small and serialisable.</summary>
/// <param name="Stage">The stage that the restore is at; the last passes go through all stages up to it.</param>
public sealed record RestoreCursor(RestoreMove Move, RestoreStage Stage)
{
    public static RestoreCursor Start { get; } = new(RestoreMove.Apply, default);

    /// <summary>Of the stages that the move goes through, the one that it is in.</summary>
    public RestoreStage At { get; init; }

    /// <summary>Steps of that stage up to this one were taken up.</summary>
    public int After { get; init; } = -1;

    /// <summary>What a budget left of the slice before.</summary>
    public StageSlice? Rest { get; init; }

    /// <summary>Something was tried in this move.</summary>
    public bool Tried { get; init; }

    /// <summary>How long it has waited already.</summary>
    public TimeSpan Settled { get; init; }

    /// <summary>What is being done, for a person.</summary>
    internal string Phase =>
        Move switch
        {
            RestoreMove.Settle or RestoreMove.Snapshots => "waiting",
            RestoreMove.Hooks => "hooks",
            RestoreMove.Ready => "readiness",
            RestoreMove.Finalizers => "finalizers",
            not (RestoreMove.Apply or RestoreMove.Retry) => "finishing",
            _ => Stage switch
            {
                RestoreStage.EarlyDeletions => "deletions before writes",
                RestoreStage.CustomResourceDefinitions => "custom resource definitions",
                RestoreStage.ClusterRbac => "cluster roles",
                RestoreStage.ServiceAccounts => "service accounts",
                RestoreStage.CustomResources => "custom resources",
                RestoreStage.ApiServices => "API services",
                _ => Stage.ToString().ToLowerInvariant(),
            },
        };

    /// <summary>The same place for a progress that counts stages.</summary>
    internal bool IsWithin(RestoreCursor other) => Phase == other.Phase;

    /// <summary>The move's beginning.</summary>
    internal RestoreCursor To(RestoreMove move) => new(move, Stage);
}
