using Holdfast.Durable.Activities;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Tests.Replay;

public sealed class RetryRuleTests
{
    [Fact]
    public void Attempts_are_new_tasks_with_growing_timers_between_them_up_to_the_longest()
    {
        var pauses = Pauses(new(MaxNumberOfAttempts: 5, TimeSpan.FromSeconds(10), BackoffCoefficient: 2, MaxRetryInterval: TimeSpan.FromSeconds(30)), out var engine);

        Assert.Equal([10, 20, 30, 30], pauses);
        Assert.Equal(5, engine.Asked.Count(action => action.ScheduleTask is not null));
        Assert.Equal(("Holdfast.Durable.TaskFailedException", "Busy"), (engine.Outcome!.FailureDetails.ErrorType, engine.Outcome.FailureDetails.InnerFailure.ErrorType));
    }

    [Fact]
    public void No_attempt_begins_after_the_time_that_retries_may_take()
    {
        var pauses = Pauses(new(MaxNumberOfAttempts: 100, TimeSpan.FromSeconds(10), RetryTimeout: TimeSpan.FromSeconds(25)), out _);

        Assert.Equal([10, 10], pauses);
    }

    [Fact]
    public void The_longest_interval_is_an_hour_unless_said()
    {
        var pauses = Pauses(new(MaxNumberOfAttempts: 4, TimeSpan.FromMinutes(30), BackoffCoefficient: 10), out _);

        Assert.Equal([1800, 3600, 3600], pauses);
    }

    [Fact]
    public void A_failure_that_is_not_transient_is_not_tried_again()
    {
        var engine = Retrying(new(MaxNumberOfAttempts: 5, TimeSpan.FromSeconds(1)));
        engine.Start();

        engine.Step(Engine.Done(0, ActivityEnvelope.Failed(new("Forbidden", "403", IsNonRetriable: true))));

        Assert.Equal(OrchestrationStatus.Failed, engine.Outcome!.OrchestrationStatus);
        Assert.True(engine.Outcome.FailureDetails.IsNonRetriable);
    }

    [Fact]
    public void An_attempt_that_succeeds_ends_the_retries()
    {
        var engine = Retrying(new(MaxNumberOfAttempts: 5, TimeSpan.FromSeconds(1)));
        engine.Start();
        engine.Step(Engine.Failed(0, "Busy"));
        engine.Step(Engine.Fired(1));

        engine.Step(Engine.Done(2, "9"));

        Assert.Equal("9", engine.Outcome!.Result);
    }

    [Fact]
    public void Each_attempt_of_a_sub_orchestration_is_an_instance_of_its_own()
    {
        var engine = Engine.Of(context => context.CallSubOrchestratorAsync<int>("C", null, new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1)))));
        engine.Start();
        engine.Step(new HistoryEvent { EventId = -1, SubOrchestrationInstanceFailed = new() { TaskScheduledId = 0, FailureDetails = new() { ErrorType = "Busy" } } });
        engine.Step(Engine.Fired(1));

        Assert.Equal(["inst-1:0000", "inst-1:0002"], engine.Asked.Where(action => action.CreateSubOrchestration is not null).Select(action => action.CreateSubOrchestration.InstanceId));
    }

    private static Engine Retrying(RetryPolicy policy) => Engine.Of(context => context.CallActivityAsync<int>("A", null, new TaskOptions(policy)));

    /// <summary>Lets every attempt fail at once and every timer fire when it is due; the seconds between them.</summary>
    private static List<double> Pauses(RetryPolicy policy, out Engine engine)
    {
        engine = Retrying(policy);
        engine.Start();
        var pauses = new List<double>();
        while (engine.Outcome is null)
        {
            var action = engine.Last!.Actions.Single();
            var asked = engine.Now.AddSeconds(-1);
            engine.Now = asked;
            if (action.CreateTimer is { } timer)
            {
                pauses.Add((timer.FireAt.ToDateTime() - asked).TotalSeconds);
                engine.Now = timer.FireAt.ToDateTime();
                engine.Step(Engine.Fired(action.Id));
            }
            else
                engine.Step(Engine.Failed(action.Id, "Busy"));
        }
        return pauses;
    }
}
