namespace Holdfast.Restore.Outcomes;

/// <summary>
/// Where one restore keeps its plan and what became of its steps, so that any process can continue it: documents of the control store, or
/// a person's folder.
/// </summary>
public interface IRestoreJournal
{
    /// <returns>Null: none is kept yet.</returns>
    /// <exception cref="RestoreException">It isn't a plan, or was changed.</exception>
    Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation);

    /// <summary>Stores the plan unless there is one.</summary>
    /// <returns>The plan that is stored.</returns>
    Task<RestorePlan> StorePlanAsync(RestorePlan plan, CancellationToken cancellation);

    /// <returns>Null: no safety point was taken yet.</returns>
    Task<SafetyPoint?> ReadSafetyPointAsync(CancellationToken cancellation);

    /// <summary>Stores it unless there is one.</summary>
    Task StoreSafetyPointAsync(SafetyPoint taken, CancellationToken cancellation);

    /// <exception cref="RestoreException">Another process has it open, where that can be detected, or it is another plan's.</exception>
    /// <param name="plan">Its name (<see cref="RestorePlan.Name"/>).</param>
    IOutcomeLog OpenOutcomes(string plan);
}

/// <summary>The outcomes of one run, as they come. Not thread-safe.</summary>
public interface IOutcomeLog : IDisposable
{
    /// <summary>How long outcomes are gathered before they are written together.</summary>
    TimeSpan Pace { get; }

    /// <summary>Outcomes that others have kept, in order: all at first, then what may have come since.</summary>
    ValueTask<IReadOnlyCollection<StepOutcome>> ReadNewAsync(CancellationToken cancellation);

    /// <summary>Returns when they are kept.</summary>
    ValueTask AppendAsync(IReadOnlyCollection<StepOutcome> outcomes, CancellationToken cancellation);
}
