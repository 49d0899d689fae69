using Microsoft.DurableTask;

namespace Holdfast.SampleWorker;

/// <summary>Orchestrators that use each thing that a host and its engine promise, and nothing else.</summary>
public static class SampleTasks
{
    public static void Register(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator<FanOut>();
        registry.AddOrchestrator<Square>();
        registry.AddOrchestrator<WaitForEvent>();
        registry.AddOrchestrator<Echo>();
        registry.AddOrchestrator<Nap>();
        registry.AddOrchestrator<Describe>();
        registry.AddOrchestrator<Deliberate>();
        registry.AddActivity<Multiply>();
        registry.AddActivity<Repeat>();
        registry.AddActivity<Sleep>();
        registry.AddActivity<Fail>();
    }
}

/// <summary>The sum of the squares below a number, each from an activity, and one more from a sub-orchestration.</summary>
[DurableTask("FanOut")]
public sealed class FanOut : TaskOrchestrator<int, int>
{
    public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
    {
        context.SetCustomStatus("multiplying");
        var squares = await Task.WhenAll(Enumerable.Range(0, input).Select(number => context.CallActivityAsync<int>("Multiply", number)));
        return squares.Sum() + await context.CallSubOrchestratorAsync<int>("Square", input);
    }
}

[DurableTask("Square")]
public sealed class Square : TaskOrchestrator<int, int>
{
    public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => context.CallActivityAsync<int>("Multiply", input);
}

/// <summary>Waits for the event "go" and returns its payload.</summary>
[DurableTask("WaitForEvent")]
public sealed class WaitForEvent : TaskOrchestrator<string?, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, string? input)
    {
        context.SetCustomStatus("waiting");
        return context.WaitForExternalEvent<string>("go");
    }
}

[DurableTask("Echo")]
public sealed class Echo : TaskOrchestrator<string, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, string input) =>
        context.CallActivityAsync<string>("Repeat", input);
}

/// <summary>Sleeps in an activity that is tried three times, and returns the id of the process that finished it.</summary>
[DurableTask("Nap")]
public sealed class Nap : TaskOrchestrator<SleepOrder, int>
{
    public override Task<int> RunAsync(TaskOrchestrationContext context, SleepOrder input) =>
        context.CallActivityAsync<int>("Sleep", input, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1))));
}

/// <summary>Calls an activity that fails, without a retry, and returns what it sees of the failure, outermost first.</summary>
[DurableTask("Describe")]
public sealed class Describe : TaskOrchestrator<string, SeenFailure[]>
{
    public override async Task<SeenFailure[]> RunAsync(TaskOrchestrationContext context, string input)
    {
        try
        {
            if (input.StartsWith("sleep:", StringComparison.Ordinal))
                await context.CallActivityAsync<int>("Sleep", new SleepOrder(input["sleep:".Length..], 60_000));
            else
                await context.CallActivityAsync<string>("Fail", input);
            return [];
        }
        catch (TaskFailedException failed)
        {
            return [.. Chain(failed.FailureDetails)];
        }
    }

    private static IEnumerable<SeenFailure> Chain(TaskFailureDetails? failure)
    {
        for (; failure is not null; failure = failure.InnerFailure)
            yield return new SeenFailure(failure.ErrorType, failure.ErrorMessage);
    }
}

/// <summary>Takes a while to decide, between two activities: a window in which the worker can be killed within an episode.</summary>
[DurableTask("Deliberate")]
public sealed class Deliberate : TaskOrchestrator<SleepOrder, int>
{
    public override async Task<int> RunAsync(TaskOrchestrationContext context, SleepOrder input)
    {
        var first = await context.CallActivityAsync<int>("Multiply", 3);
        // On purpose: a test kills the process that it finds named in this file.
#pragma warning disable DURABLE0001, DURABLE0003, DURABLE0006, RS0030
        input.Sign();
        Thread.Sleep(input.Milliseconds);
#pragma warning restore DURABLE0001, DURABLE0003, DURABLE0006, RS0030
        return first + await context.CallActivityAsync<int>("Multiply", 4);
    }
}
