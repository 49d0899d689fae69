using System.Collections.Concurrent;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>Holdfast's own orchestrators, with activities that answer as a scenario says.</summary>
internal sealed class ScriptedActivities(Scenario scenario)
{
    private readonly ConcurrentDictionary<string, int> calls = [];
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static RunEnvironment NoEnvironment { get; } =
        new((_, _) => throw new NotSupportedException(), new MemoryStore(TimeProvider.System), new MemoryDocuments(), TimeProvider.System);

    public void Register(DurableTaskRegistry registry)
    {
        var real = new DurableTaskRegistry();
        HoldfastTasks.Register(real);
        foreach (var (name, make) in real.GetOrchestrators())
            registry.AddOrchestrator(name, () => make(new Workspace()));
        foreach (var (name, make) in real.GetActivities())
            registry.AddActivity(name, new Scripted(this, name.Name, make(new Workspace())));
    }

    private async Task<object?> AnswerAsync(string activity, object? input)
    {
        if (activity == StopRun.Name)
            stopped.TrySetResult();
        var answer = scenario.AnswerOf(activity, input, calls.AddOrUpdate(activity, 1, (_, count) => count + 1) - 1);
        if (answer == Scenario.UntilStopped)
        {
            await stopped.Task;
            throw new ActivityFailedException(new(FailureSide.Caller, FailureCode.Cancelled, "the run was cancelled"));
        }
        return answer is Exception fault ? throw new ActivityFailedException(Failure.Of(fault)) : answer;
    }

    private sealed class Scripted(ScriptedActivities script, string name, ITaskActivity real) : ITaskActivity
    {
        public Type InputType => real.InputType;

        public Type OutputType => real.OutputType;

        public Task<object?> RunAsync(TaskActivityContext context, object? input) => script.AnswerAsync(name, input);
    }

    private sealed class Workspace : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? new RunWorkspace(NoEnvironment) : null;
    }
}
