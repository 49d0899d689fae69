using Holdfast.Durable.Client;

namespace Holdfast.Durable.Tests.Hub;

public sealed class HubEventTests : HubTest
{
    private readonly HubRig rig = new();

    public HubEventTests() => rig.Registry
        .AddOrchestrator<int, int>("Sum", async (context, n) =>
        {
            var sum = 0;
            for (var i = 0; i < n; i++)
                sum = 10 * sum + await context.WaitForExternalEvent<int>("Add");
            return sum;
        })
        .AddOrchestrator<string, string>("Send", (context, target) =>
        {
            context.SendEvent(target, "Add", 7);
            return Task.FromResult("sent");
        });

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    private Task<bool> AddAsync(int n, string id = "run") => rig.Hub.RaiseEventAsync(id, "add", n, rig.Cancellation);

    [Fact]
    public async Task Events_come_in_the_order_in_which_they_were_raised_and_names_ignore_case()
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", input: 4);
        for (var n = 1; n <= 4; n++)
            Assert.True(await AddAsync(n));

        Assert.Equal("1234", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task An_event_for_nobody_or_for_a_finished_instance_is_refused()
    {
        await rig.StartAsync();
        Assert.False(await AddAsync(1, "nobody"));
        await rig.RunAsync("Sum", 0);

        Assert.False(await AddAsync(1));
        Assert.False(await rig.Hub.TerminateInstanceAsync("run", "", rig.Cancellation));
        Assert.False(await rig.Hub.SuspendInstanceAsync("run", "", rig.Cancellation));
        Assert.False(await rig.Hub.ResumeInstanceAsync("nobody", "", rig.Cancellation));
    }

    [Fact]
    public async Task One_instance_raises_an_event_of_another()
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", "sum", 1);

        Assert.Equal("\"sent\"", (await rig.RunAsync("Send", "sum", "sender")).Output);

        Assert.Equal("7", (await rig.EndAsync("sum")).Output);
    }

    [Fact]
    public async Task An_event_sent_to_nobody_is_dropped()
    {
        await rig.StartAsync();

        Assert.Equal("\"sent\"", (await rig.RunAsync("Send", "nobody")).Output);
    }

    [Fact]
    public async Task A_terminated_instance_ends_with_the_reason_and_so_do_its_children()
    {
        rig.Registry.AddOrchestrator<int, int>("Parent", (context, _) => context.CallSubOrchestratorAsync<int>("Sum", 1, new TaskOptions { InstanceId = "child" }));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent");
        await rig.UntilRunningAsync("child");

        Assert.True(await rig.Hub.TerminateInstanceAsync("run", "enough", rig.Cancellation));

        var end = await rig.EndAsync();
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.Output));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await rig.EndAsync("child")).RuntimeStatus);
    }

    [Fact]
    public async Task A_terminated_child_fails_its_parents_call()
    {
        rig.Registry.AddOrchestrator<int, int>("Parent", (context, _) => context.CallSubOrchestratorAsync<int>("Sum", 1, new TaskOptions { InstanceId = "child" }));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent");
        await rig.UntilRunningAsync("child");

        await rig.Hub.TerminateInstanceAsync("child", "enough", rig.Cancellation);

        var end = await rig.EndAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'child' was terminated: enough", end.Output);
    }

    [Fact]
    public async Task Termination_tells_running_activities_to_stop_and_forgets_queued_ones()
    {
        var (log, begun) = (new EffectLog(), new TaskCompletionSource());
        await using var narrow = new HubRig { Options = new(MaxActivities: 1) };
        narrow.Registry.AddActivity<int, int>("Wait", async (context, n) =>
        {
            log.Add($"began {n}");
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            log.Add($"ended {n}");
            return n;
        });
        narrow.Registry.AddActivity<int, int>("Quick", (_, n) => Task.FromResult(n));
        narrow.Registry.AddOrchestrator<int, int>("Fan", async (context, _) => (await Task.WhenAll(context.CallActivityAsync<int>("Wait", 1), context.CallActivityAsync<int>("Wait", 2))).Sum());
        narrow.Registry.AddOrchestrator<int, int>("Other", (context, n) => context.CallActivityAsync<int>("Quick", n));
        await narrow.StartAsync();
        await narrow.StartInstanceAsync("Fan");
        await begun.Task.WaitAsync(narrow.Cancellation);

        await narrow.Hub.TerminateInstanceAsync("run", "enough", narrow.Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await narrow.EndAsync()).RuntimeStatus);
        Assert.Equal("5", (await narrow.RunAsync("Other", 5, "other")).Output);
        Assert.Equal(["began 1", "ended 1"], log.Lines);
    }

    [Fact]
    public async Task An_instance_that_has_not_begun_can_be_terminated()
    {
        await using var shut = new HubRig { Options = new(MaxOrchestrators: 1) };
        var (entered, go) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        shut.Registry.AddOrchestrator<int, int>("Block", (_, n) =>
        {
            entered.Set();
            go.Wait(shut.Cancellation);
            return Task.FromResult(n);
        });
        shut.Registry.AddOrchestrator<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await shut.StartAsync();
        await shut.StartInstanceAsync("Block", "block");
        await shut.UntilAsync(() => entered.IsSet);
        await shut.StartInstanceAsync("Wait");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await shut.FindAsync()).RuntimeStatus);

        Assert.True(await shut.Hub.TerminateInstanceAsync("run", "enough", shut.Cancellation));
        go.Set();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await shut.EndAsync()).RuntimeStatus);
    }

    [Fact]
    public async Task A_suspended_instance_does_nothing_until_it_is_resumed()
    {
        var log = new EffectLog();
        rig.Registry.AddActivity<int, int>("Note", (_, n) =>
        {
            log.Add($"{n}");
            return Task.FromResult(n);
        });
        rig.Registry.AddOrchestrator<int, int>("Loop", async (context, _) => await context.CallActivityAsync<int>("Note", await context.WaitForExternalEvent<int>("Go")));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Loop");
        await rig.UntilRunningAsync();

        Assert.True(await rig.Hub.SuspendInstanceAsync("run", "hold", rig.Cancellation));
        await rig.UntilAsync(i => i.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await rig.Hub.RaiseEventAsync("run", "Go", 3, rig.Cancellation);
        var seen = await rig.FindAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.RunAsync("Sum", 0, "other");
        Assert.Empty(log.Lines);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await rig.FindAsync()).RuntimeStatus);
        Assert.False(seen.IsFinished);

        Assert.True(await rig.Hub.ResumeInstanceAsync("run", "go on", rig.Cancellation));
        Assert.Equal("3", (await rig.EndAsync()).Output);
        Assert.Equal(["3"], log.Lines);
    }
}
