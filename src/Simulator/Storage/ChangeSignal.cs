namespace Holdfast.Simulator.Storage;

/// <summary>
/// Wakes whoever waits for the next change. Take the task before looking, then await it: no change between the two is missed. Thread-safe.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _waiting;

    public Task NextAsync()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _waiting, mine, null) ?? mine).Task;
    }

    public void Raise() => Interlocked.Exchange(ref _waiting, null)?.TrySetResult();
}
