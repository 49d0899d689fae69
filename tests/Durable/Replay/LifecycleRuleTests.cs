using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Tests.Replay;

public sealed class LifecycleRuleTests
{
    [Fact]
    public void Events_are_taken_in_the_order_of_their_coming_whatever_their_case_and_kept_until_waited_for()
    {
        var engine = Engine.Of(async context =>
        {
            await context.CallActivityAsync("A");
            return new[] { await context.WaitForExternalEvent<int>("Go"), await context.WaitForExternalEvent<int>("GO"), await context.WaitForExternalEvent<int>("go") };
        });
        engine.Start(null, Engine.Raised("go", "1"));
        engine.Step(Engine.Raised("gO", "2"), Engine.Done(0, null));

        engine.Step(Engine.Raised("Other", "0"), Engine.Raised("Go", "3"));

        Assert.Equal("[1,2,3]", engine.Outcome!.Result);
    }

    [Fact]
    public void Two_that_wait_for_one_name_are_served_in_turn_and_one_that_gave_up_is_passed_over()
    {
        var engine = Engine.Of(async context =>
        {
            using var giveUp = new CancellationTokenSource();
            var lost = context.WaitForExternalEvent<int>("Go", giveUp.Token);
            var first = context.WaitForExternalEvent<int>("Go");
            var second = context.WaitForExternalEvent<int>("Go");
            Cancel(giveUp);
            return (lost.IsCanceled, await first, await second).ToString();
        });
        engine.Start();

        engine.Step(Engine.Raised("Go", "1"), Engine.Raised("Go", "2"));

        Assert.Equal("\"(True, 1, 2)\"", engine.Outcome!.Result);
    }

    [Fact]
    public void An_event_in_time_ends_the_wait_and_its_timer()
    {
        var engine = Waiting();
        var first = engine.Start();

        engine.Step(Engine.Raised("Go", "5"));

        Assert.Equal(engine.Asked[0].CreateTimer.FireAt.ToDateTime(), new DateTime(2026, 11, 22, 7, 0, 0, DateTimeKind.Utc));
        Assert.Single(first.Actions);
        Assert.Equal("5", engine.Outcome!.Result);
    }

    [Fact]
    public void An_event_that_is_there_already_needs_no_timer()
    {
        var answer = Waiting(after: "A").StartAndStep(Engine.Raised("Go", "5"), Engine.Done(0, null));

        Assert.Equal("5", Assert.Single(answer.Actions).CompleteOrchestration.Result);
    }

    [Fact]
    public void No_event_in_time_cancels_the_wait_and_a_later_one_is_kept()
    {
        var engine = Engine.Of(async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<int>("Go", TimeSpan.FromHours(1));
            }
            catch (TaskCanceledException)
            {
                await context.CallActivityAsync("Late");
                return 100 + await context.WaitForExternalEvent<int>("Go");
            }
        });
        engine.Start();
        engine.Step(Engine.Fired(0), Engine.Raised("Go", "5"));

        engine.Step(Engine.Done(1, null));

        Assert.Equal("105", engine.Outcome!.Result);
    }

    [Fact]
    public void A_terminated_instance_ends_as_terminated_with_the_reason_and_asks_for_nothing_more()
    {
        var engine = Engine.Of(async context =>
        {
            context.SetCustomStatus("busy");
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            return 0;
        });
        engine.Start();

        var answer = engine.Step(Engine.Done(0, null), Engine.Terminated("enough"));

        var end = answer.Actions.Single().CompleteOrchestration;
        Assert.Equal((OrchestrationStatus.Terminated, "enough"), (end.OrchestrationStatus, end.Result));
        Assert.Equal("\"busy\"", answer.CustomStatus);
    }

    [Fact]
    public void Termination_reaches_a_suspended_instance_and_one_that_would_start_anew_but_not_one_that_is_done()
    {
        var suspended = Engine.Of(async context => await context.CallActivityAsync<int>("A"));
        suspended.Start(null, Engine.Suspended());
        suspended.Step(Engine.Terminated("x"));
        var anew = Engine.Of(async context =>
        {
            await context.CallActivityAsync("A");
            context.ContinueAsNew(1);
            return 0;
        });
        anew.Start();
        anew.Step(Engine.Done(0, null), Engine.Terminated("x"));
        var done = Engine.Of(async context => await context.CallActivityAsync<int>("A"));
        done.Start();
        done.Step(Engine.Done(0, "1"), Engine.Terminated("x"));

        Assert.Equal(OrchestrationStatus.Terminated, suspended.Outcome!.OrchestrationStatus);
        Assert.Equal(OrchestrationStatus.Terminated, anew.Outcome!.OrchestrationStatus);
        Assert.Equal(OrchestrationStatus.Completed, done.Outcome!.OrchestrationStatus);
    }

    [Fact]
    public void A_suspended_instance_holds_what_comes_carries_its_status_and_goes_on_in_order_when_it_is_resumed()
    {
        var engine = Engine.Of(async context =>
        {
            context.SetCustomStatus("one");
            var a = await context.CallActivityAsync<int>("A");
            context.SetCustomStatus("two");
            return a + await context.CallActivityAsync<int>("B") + await context.WaitForExternalEvent<int>("Go");
        });
        engine.Start();
        var held = engine.Step(Engine.Suspended(), Engine.Done(0, "1"));
        var still = engine.Step(Engine.Raised("Go", "30"));
        var resumed = engine.Step(Engine.Resumed());
        engine.Step(Engine.Done(1, "200"));

        Assert.Equal((0, "\"one\""), (held.Actions.Count, held.CustomStatus));
        Assert.Equal((0, "\"one\""), (still.Actions.Count, still.CustomStatus));
        Assert.Equal(("B", "\"two\""), (resumed.Actions.Single().ScheduleTask.Name, resumed.CustomStatus));
        Assert.Equal("231", engine.Outcome!.Result);
    }

    [Fact]
    public void What_was_decided_before_a_suspension_of_the_same_episode_is_asked_for_once_it_is_over()
    {
        var engine = Engine.Of(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.CallActivityAsync<int>("B");
        });
        engine.Start();
        var suspended = engine.Step(Engine.Done(0, null), Engine.Suspended());
        var resumed = engine.Step(Engine.Resumed());
        engine.Step(Engine.Done(1, "3"));

        Assert.Empty(suspended.Actions);
        Assert.Equal("B", resumed.Actions.Single().ScheduleTask.Name);
        Assert.Equal("3", engine.Outcome!.Result);
    }

    [Fact]
    public void An_instance_that_starts_anew_takes_its_unused_events_along_and_its_timers_not()
    {
        var engine = Engine.Of(async context =>
        {
            _ = context.WaitForExternalEvent<int>("Never");
            _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            await context.CallActivityAsync("A");
            context.SendEvent("other", "Hello", null);
            _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            context.ContinueAsNew(new { round = 2 });
            return 0;
        });
        engine.Start(null, Engine.Raised("Early", "1"));

        var answer = engine.Step(Engine.Done(1, null), Engine.Raised("Late", "2"), Engine.Raised("Never", "3"));

        Assert.Equal("Hello", answer.Actions[0].SendEvent.Name);
        var end = answer.Actions[^1].CompleteOrchestration;
        Assert.Equal(2, answer.Actions.Count);
        Assert.Equal((OrchestrationStatus.ContinuedAsNew, """{"round":2}"""), (end.OrchestrationStatus, end.Result));
        Assert.Equal(["Early", "Late", "Never"], end.CarryoverEvents.Select(carried => carried.EventRaised.Name));
    }

    [Fact]
    public void Unused_events_are_dropped_where_the_orchestrator_says_so()
    {
        var engine = Engine.Of(context =>
        {
            context.ContinueAsNew(1, preserveUnprocessedEvents: false);
            return Task.FromResult(0);
        });

        engine.Start(null, Engine.Raised("Early", "1"));

        Assert.Empty(engine.Outcome!.CarryoverEvents);
    }

    [Fact]
    public void The_status_that_was_set_last_goes_along_with_every_episode_and_may_be_taken_back()
    {
        var engine = Engine.Of(async context =>
        {
            context.SetCustomStatus(new { step = 1 });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus(null);
            await context.CallActivityAsync("C");
            return 0;
        });

        Assert.Equal("""{"step":1}""", engine.Start().CustomStatus);
        Assert.Equal("""{"step":1}""", engine.Step(Engine.Done(0, null)).CustomStatus);
        Assert.Null(engine.Step(Engine.Done(1, null)).CustomStatus);
    }

    [Theory]
    [InlineData("x", 8190, false)]
    [InlineData("x", 8191, true)]
    [InlineData("\"", 20_000, true)]
    [InlineData("\ud83d\ude00", 9_000, true)]
    public void A_status_above_16_KB_of_UTF_16_is_cut_to_JSON_that_says_so(string character, int times, bool isCut)
    {
        var text = string.Concat(Enumerable.Repeat(character, times));
        var engine = Engine.Of(async context =>
        {
            context.SetCustomStatus(text);
            await context.CallActivityAsync("A");
            return 0;
        });

        var status = engine.Start().CustomStatus;

        Assert.True(status.Length <= 8192);
        using var json = System.Text.Json.JsonDocument.Parse(status);
        if (isCut)
            Assert.StartsWith(json.RootElement.GetProperty("start").GetString()!, System.Text.Json.JsonSerializer.Serialize(text, Engine.Json));
        Assert.Equal(isCut, json.RootElement.ValueKind is System.Text.Json.JsonValueKind.Object && json.RootElement.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public void A_failure_of_the_engine_that_was_rewound_is_as_if_it_had_not_been()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B"));
        engine.Start();
        engine.Step(Engine.Done(0, "1"), new HistoryEvent { EventId = 5, GenericEvent = new() });

        engine.Step(new() { EventId = -1, GenericEvent = new() { Data = "handler-crash" } }, Engine.Done(1, "2"));

        Assert.Equal("3", engine.Outcome!.Result);
        Assert.Equal(3, engine.Asked.Count);
    }

    [Fact]
    public void A_failed_task_that_a_rewind_took_out_of_history_is_asked_for_again()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A"));
        engine.Start();
        engine.Step(Engine.Failed(0, "Busy"));
        Rewind(engine);

        var again = engine.Step(new HistoryEvent { EventId = -1, GenericEvent = new() });
        engine.Step(Engine.Done(0, "4"));

        Assert.Equal((0, "A"), (again.Actions.Single().Id, again.Actions[0].ScheduleTask.Name));
        Assert.Equal("4", engine.Outcome!.Result);
    }

    [Fact]
    public void A_failed_task_that_was_handled_before_a_rewind_took_it_out_is_handled_again_and_not_asked_for()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A", null, new TaskOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1)))));
        engine.Start();
        engine.Step(Engine.Failed(0, "Busy"));
        engine.Step(Engine.Fired(1));
        Rewind(engine);

        var answer = engine.Step(new HistoryEvent { EventId = -1, GenericEvent = new() });
        engine.Step(Engine.Done(2, "4"));

        Assert.Empty(answer.Actions);
        Assert.Equal("4", engine.Outcome!.Result);
    }

    /// <summary>What the storage engine does: failed tasks and failed completions become generic events in their places.</summary>
    private static void Rewind(Engine engine)
    {
        var failed = engine.History.Where(happened => happened.TaskFailed is not null).Select(happened => happened.TaskFailed.TaskScheduledId).ToHashSet();
        engine.Replace(
            happened => happened.TaskFailed is not null || (happened.TaskScheduled is not null && failed.Contains(happened.EventId)),
            happened => new() { EventId = happened.EventId, GenericEvent = new() });
    }

    private static Engine Waiting(string? after = null) => Engine.Of(async context =>
    {
        if (after is not null)
            await context.CallActivityAsync(after);
        return await context.WaitForExternalEvent<int>("Go", TimeSpan.FromHours(1));
    });

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}
