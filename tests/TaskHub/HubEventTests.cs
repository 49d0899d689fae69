using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Tests;

public sealed class HubEventTests : HubTest
{
    private readonly HubRig rig = new();

    public HubEventTests() =>
        rig
            .Registry.AddOrchestratorFunc<int, int>(
                "Sum",
                async (context, n) =>
                {
                    var sum = 0;
                    for (var i = 0; i < n; i++)
                        sum = 10 * sum + await context.WaitForExternalEvent<int>("Add");
                    return sum;
                }
            )
            .AddOrchestratorFunc<string, string>(
                "Send",
                (context, target) =>
                {
                    context.SendEvent(target, "Add", 7);
                    return Task.FromResult("sent");
                }
            );

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    private Task AddAsync(int n, string id = "run") => rig.Client.RaiseEventAsync(id, "add", n, rig.Cancellation);

    [Fact]
    public async Task Events_come_in_the_order_in_which_they_were_raised_and_names_ignore_case()
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", input: 4);
        for (var n = 1; n <= 4; n++)
            await AddAsync(n);

        Assert.Equal("1234", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task Messages_for_an_unknown_or_a_finished_instance_are_refused_as_by_the_official_client()
    {
        await rig.StartAsync();
        await rig.RunAsync("Sum", 0);

        foreach (var (id, status) in new[] { ("unknown", StatusCode.NotFound), ("run", StatusCode.FailedPrecondition) })
        {
            Func<Task>[] messages =
            [
                () => AddAsync(1, id),
                () => rig.Client.TerminateInstanceAsync(id, "", rig.Cancellation),
                () => rig.Client.SuspendInstanceAsync(id, "", rig.Cancellation),
                () => rig.Client.ResumeInstanceAsync(id, "", rig.Cancellation),
            ];
            foreach (var send in messages)
                Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(send)).StatusCode);
        }
    }

    [Fact]
    public async Task One_instance_raises_an_event_of_another()
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", "sum", 1);

        Assert.Equal("\"sent\"", (await rig.RunAsync("Send", "sum", "sender")).SerializedOutput);

        Assert.Equal("7", (await rig.EndAsync("sum")).SerializedOutput);
    }

    [Fact]
    public async Task An_event_for_an_unknown_instance_is_dropped()
    {
        await rig.StartAsync();

        Assert.Equal("\"sent\"", (await rig.RunAsync("Send", "unknown")).SerializedOutput);
    }

    [Fact]
    public async Task A_terminated_instance_ends_with_the_reason_and_so_do_its_children_if_they_are_to()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, _) => context.CallSubOrchestratorAsync<int>("Sum", 1, new SubOrchestrationOptions(instanceId: "child"))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent");
        await rig.UntilRunningAsync("child");

        await rig.Client.TerminateInstanceAsync("run", new TerminateInstanceOptions("enough", Recursive: true), rig.Cancellation);

        var end = await rig.EndAsync();
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), (end.RuntimeStatus, end.SerializedOutput));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await rig.EndAsync("child")).RuntimeStatus);
    }

    [Fact]
    public async Task A_terminated_child_fails_its_parents_call()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, _) => context.CallSubOrchestratorAsync<int>("Sum", 1, new SubOrchestrationOptions(instanceId: "child"))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent");
        await rig.UntilRunningAsync("child");

        await rig.Client.TerminateInstanceAsync("child", "enough", rig.Cancellation);

        var end = await rig.EndAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'child' was terminated: \"enough\"", end.SerializedOutput);
    }

    [Fact]
    public async Task Termination_drops_queued_activities_and_ignores_the_answer_of_a_running_one()
    {
        var (log, begun, gate) = (new EffectLog(), new TaskCompletionSource(), new TaskCompletionSource());
        await using var narrow = new HubRig { Options = new(MaxActivities: 1) };
        narrow.Registry.AddActivityFunc<int, int>(
            "Wait",
            async (_, n) =>
            {
                log.Add($"began {n}");
                begun.TrySetResult();
                await gate.Task;
                return n;
            }
        );
        narrow.Registry.AddActivityFunc<int, int>("Quick", (_, n) => Task.FromResult(n));
        narrow.Registry.AddOrchestratorFunc<int, int>(
            "Fan",
            async (context, _) =>
                (await Task.WhenAll(context.CallActivityAsync<int>("Wait", 1), context.CallActivityAsync<int>("Wait", 2))).Sum()
        );
        narrow.Registry.AddOrchestratorFunc<int, int>("Other", (context, n) => context.CallActivityAsync<int>("Quick", n));
        await narrow.StartAsync();
        await narrow.StartInstanceAsync("Fan");
        await begun.Task.WaitAsync(narrow.Cancellation);

        await narrow.Client.TerminateInstanceAsync("run", "enough", narrow.Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await narrow.EndAsync()).RuntimeStatus);
        gate.SetResult();
        Assert.Equal("5", (await narrow.RunAsync("Other", 5, "other")).SerializedOutput);
        Assert.Equal(["began 1"], log.Lines);
        Assert.Equal("\"enough\"", (await narrow.FindAsync()).SerializedOutput);
    }

    [Fact]
    public async Task An_instance_that_has_not_begun_can_be_terminated()
    {
        await using var shut = new HubRig { Options = new(MaxOrchestrators: 1) };
        var (entered, go) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        shut.Registry.AddOrchestratorFunc<int, int>(
            "Block",
            (_, n) =>
            {
                entered.Set();
                go.Wait(shut.Cancellation);
                return Task.FromResult(n);
            }
        );
        shut.Registry.AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await shut.StartAsync();
        await shut.StartInstanceAsync("Block", "block");
        await shut.UntilAsync(() => entered.IsSet);
        await shut.StartInstanceAsync("Wait");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await shut.FindAsync()).RuntimeStatus);

        await shut.Client.TerminateInstanceAsync("run", "enough", shut.Cancellation);
        go.Set();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await shut.EndAsync()).RuntimeStatus);
    }

    [Fact]
    public async Task A_suspended_instance_does_nothing_until_it_is_resumed()
    {
        var log = new EffectLog();
        rig.Registry.AddActivityFunc<int, int>(
            "Note",
            (_, n) =>
            {
                log.Add($"{n}");
                return Task.FromResult(n);
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Loop",
            async (context, _) => await context.CallActivityAsync<int>("Note", await context.WaitForExternalEvent<int>("Go"))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Loop");
        await rig.UntilRunningAsync();

        await rig.Client.SuspendInstanceAsync("run", "hold", rig.Cancellation);
        await rig.UntilAsync(i => i.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await rig.Client.RaiseEventAsync("run", "Go", 3, rig.Cancellation);
        var seen = await rig.FindAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.RunAsync("Sum", 0, "other");
        Assert.Empty(log.Lines);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await rig.FindAsync()).RuntimeStatus);
        Assert.False(seen.IsCompleted);

        await rig.Client.ResumeInstanceAsync("run", "continue", rig.Cancellation);
        Assert.Equal("3", (await rig.EndAsync()).SerializedOutput);
        Assert.Equal(["3"], log.Lines);
    }
}
