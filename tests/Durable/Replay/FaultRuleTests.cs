using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Activities;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Durable.Tests.Replay;

public sealed class FaultRuleTests
{
    [Fact]
    public void A_history_that_says_otherwise_than_the_orchestrator_is_named_and_nothing_is_asked_for()
    {
        var engine = Engine.Of(async context =>
        {
            await context.CallActivityAsync("A");
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return 0;
        });
        engine.Start();
        engine.Replace(happened => happened.TaskScheduled is not null, _ => new() { EventId = 0, TaskScheduled = new() { Name = "Z" } });

        var answer = engine.Step(Engine.Done(0, null));

        var failure = answer.Actions.Single().CompleteOrchestration.FailureDetails;
        Assert.Equal("NonDeterministicOrchestrationException", failure.ErrorType);
        Assert.StartsWith("Expected activity 'Z' (task 0) at event 2, found activity 'A'.", failure.ErrorMessage);
        Assert.True(failure.IsNonRetriable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_orchestrator_that_asks_for_less_or_for_another_kind_than_it_did_is_named(bool anotherKind)
    {
        var isNew = false;
        var engine = Engine.Of(async context =>
        {
            if (!isNew)
                await context.CallActivityAsync("A");
            else if (anotherKind)
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return 0;
        });
        engine.Start();
        isNew = true;

        engine.Step(Engine.Done(0, null));

        Assert.Equal(OrchestrationStatus.Failed, engine.Outcome!.OrchestrationStatus);
        Assert.StartsWith($"Expected activity 'A' (task 0) at event 2, found {(anotherKind ? "a timer" : "nothing")}.", engine.Outcome.FailureDetails.ErrorMessage);
    }

    public static TheoryData<string, Func<OrchestrationContext, Task<int>>> ForeignWaits => new()
    {
        { "a delay", async _ => { await Task.Delay(TimeSpan.FromHours(1)); return 0; } },
        { "work of another thread", async context => { var a = context.CallActivityAsync<int>("A"); await Task.Run(static () => 1); return await a; } },
        { "a promise that nobody keeps", async _ => await new TaskCompletionSource<int>().Task },
        { "a delay while a task is out", async context => { var a = context.CallActivityAsync<int>("A"); await Task.Delay(TimeSpan.FromHours(1)); return await a; } },
    };

    [Theory]
    [MemberData(nameof(ForeignWaits))]
    public void An_orchestrator_that_waits_for_what_is_not_its_contexts_fails_by_that_name(string what, Func<OrchestrationContext, Task<int>> orchestrator)
    {
        var engine = Engine.Of(orchestrator);
        engine.Start();
        if (engine.Outcome is null)
            engine.Step(Engine.Done(0, "1"));

        Assert.True(engine.Outcome is { FailureDetails.ErrorType: "ForeignAwaitException" }, what);
    }

    [Fact]
    public async Task A_foreign_wait_that_ends_after_its_episode_is_never_gone_on_from_and_stands_in_the_log()
    {
        var lines = new ConcurrentQueue<string>();
        using var logging = Lines.Into(lines);
        var foreign = new TaskCompletionSource();
        var wentOn = false;
        var engine = new Engine(
            Engine.Registry<object?, int>(async (context, _) =>
            {
                _ = context.WaitForExternalEvent<int>("Cancel");
                await foreign.Task;
                wentOn = true;
                return 0;
            }),
            logging);
        engine.Start();

        await Task.Run(foreign.SetResult);

        Assert.Contains("Orch of inst-1 waits for what its context didn't give it, and will not go on from there", lines);
        Assert.False(wentOn);
    }

    [Fact]
    public async Task The_context_refuses_another_thread()
    {
        OrchestrationContext? kept = null;
        var engine = Engine.Of(async context =>
        {
            kept = context;
            await context.CallActivityAsync("A");
            return 0;
        });
        engine.Start();

        await Assert.ThrowsAsync<ForeignAwaitException>(() => Task.Run(() => kept!.CallActivityAsync("B")));
    }

    [Fact]
    public void What_an_orchestrator_throws_fails_its_instance_with_type_message_and_cause()
    {
        var engine = Engine.Of<int>(_ => throw new ActivityFailedException("CaptureRefused", "no such cluster", isTransient: true, new InvalidOperationException("why")));

        engine.Start();

        var failure = engine.Outcome!.FailureDetails;
        Assert.Equal(("CaptureRefused", "no such cluster", false), (failure.ErrorType, failure.ErrorMessage, failure.IsNonRetriable));
        Assert.Equal(("System.InvalidOperationException", "why"), (failure.InnerFailure.ErrorType, failure.InnerFailure.ErrorMessage));
    }

    [Fact]
    public void What_an_async_void_of_an_orchestrator_throws_fails_its_instance_too()
    {
        var engine = Engine.Of(async context =>
        {
            Lost();
            await context.CallActivityAsync("A");
            return 0;
        });

        engine.Start();

        Assert.Equal("lost", engine.Outcome!.FailureDetails.ErrorMessage);

        static async void Lost()
        {
            await Task.Yield();
            throw new InvalidOperationException("lost");
        }
    }

    [Fact]
    public void A_failed_task_surfaces_with_what_its_side_said_and_its_causes()
    {
        var engine = Engine.Of(async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("A");
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.TaskName} {failed.TaskId} {failed.FailureDetails.ErrorType} {failed.FailureDetails.InnerFailure?.ErrorMessage}";
            }
        });
        engine.Start();

        engine.Step(Engine.Failed(0, new Protocol.TaskFailureDetails { ErrorType = "Outer", ErrorMessage = "o", InnerFailure = new() { ErrorType = "Inner", ErrorMessage = "i" } }));

        Assert.Equal("\"A 0 Outer i\"", engine.Outcome!.Result);
    }

    [Fact]
    public void A_failure_without_details_is_told_as_that()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("Nope"));
        engine.Start();

        engine.Step(Engine.Failed(0, details: null));

        var failure = engine.Outcome!.FailureDetails;
        Assert.Equal("UnknownFailure", failure.InnerFailure.ErrorType);
        Assert.Contains("'Nope' failed and the engine gave no reason", failure.ErrorMessage);
    }

    [Fact]
    public void A_result_of_another_type_than_was_waited_for_says_which()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A"));
        engine.Start();

        engine.Step(Engine.Done(0, "{\"a\":1}"));

        Assert.StartsWith("The result of activity 'A' (task 0) is no Int32: ", engine.Outcome!.FailureDetails.ErrorMessage);
    }

    [Theory]
    [InlineData("41")]
    [InlineData("\"41\"")]
    [InlineData("{\"$ok\":41}")]
    [InlineData("\"{\\\"$ok\\\":41}\"")]
    public void A_result_may_come_bare_in_a_string_and_in_an_envelope(string text)
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A") + 1);
        engine.Start();

        engine.Step(Engine.Done(0, text));

        Assert.Equal("42", engine.Outcome!.Result);
    }

    [Fact]
    public void A_result_that_is_a_string_stays_the_string_that_it_is()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<string>("A"));
        engine.Start();

        engine.Step(Engine.Done(0, "\"{\\\"a\\\":1}\""));

        Assert.Equal("{\"a\":1}", System.Text.Json.JsonSerializer.Deserialize<string>(engine.Outcome!.Result));
    }

    [Fact]
    public void An_interrupted_activity_is_asked_for_again_in_the_name_of_the_same_task()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A", 7));
        engine.Start();

        var again = engine.Step(Engine.Done(0, ActivityEnvelope.Failed(new(ActivityRunner.Interrupted, "stopping"))));
        engine.Step(Engine.Done(1, "{\"$ok\":1}"));

        Assert.Equal((1, "A", "7"), (again.Actions.Single().Id, again.Actions[0].ScheduleTask.Name, again.Actions[0].ScheduleTask.Input));
        Assert.Equal("1", engine.Outcome!.Result);
    }

    [Fact]
    public void An_orchestrator_that_the_app_does_not_have_fails_by_its_name()
    {
        var engine = Engine.Of(_ => Task.FromResult(0));
        var start = engine.StartedEvent();
        start.ExecutionStarted.Name = "Gone";

        var answer = engine.Execute(start);

        Assert.Equal("UnknownOrchestrator", answer.Actions.Single().CompleteOrchestration.FailureDetails.ErrorType);
        Assert.Contains("'Gone'", answer.Actions[0].CompleteOrchestration.FailureDetails.ErrorMessage);
    }

    [Fact]
    public void An_episode_that_can_not_be_done_now_is_given_back_and_so_is_one_without_a_start_or_without_memory()
    {
        var engine = Engine.Of(_ => Task.FromResult(new byte[int.MaxValue].Length));
        var closed = new ReplayExecutor(Engine.Registry<int, int>((_, _) => Task.FromResult(0)), NullLoggerFactory.Instance) { CanRun = static () => false };

        Assert.True(engine.Execute(engine.StartedEvent()).RequiresHistory);
        Assert.True(engine.Execute(Engine.Done(0, "1")).RequiresHistory);
        var request = new OrchestratorRequest { Properties = { ["IncludeState"] = Value.ForBool(true) } };
        Assert.Equal(new OrchestratorResponse { InstanceId = "unknown", RequiresHistory = true }, closed.Execute(request));
    }

    [Fact]
    public void An_engine_that_does_not_know_how_an_episode_is_given_back_is_told_that_it_ran_out_of_memory()
    {
        var closed = new ReplayExecutor(Engine.Registry<int, int>((_, _) => Task.FromResult(0)), NullLoggerFactory.Instance) { CanRun = static () => false };

        var answer = closed.Execute(new() { InstanceId = "old" });

        Assert.True(answer.RequiresHistory);
        var end = Assert.Single(answer.Actions).CompleteOrchestration;
        Assert.Equal(OrchestrationStatus.Failed, end.OrchestrationStatus);
        Assert.Equal(("System.OutOfMemoryException", "System.OutOfMemoryException"), (end.FailureDetails.ErrorType, end.FailureDetails.InnerFailure.ErrorType));
    }

    [Fact]
    public void An_input_of_another_type_fails_the_instance_and_nothing_else()
    {
        var engine = new Engine(Engine.Registry<int, int>((_, input) => Task.FromResult(input)));

        Assert.Equal("System.Text.Json.JsonException", engine.Start("{}").Actions.Single().CompleteOrchestration.FailureDetails.ErrorType);
    }
}
