using FsCheck;
using FsCheck.Fluent;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Tests.Replay;

/// <summary>Whatever an orchestrator looks like and in whatever order and portions its answers come, it is deterministic: one result, and nothing asked for twice.</summary>
public sealed class ReplayProperties
{
    [Fact]
    public void Any_order_and_any_cut_into_episodes_gives_the_same_result_and_asks_for_everything_once() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<int, int, int>((shape, order, cut) =>
        {
            var one = Run(shape, new System.Random(0), new System.Random(1));
            var other = Run(shape, new System.Random(order), new System.Random(cut));

            Assert.Equal(OrchestrationStatus.Completed, one.Outcome!.OrchestrationStatus);
            Assert.Equal(one.Outcome.Result, other.Outcome!.Result);
            Assert.Equal(Sorted(one), Sorted(other));
            Assert.Equal(other.Asked.Count, other.Asked.Select(action => action.Id).Distinct().Count());
        }));

    [Fact]
    public void A_replay_of_everything_at_once_ends_as_the_episodes_did() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<int, int, int>((shape, order, cut) =>
        {
            var engine = Run(shape, new System.Random(order), new System.Random(cut));

            var replayed = engine.Execute(new HistoryEvent { EventId = -1, GenericEvent = new() });

            Assert.Equal(engine.Last!.Actions, replayed.Actions);
        }));

    /// <summary>The ids of what runs in parallel depend on the order of its answers; what is asked for does not.</summary>
    private static IEnumerable<string> Sorted(Engine engine) =>
        engine.Asked.Select(action => action.ScheduleTask is { } task ? $"{task.Name}({task.Input})" : action.OrchestratorActionTypeCase.ToString()).Order(StringComparer.Ordinal);

    private static Engine Run(int shape, System.Random order, System.Random cut)
    {
        var engine = new Engine(Engine.Registry<object?, string>((context, _) => Shape(context, new System.Random(shape), depth: 3, "r")));
        engine.Start();
        var outstanding = new List<OrchestratorAction>(engine.Last!.Actions);
        while (engine.Outcome is null)
        {
            Assert.NotEmpty(outstanding);
            var portion = new List<HistoryEvent>();
            for (var count = cut.Next(1, outstanding.Count + 1); count > 0; count--)
            {
                var next = outstanding[order.Next(outstanding.Count)];
                outstanding.Remove(next);
                portion.Add(Answer(next));
                if (cut.Next(5) == 0)
                    portion.Add(Answer(next));
            }
            Disturb(portion, cut);
            engine.Step([.. portion]);
            outstanding.AddRange(engine.Last!.Actions);
        }
        return engine;
    }

    /// <summary>Now and then the engine stops the instance in the middle and lets it go on.</summary>
    private static void Disturb(List<HistoryEvent> portion, System.Random cut)
    {
        if (cut.Next(4) != 0)
            return;
        portion.Insert(cut.Next(portion.Count + 1), Engine.Suspended());
        portion.Add(Engine.Resumed());
    }

    private static HistoryEvent Answer(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => Engine.Fired(action.Id),
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => Engine.ChildDone(action.Id, $"\"<{action.CreateSubOrchestration.Input.Trim('"')}>\""),
        _ when action.ScheduleTask.Name == "Fails" => Engine.Failed(action.Id, "Busy", isNonRetriable: true),
        _ => Engine.Done(action.Id, $"\"{action.ScheduleTask.Input.Trim('"')}\""),
    };

    /// <summary>A tree of calls in sequence and in parallel, whose result names each leaf once.</summary>
    private static async Task<string> Shape(OrchestrationContext context, System.Random random, int depth, string name)
    {
        switch (random.Next(depth > 0 ? 7 : 4))
        {
            case 0:
                return await context.CallActivityAsync<string>("Works", name);
            case 1:
                await context.CreateTimer(TimeSpan.FromMinutes(random.Next(1, 100)), CancellationToken.None);
                return "t" + name;
            case 2:
                return await context.CallSubOrchestratorAsync<string>("Child", name, new TaskOptions { InstanceId = name });
            case 3:
                try
                {
                    return await context.CallActivityAsync<string>("Fails", name);
                }
                catch (TaskFailedException failed)
                {
                    return $"{failed.FailureDetails.ErrorType}{name}";
                }
            case 4:
                var parts = new List<string>();
                for (var i = random.Next(1, 4); i > 0; i--)
                    parts.Add(await Shape(context, new System.Random(random.Next()), depth - 1, $"{name}.{i}"));
                return $"[{string.Join(',', parts)}]";
            default:
                var seeds = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next()).ToArray();
                return $"({string.Join(',', await Task.WhenAll(seeds.Select((seed, i) => Shape(context, new System.Random(seed), depth - 1, $"{name}/{i}"))))})";
        }
    }
}
