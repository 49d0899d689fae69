using Holdfast.Durable.Activities;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Replay;

internal enum DecisionKind
{
    Activity,
    SubOrchestration,
    Timer,
    Event,
}

/// <summary>Something an orchestrator asked for, numbered in the order of its program, and what is known of it: whether history echoes it, and whether it has come back.</summary>
internal abstract class Decision(int id, DecisionKind kind, string name)
{
    public int Id => id;
    public DecisionKind Kind => kind;
    public string Name => name;

    /// <summary>What the engine is to do; null where history says that it did.</summary>
    public OrchestratorAction? Action { get; set; }

    public bool IsEchoed { get; private set; }

    /// <summary>Something may still come back for it.</summary>
    public abstract bool IsOpen { get; }

    public abstract void Complete(string? result);

    public abstract void Fail(Durable.TaskFailureDetails failure);

    /// <summary>History has it: it is not asked for again.</summary>
    public void Echo()
    {
        IsEchoed = true;
        Action = null;
    }

    public override string ToString() => Describe(kind, name);

    public static string Describe(DecisionKind kind, string name) => kind switch
    {
        DecisionKind.Activity => $"activity '{name}'",
        DecisionKind.SubOrchestration => $"sub-orchestration '{name}'",
        DecisionKind.Event => $"event '{name}' to another instance",
        _ => "a timer",
    };
}

/// <summary>An event for another instance: nothing comes back.</summary>
internal sealed class SentEvent(int id, string name) : Decision(id, DecisionKind.Event, name)
{
    public override bool IsOpen => false;

    public override void Complete(string? result)
    {
    }

    public override void Fail(Durable.TaskFailureDetails failure)
    {
    }
}

/// <summary>An activity or a sub-orchestration.</summary>
/// <param name="again">Asks anew for an activity that was interrupted, in the name of the same task.</param>
internal sealed class CalledTask<T>(int id, DecisionKind kind, string name, TaskCompletionSource<T> source, DurableRegistry registry, Action<TaskCompletionSource<T>>? again = null)
    : Decision(id, kind, name)
{
    private bool isDone;

    public override bool IsOpen => !isDone;

    public override void Complete(string? result)
    {
        var (text, failure) = Kind is DecisionKind.Activity ? ActivityEnvelope.Open(result) : (result, null);
        if (failure is null)
            OrchestratorThread.Complete((this, text), static done => done.Item1.Deliver(done.text));
        else
            Fail(failure);
    }

    public override void Fail(Durable.TaskFailureDetails failure)
    {
        isDone = true;
        if (failure.ErrorType == ActivityRunner.Interrupted && again is not null)
            again(source);
        else
            OrchestratorThread.Complete((source, fault: new TaskFailedException(Name, Id, failure)), static done => done.source.TrySetException(done.fault));
    }

    private void Deliver(string? text)
    {
        isDone = true;
        try
        {
            source.TrySetResult(JsonPayload.Read<T>(text, registry.Json)!);
        }
        catch (Exception fault)
        {
            source.TrySetException(new InvalidOperationException($"The result of {this} (task {Id}) is no {typeof(T).Name}: {fault.Message}", fault));
        }
    }
}

internal sealed class Timer(int id, TaskCompletionSource source) : Decision(id, DecisionKind.Timer, "")
{
    public override bool IsOpen => !source.Task.IsCompleted;

    public override void Complete(string? result) => OrchestratorThread.Complete(source, static timer => timer.TrySetResult());

    public override void Fail(Durable.TaskFailureDetails failure) => Complete(result: null);
}
