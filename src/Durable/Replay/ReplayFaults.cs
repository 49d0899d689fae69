namespace Holdfast.Durable.Replay;

/// <summary>An orchestrator asked for something else than its own history says that it did. Its instance fails; nothing of what it asked for is done.</summary>
public sealed class NonDeterministicOrchestrationException(string message) : Exception(message);

/// <summary>An orchestrator awaited something that is not its context's. Its instance fails.</summary>
public sealed class ForeignAwaitException() : Exception(
    "The orchestrator waits for something that its context didn't give it: Task.Delay, Task.Run, I/O, a lock, a task of another thread. Only the context's tasks come back in a replay; "
    + "do the work in an activity, wait with CreateTimer, and leave ConfigureAwait(false) out.");
