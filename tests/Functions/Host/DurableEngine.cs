using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.Durable.Protocol;

namespace Holdfast.Functions.Tests.Host;

/// <summary>
/// A small Durable engine behind <see cref="FunctionsHost"/>: keeps histories, delivers episodes and activities, and treats failures as the Durable extension does. Timers fire soon, those of more than
/// ten minutes never.
/// </summary>
internal sealed class DurableEngine(FunctionsHost host, EngineFaults faults)
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, EngineInstance> instances = [];

    public IEnumerable<EngineInstance> Instances => instances.Values;

    /// <summary>Names of the activities that were posted, each as often as it was.</summary>
    public ConcurrentQueue<string> Activities { get; } = [];

    public int Aborted { get; private set; }

    /// <summary>Called before each call of the handler with the function's name.</summary>
    public Action<string> BeforeCall { get; set; } = _ => { };

    /// <summary>The same for episodes, with their instance.</summary>
    public Action<EngineInstance> BeforeInstance { get; set; } = _ => { };

    public EngineInstance? Find(string id) => instances.GetValueOrDefault(id);

    /// <returns>False: an instance of that id goes on.</returns>
    public bool Start(string name, string id, string? input, ParentInstanceInfo? parent = null)
    {
        Assert.False(string.IsNullOrEmpty(id), "an instance without an id is poison for the queue");
        Assert.Equal("orchestrationTrigger", host.App.Trigger(name));
        if (Find(id) is { IsFinished: false })
            return false;
        var instance = new EngineInstance(name, id, input, parent);
        instances[id] = instance;
        Deliver(instance, instance.Begin(input));
        return true;
    }

    public async Task<EngineInstance> EndOfAsync(string id)
    {
        var ended = Find(id)!.Ended.Task;
        if (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMinutes(3))) != ended)
            Assert.Fail($"{id} doesn't end: {string.Join(", ", instances.Values.Select(i => $"{i.Id} {i.Name} {i.Status}"))}\n{host.Said}");
        await ended;
        return Find(id)!;
    }

    /// <returns>False: unknown, or finished.</returns>
    public bool Tell(string id, HistoryEvent happened)
    {
        if (Find(id) is not { IsFinished: false } instance)
            return false;
        if (happened.ExecutionSuspended is not null)
            instance.Status = "Suspended";
        if (happened.ExecutionResumed is not null)
            instance.Status = "Running";
        Deliver(instance, EngineInstance.Event(happened));
        return true;
    }

    public bool Rewind(string id, string reason)
    {
        if (Find(id) is not { Status: "Failed" } instance)
            return false;
        lock (instance.Gate)
        {
            for (var i = 0; i < instance.Past.Count; i++)
            {
                if (instance.Past[i].ExecutionCompleted is not null)
                    instance.Past[i] = new() { Timestamp = instance.Past[i].Timestamp, GenericEvent = new() };
            }
            instance.Status = "Running";
            instance.Ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        Deliver(instance, EngineInstance.Event(new() { GenericEvent = new() { Data = reason } }));
        return true;
    }

    private void Deliver(EngineInstance instance, params HistoryEvent[] happened)
    {
        lock (instance.Gate)
        {
            instance.Inbox.AddRange(happened);
            if (instance.Pumping)
                return;
            instance.Pumping = true;
        }
        InBackground(() => PumpAsync(instance));
    }

    /// <summary>What an assertion says of the handler's answers becomes the end of whatever a test waits for.</summary>
    private void InBackground(Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (fault is Xunit.Sdk.XunitException or InvalidOperationException)
        {
            foreach (var instance in instances.Values)
                instance.Ended.TrySetException(fault);
        }
    });

    /// <summary>Episodes of one instance never overlap.</summary>
    private async Task PumpAsync(EngineInstance instance)
    {
        while (true)
        {
            HistoryEvent[] fresh;
            lock (instance.Gate)
            {
                if (instance.Inbox.Count == 0 || instance.IsFinished)
                {
                    instance.Inbox.Clear();
                    instance.Pumping = false;
                    return;
                }
                fresh = [.. instance.Inbox];
                instance.Inbox.Clear();
            }
            await EpisodeAsync(instance, fresh);
        }
    }

    private async Task EpisodeAsync(EngineInstance instance, HistoryEvent[] fresh)
    {
        var started = EngineInstance.Event(new() { OrchestratorStarted = new() });
        var request = new OrchestratorRequest { InstanceId = instance.Id, PastEvents = { instance.Past }, NewEvents = { new[] { started }.Concat(fresh) } };
        instance.Episodes++;
        if (instance.Status == "Pending")
            instance.Status = "Running";
        OrchestratorResponse response;
        try
        {
            response = await CallAsync(instance, request);
            if (faults.Happens(faults.LostEpisodes))
                response = await CallAsync(instance, request);
        }
        catch (InvocationFailedException failed)
        {
            instance.Past.AddRange([started, .. fresh]);
            Fail(instance, $"Function '{instance.Name}' failed with an unhandled exception.", failed.Message);
            return;
        }
        if (response.RequiresHistory)
        {
            Aborted++;
            await Task.Delay(200);
            lock (instance.Gate)
                instance.Inbox.InsertRange(0, fresh);
            return;
        }
        instance.Past.AddRange([started, .. fresh]);
        instance.CustomStatus = response.CustomStatus;
        instance.Updated = DateTime.UtcNow;
        foreach (var action in response.Actions)
            Apply(instance, action);
        if (!instance.IsFinished)
            instance.Past.Add(EngineInstance.Event(new() { OrchestratorCompleted = new() }));
    }

    private async Task<OrchestratorResponse> CallAsync(EngineInstance instance, OrchestratorRequest request)
    {
        BeforeInstance(instance);
        BeforeCall(instance.Name);
        var answer = await host.InvokeAsync(instance.Name, FunctionsHost.Orchestration(request.ToByteArray()));
        var encoded = (string?)answer["ReturnValue"];
        if (string.IsNullOrEmpty(encoded))
            throw new InvocationFailedException("null response");
        var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(encoded));
        Assert.Equal(instance.Id, response.InstanceId);
        Assert.True((response.CustomStatus?.Length ?? 0) <= 16 * 1024, "a custom status over 16 KB fails the instance");
        return response;
    }

    /// <summary>The extension carries more, at a price in each later episode; what grows belongs into the control store.</summary>
    private static void AssertSmall(string what, string? payload) =>
        Assert.True((payload?.Length ?? 0) <= Durable.PayloadSize.Longest, $"{what} carries {payload?.Length} characters");

    private static string? PayloadOf(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => action.ScheduleTask.Input,
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => action.CreateSubOrchestration.Input,
        OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => action.SendEvent.Data,
        OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration => action.CompleteOrchestration.Result,
        _ => null,
    };

    private void Apply(EngineInstance instance, OrchestratorAction action)
    {
        AssertSmall($"{instance.Name}: {action.OrchestratorActionTypeCase}", PayloadOf(action));
        switch (action.OrchestratorActionTypeCase)
        {
            case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                instance.Past.Add(EngineInstance.Event(new() { TaskScheduled = new() { Name = action.ScheduleTask.Name } }, action.Id));
                InBackground(() => ActivityAsync(instance, instance.Execution, action));
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                var child = action.CreateSubOrchestration;
                instance.Past.Add(EngineInstance.Event(new() { SubOrchestrationInstanceCreated = new() { InstanceId = child.InstanceId, Name = child.Name } }, action.Id));
                Start(child.Name, child.InstanceId, child.Input, new() { TaskScheduledId = action.Id, Name = instance.Name, OrchestrationInstance = new() { InstanceId = instance.Id, ExecutionId = instance.Execution } });
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                instance.Past.Add(EngineInstance.Event(new() { TimerCreated = new() { FireAt = action.CreateTimer.FireAt } }, action.Id));
                InBackground(() => TimerAsync(instance, instance.Execution, action));
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                instance.Past.Add(EngineInstance.Event(new() { EventSent = new() { InstanceId = action.SendEvent.Instance.InstanceId, Name = action.SendEvent.Name, Input = action.SendEvent.Data } }, action.Id));
                Tell(action.SendEvent.Instance.InstanceId, new() { EventRaised = new() { Name = action.SendEvent.Name, Input = action.SendEvent.Data } });
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration:
                Complete(instance, action.CompleteOrchestration);
                break;
            default:
                throw new InvalidOperationException($"the extension accepts no {action.OrchestratorActionTypeCase}");
        }
    }

    private async Task ActivityAsync(EngineInstance instance, string execution, OrchestratorAction action)
    {
        var runs = faults.Happens(faults.DoubledActivities) ? 2 : 1;
        for (var run = 0; run < runs; run++)
        {
            var completion = await RunActivityAsync(instance, action);
            if (faults.Happens(faults.LateCompletions))
                await Task.Delay(Soon * 4);
            if (instance.Execution == execution)
                Deliver(instance, EngineInstance.Event(completion));
        }
    }

    private async Task<HistoryEvent> RunActivityAsync(EngineInstance instance, OrchestratorAction action)
    {
        var (name, input) = (action.ScheduleTask.Name, action.ScheduleTask.Input);
        Activities.Enqueue(name);
        // An activity that the host doesn't have fails without any details.
        if (host.App.Trigger(name) != "activityTrigger")
            return new() { TaskFailed = new() { TaskScheduledId = action.Id } };
        try
        {
            BeforeCall(name);
            var answer = await host.InvokeAsync(name, new() { ["input"] = input is null ? "null" : FunctionsHost.Twice(input) }, new() { ["instanceId"] = FunctionsHost.Twice(instance.Id) });
            AssertSmall(name, answer["ReturnValue"]?.ToString());
            if (faults.Happens(faults.LostActivities))
                throw new InvocationFailedException("An error occurred while sending the request.");
            return new() { TaskCompleted = new() { TaskScheduledId = action.Id, Result = Result(answer["ReturnValue"]) } };
        }
        catch (InvocationFailedException failed)
        {
            return new() { TaskFailed = new() { TaskScheduledId = action.Id, FailureDetails = Failure($"Exception while executing function: Functions.{name}", failed.Message) } };
        }
    }

    /// <summary>A string becomes a JSON string; anything else its text.</summary>
    private static string? Result(JsonNode? value) => value switch
    {
        null => null,
        JsonValue text when text.TryGetValue(out string? s) => JsonSerializer.Serialize(s),
        _ => value.ToJsonString(),
    };

    private async Task TimerAsync(EngineInstance instance, string execution, OrchestratorAction action)
    {
        var fireAt = action.CreateTimer.FireAt;
        if (fireAt.ToDateTime() - DateTime.UtcNow > LongestTimer)
            return;
        await Task.Delay(Soon);
        if (instance.Execution == execution)
            Deliver(instance, EngineInstance.Event(new() { TimerFired = new() { FireAt = fireAt, TimerId = action.Id } }));
    }

    private void Complete(EngineInstance instance, CompleteOrchestrationAction complete)
    {
        if (complete.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew)
        {
            instance.Past.Clear();
            instance.Execution = Guid.NewGuid().ToString("N");
            Deliver(instance, [instance.Begin(complete.Result), .. complete.CarryoverEvents]);
            return;
        }
        var failed = complete.OrchestrationStatus == OrchestrationStatus.Failed;
        instance.Output = failed ? $"{complete.FailureDetails?.ErrorType}: {complete.FailureDetails?.ErrorMessage}" : complete.Result;
        instance.Past.Add(EngineInstance.Event(new() { ExecutionCompleted = new() { OrchestrationStatus = complete.OrchestrationStatus, Result = complete.Result, FailureDetails = complete.FailureDetails } }));
        End(instance, failed ? "Failed" : complete.OrchestrationStatus == OrchestrationStatus.Terminated ? "Terminated" : "Completed", complete.Result, complete.FailureDetails);
    }

    private void Fail(EngineInstance instance, string message, string details)
    {
        instance.Output = new JsonObject { ["message"] = message, ["details"] = details }.ToJsonString();
        instance.Past.Add(EngineInstance.Event(new() { ExecutionCompleted = new() { OrchestrationStatus = OrchestrationStatus.Failed, Result = instance.Output } }));
        instance.Past.Add(EngineInstance.Event(new() { OrchestratorCompleted = new() }));
        End(instance, "Failed", null, Failure(message, details));
    }

    private void End(EngineInstance instance, string status, string? result, TaskFailureDetails? failure)
    {
        instance.Status = status;
        instance.Updated = DateTime.UtcNow;
        instance.Ended.TrySetResult();
        if (instance.Parent is not { } parent || Find(parent.OrchestrationInstance.InstanceId) is not { } above || above.Execution != parent.OrchestrationInstance.ExecutionId)
            return;
        Deliver(above, EngineInstance.Event(status == "Completed"
            ? new() { SubOrchestrationInstanceCompleted = new() { TaskScheduledId = parent.TaskScheduledId, Result = result } }
            : new() { SubOrchestrationInstanceFailed = new() { TaskScheduledId = parent.TaskScheduledId, FailureDetails = failure ?? Failure("it was terminated", "") } }));
    }

    private static TaskFailureDetails Failure(string message, string inner) => new()
    {
        ErrorType = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
        ErrorMessage = message,
        InnerFailure = new() { ErrorType = "System.Net.Http.HttpRequestException", ErrorMessage = inner },
    };
}
