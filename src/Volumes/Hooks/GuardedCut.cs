namespace Holdfast.Volumes.Hooks;

/// <summary>A cut that is waited for no longer than applications may be stopped. For one attempt.</summary>
internal sealed class GuardedCut<T>(Func<CancellationToken, Task<T>> cut)
{
    /// <summary>Completed; null: it wasn't begun.</summary>
    public Task<T>? Result { get; private set; }

    /// <summary>Never throws. Gives the cut up when it doesn't end in time; its late result is dropped.</summary>
    /// <param name="frozen">Cancelled when the time is over, or with <paramref name="caller"/>.</param>
    /// <param name="caller">Whether the caller cancelled.</param>
    public async Task RunAsync(CancellationToken frozen, CancellationToken caller)
    {
        var cutting = InvokeAsync(frozen);
        await cutting
            .WaitAsync(frozen)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (cutting.IsCompleted && !(cutting.IsCanceled && frozen.IsCancellationRequested))
        {
            Result = cutting;
            return;
        }
        _ = cutting.ContinueWith(
            static late => late.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default
        );
        if (caller.IsCancellationRequested)
            Cancel(caller);
        else
            Fail(
                HookFailure.TooSlow,
                "The cut didn't end in the time that applications may be stopped for; they were resumed without it. Try again, or "
                    + "allow more time"
            );
    }

    public void Cancel(CancellationToken caller) => Result = Task.FromCanceled<T>(caller);

    /// <summary>What was cut, if anything, doesn't count.</summary>
    public void Discard() =>
        Fail(
            HookFailure.TakenOver,
            "Another attempt of this capture took over and resumed the applications: what this one cut doesn't count"
        );

    private void Fail(HookFailure failure, string message) => Result = Task.FromException<T>(new HookException(failure, message));

    /// <summary>What it throws before its first await is its result too.</summary>
    private async Task<T> InvokeAsync(CancellationToken frozen) => await cut(frozen);
}
