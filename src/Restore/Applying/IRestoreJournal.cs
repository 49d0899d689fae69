namespace Holdfast.Restore.Applying;

/// <summary>
/// Where one restore keeps its plan and what became of its steps, so that any process can go on with it: documents of the control store, or
/// a person's folder.
/// </summary>
public interface IRestoreJournal
{
    /// <returns>Null: none is kept yet.</returns>
    /// <exception cref="RestoreException">It is no plan, or was changed.</exception>
    Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation);

    /// <summary>Keeps the plan unless there is one.</summary>
    /// <returns>The plan that is kept.</returns>
    Task<RestorePlan> KeepPlanAsync(RestorePlan plan, CancellationToken cancellation);

    /// <exception cref="RestoreException">Another process has it open, where that can be told, or it is another run's.</exception>
    IOutcomeLog OpenOutcomes(string run);
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
