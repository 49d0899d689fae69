using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Tests.Replay;

public sealed class OrchestrationRuleTests
{
    [Fact]
    public void Tasks_timers_children_and_events_share_one_count_in_program_order_and_the_completion_is_last()
    {
        var engine = Engine.Of(async context =>
        {
            var task = context.CallActivityAsync<int>("A");
            var timer = context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            var child = context.CallSubOrchestratorAsync<int>("C");
            context.SendEvent("other", "Go", 1);
            await Task.WhenAll(task, timer, child);
            return await task + await child;
        });

        var first = engine.Start();
        engine.Step(Engine.ChildDone(2, "2"), Engine.Done(0, "1"));
        engine.Step(Engine.Fired(1));

        Assert.Equal([0, 1, 2, 3], first.Actions.Select(action => action.Id));
        Assert.Equal("inst-1:0002", first.Actions[2].CreateSubOrchestration.InstanceId);
        Assert.Equal(4, engine.Last!.Actions.Single().Id);
        Assert.Equal("3", engine.Outcome!.Result);
    }

    [Fact]
    public void The_first_of_two_to_come_wins_by_its_place_in_the_list_however_it_is_cut_into_episodes()
    {
        Func<OrchestrationContext, Task<string>> race = async context =>
        {
            var a = context.CallActivityAsync<string>("A");
            var b = context.CallActivityAsync<string>("B");
            return await await Task.WhenAny(b, a);
        };
        var together = Engine.Of(race);
        together.Start();
        together.Step(Engine.Done(0, "\"a\""), Engine.Done(1, "\"b\""));
        var apart = Engine.Of(race);
        apart.Start();
        apart.Step(Engine.Done(1, "\"b\""));

        Assert.Equal("\"a\"", together.Outcome!.Result);
        Assert.Equal("\"b\"", apart.Outcome!.Result);
    }

    [Fact]
    public void A_task_that_comes_back_twice_counts_once()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A") * 10 + await context.CallActivityAsync<int>("B"));
        engine.Start();

        engine.Step(Engine.Done(0, "1"), Engine.Done(0, "7"));
        engine.Step(Engine.Done(0, "8"), Engine.Done(1, "2"));

        Assert.Equal("12", engine.Outcome!.Result);
        Assert.Equal(3, engine.Asked.Count);
    }

    [Fact]
    public void The_same_episode_delivered_twice_has_the_same_answer()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<Guid>("A", context.NewGuid()));
        var start = engine.StartedEvent();

        Assert.Equal(engine.Execute(start), engine.Execute(start));
    }

    [Fact]
    public void Time_is_that_of_the_episode_and_the_same_in_a_replay()
    {
        var engine = Engine.Of(async context =>
        {
            var before = context.CurrentUtcDateTime;
            await context.CallActivityAsync("A");
            var between = context.CurrentUtcDateTime;
            await context.CallActivityAsync("B");
            return new[] { before, between, context.CurrentUtcDateTime };
        });
        var begin = engine.Now;
        engine.Start();
        engine.Step(Engine.Done(0, null));
        engine.Step(Engine.Done(1, null));

        Assert.Equal([begin, begin.AddSeconds(1), begin.AddSeconds(2)], JsonSerializer.Deserialize<DateTime[]>(engine.Outcome!.Result)!);
    }

    [Fact]
    public void New_ids_are_the_same_in_a_replay_and_differ_from_each_other_and_from_another_instances()
    {
        var seen = new List<Guid>();
        var engine = Engine.Of(async context =>
        {
            seen.Add(context.NewGuid());
            seen.Add(context.NewGuid());
            await context.CallActivityAsync("A");
            return 0;
        });
        engine.Start();
        engine.Step(Engine.Done(0, null));

        Assert.Equal(seen[..2], seen[2..]);
        Assert.NotEqual(seen[0], seen[1]);
    }

    [Fact]
    public void Replaying_is_said_and_a_replay_safe_logger_is_silent_meanwhile()
    {
        var lines = new ConcurrentQueue<string>();
        using var logging = Lines.Into(lines);
        var replaying = new List<bool>();
        var registry = Engine.Registry<object?, int>(async (context, _) =>
        {
            var log = context.CreateReplaySafeLogger("Orch");
            log.LogInformation("one");
            replaying.Add(context.IsReplaying);
            await context.CallActivityAsync("A");
            log.LogInformation("two");
            replaying.Add(context.IsReplaying);
            return 0;
        });
        var engine = new Engine(registry, logging);
        engine.Start();
        engine.Step(Engine.Done(0, null));

        Assert.Equal(["one", "two"], lines);
        Assert.Equal([false, true, false], replaying);
    }

    [Fact]
    public void A_called_instance_knows_its_caller_and_a_started_one_has_none()
    {
        var engine = Engine.Of(context => Task.FromResult(context.Parent));
        var child = engine.StartedEvent();
        child.ExecutionStarted.ParentInstance = new() { Name = "Parent", TaskScheduledId = 3, OrchestrationInstance = new() { InstanceId = "p1" } };

        var called = engine.Execute(child);
        var started = engine.Execute(engine.StartedEvent());

        Assert.Equal("""{"name":"Parent","instanceId":"p1"}""", called.Actions.Single().CompleteOrchestration.Result);
        Assert.Equal("null", started.Actions.Single().CompleteOrchestration.Result);
    }

    [Fact]
    public void An_explicit_child_id_is_kept_and_a_derived_one_is_never_empty()
    {
        var engine = Engine.Of(async context =>
        {
            await Task.WhenAll(
                context.CallSubOrchestratorAsync("C", 1, new TaskOptions { InstanceId = "mine" }),
                context.CallSubOrchestratorAsync("C", 2, new TaskOptions { InstanceId = "" }));
            return 0;
        });

        Assert.Equal(["mine", "inst-1:0001"], engine.Start().Actions.Select(action => action.CreateSubOrchestration.InstanceId));
    }

    [Fact]
    public void A_timer_far_away_is_made_of_parts_that_an_engine_can_hold()
    {
        var engine = Engine.Of(async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(10), CancellationToken.None);
            return context.CurrentUtcDateTime;
        });
        var begin = engine.Now;
        engine.Start();
        for (var timer = 0; engine.Outcome is null; timer++)
        {
            var action = Assert.Single(engine.Last!.Actions);
            Assert.Equal(timer, action.Id);
            var fireAt = action.CreateTimer.FireAt.ToDateTime();
            Assert.True(fireAt - engine.Now < TimeSpan.FromDays(6));
            engine.Now = fireAt;
            engine.Step(Engine.Fired(timer));
        }

        Assert.Equal(begin.AddDays(10), JsonSerializer.Deserialize<DateTime>(engine.Outcome.Result));
        Assert.Equal(3, engine.Asked.Count(action => action.CreateTimer is not null));
    }

    [Fact]
    public void A_forgotten_timer_may_fire_and_one_that_was_forgotten_at_once_is_not_asked_for()
    {
        var engine = Engine.Of(async context =>
        {
            using var first = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), first.Token);
            await context.CallActivityAsync("A");
            Cancel(first);
            using var second = new CancellationTokenSource();
            var never = context.CreateTimer(TimeSpan.FromHours(1), second.Token);
            Cancel(second);
            await context.CallActivityAsync("B");
            return (timer.IsCanceled, never.IsCanceled).ToString();
        });
        engine.Start();
        var second = engine.Step(Engine.Done(1, null));
        engine.Step(Engine.Fired(0));
        engine.Step(Engine.Done(3, null));

        Assert.Equal([3], second.Actions.Select(action => action.Id));
        Assert.Equal("\"(True, True)\"", engine.Outcome!.Result);
    }

    [Fact]
    public void Engine_internal_timers_and_events_that_are_not_known_are_left_alone()
    {
        var engine = Engine.Of(async context => await context.CallActivityAsync<int>("A"));
        engine.Start();

        engine.Step(
            new() { EventId = -100, TimerCreated = new() },
            new() { EventId = -1, TimerFired = new() { TimerId = -100 } },
            new() { EventId = -1 },
            new() { EventId = -1, ExecutionRewound = new() },
            new() { EventId = -1, ContinueAsNew = new() },
            Engine.Done(99, "5"),
            Engine.Done(0, "4"));

        Assert.Equal("4", engine.Outcome!.Result);
    }

    [Fact]
    public void Awaiting_with_ConfigureAwait_false_goes_on_where_it_was()
    {
        var engine = Engine.Of(async context =>
        {
            var first = await context.CallActivityAsync<int>("A").ConfigureAwait(false);
            var both = await Task.WhenAll(context.CallActivityAsync<int>("B"), context.CallActivityAsync<int>("C")).ConfigureAwait(false);
            return first + both.Sum();
        });
        engine.Start();
        engine.Step(Engine.Done(0, "1"));
        engine.Step(Engine.Done(2, "3"), Engine.Done(1, "2"));

        Assert.Equal("6", engine.Outcome!.Result);
    }

    [Fact]
    public void Yielding_and_waiting_for_branches_of_its_own_are_no_foreign_waits()
    {
        var engine = Engine.Of(async context =>
        {
            await Task.Yield();
            var gate = new TaskCompletionSource<int>();
            var branch = Branch();
            return await gate.Task + await branch;

            async Task<int> Branch()
            {
                gate.SetResult(await context.CallActivityAsync<int>("A"));
                return await context.CallActivityAsync<int>("B");
            }
        });
        engine.Start();
        engine.Step(Engine.Done(0, "1"));
        engine.Step(Engine.Done(1, "2"));

        Assert.Equal("3", engine.Outcome!.Result);
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}
