using System.Collections.Concurrent;

namespace Holdfast.Restore.Outcomes;

/// <summary>What became of every step so far, and which are being worked on. Thread-safe.</summary>
/// <param name="known">Outcomes of an earlier attempt at the run; the last of a step counts.</param>
public sealed class KnownOutcomes(IEnumerable<StepOutcome> known)
{
    private readonly ConcurrentDictionary<int, StepOutcome> latest = Index(known);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> inFlight = new();

    public IEnumerable<StepOutcome> All => latest.Values;

    /// <summary>Called with every new outcome, from any thread.</summary>
    internal Action<StepOutcome>? Recorded { get; set; }

    /// <summary>Returns when all that was recorded is stored.</summary>
    internal Func<Task> Stored { get; set; } = () => Task.CompletedTask;

    public StepOutcome? Of(int step) => latest.GetValueOrDefault(step);

    /// <summary>Nothing is left to try for the step but its pending work.</summary>
    public bool IsFinal(int step) => Of(step) is { IsFinal: true };

    /// <summary>Takes in what others have done.</summary>
    internal void Merge(IEnumerable<StepOutcome> others)
    {
        foreach (var outcome in others)
            latest[outcome.Step] = outcome;
    }

    /// <summary>Runs a step and keeps its outcome.</summary>
    internal async Task<StepOutcome?> RunAsync(int step, Func<Task<StepOutcome?>> work)
    {
        var done = inFlight[step] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var outcome = await work();
            if (outcome is not null)
                Record(outcome);
            return outcome;
        }
        finally
        {
            inFlight.TryRemove(step, out _);
            done.SetResult();
        }
    }

    /// <summary>Waits for a step that was started already; at once when it wasn't.</summary>
    internal Task WhenDoneAsync(int step, CancellationToken cancellation) =>
        inFlight.TryGetValue(step, out var done) ? done.Task.WaitAsync(cancellation) : Task.CompletedTask;

    internal void Record(StepOutcome outcome)
    {
        // What is deferred once more for the same reason isn't news.
        var isNews = Of(outcome.Step) is not { } before || before with { At = outcome.At } != outcome;
        latest[outcome.Step] = outcome;
        if (isNews)
            Recorded?.Invoke(outcome);
    }

    private static ConcurrentDictionary<int, StepOutcome> Index(IEnumerable<StepOutcome> outcomes)
    {
        var index = new ConcurrentDictionary<int, StepOutcome>();
        foreach (var outcome in outcomes)
            index[outcome.Step] = outcome;
        return index;
    }
}
