namespace Holdfast.Simulator.Storage;

/// <summary>
/// Signals the next change. Take the task before reading, then await it, so that no change in between is missed. Thread-safe.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? waiting;

    public Task NextAsync()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref waiting, mine, null) ?? mine).Task;
    }

    public void Raise() => Interlocked.Exchange(ref waiting, null)?.TrySetResult();
}
