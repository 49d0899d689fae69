namespace Holdfast.Durable.Tests.Hub;

public sealed class HubContinueTests : HubTest
{
    private readonly HubRig rig = new();

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task An_orchestrator_that_continues_as_new_starts_afresh_with_its_new_input()
    {
        rig.Registry.AddActivity<int, int>("Next", (_, n) => Task.FromResult(n + 1));
        rig.Registry.AddOrchestrator<int, int>("Count", async (context, n) =>
        {
            if (n < 20)
                context.ContinueAsNew(await context.CallActivityAsync<int>("Next", n));
            return n;
        });
        await rig.StartAsync();

        var end = await rig.RunAsync("Count", 1);

        Assert.Equal(("20", "20"), (end.Output, end.Input));
    }

    [Fact]
    public async Task Events_that_were_not_used_come_again_before_later_ones()
    {
        rig.Registry.AddOrchestrator<int, int>("Sum", async (context, sum) =>
        {
            var n = await context.WaitForExternalEvent<int>("Add");
            if (n != 0)
                context.ContinueAsNew(10 * sum + n);
            return sum;
        });
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", input: 0);
        foreach (var n in (int[])[1, 2, 3, 4, 5, 6, 7, 0])
            await rig.Hub.RaiseEventAsync("run", "Add", n, rig.Cancellation);

        Assert.Equal("1234567", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task An_answer_for_the_execution_before_is_dropped()
    {
        TaskCompletionSource<int>[] answers = [new(), new()];
        var asked = 0;
        rig.Registry.AddActivity<int, int>("Ask", (_, round) =>
        {
            Interlocked.Increment(ref asked);
            return answers[round].Task;
        });
        rig.Registry.AddActivity<int, int>("Quick", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestrator<int, int>("Echo", (context, n) => context.CallActivityAsync<int>("Quick", n));
        rig.Registry.AddOrchestrator<int, int>("Two", async (context, round) =>
        {
            var answer = context.CallActivityAsync<int>("Ask", round);
            if (round > 0)
                return await answer;
            context.ContinueAsNew(1);
            return 0;
        });
        await rig.StartAsync();
        await rig.StartInstanceAsync("Two", input: 0);
        await rig.UntilAsync(() => asked == 2);

        answers[0].SetResult(99);
        // Both executions number this task 0. Whatever became of the first one's answer is on disk once others after it are.
        for (var n = 0; n < 20; n++)
            await rig.RunAsync("Echo", n, $"echo-{n}");
        Assert.False((await rig.FindAsync()).IsFinished);
        answers[1].SetResult(5);

        Assert.Equal("5", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task A_child_keeps_its_parent_when_it_continues_as_new()
    {
        rig.Registry.AddOrchestrator<int, int>("Child", (context, n) =>
        {
            if (n < 5)
                context.ContinueAsNew(n + 1);
            return Task.FromResult(n);
        });
        rig.Registry.AddOrchestrator<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Child", n));
        await rig.StartAsync();

        Assert.Equal("5", (await rig.RunAsync("Parent", 0)).Output);
    }

    [Fact]
    public async Task A_timer_of_the_execution_before_never_fires()
    {
        rig.Registry.AddOrchestrator<int, string>("Two", async (context, round) =>
        {
            if (round == 0)
            {
                _ = context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                await context.WaitForExternalEvent<int>("Renew");
                context.ContinueAsNew(1);
                return "";
            }
            var timer = context.CreateTimer(TimeSpan.FromMinutes(10), CancellationToken.None);
            var raised = context.WaitForExternalEvent<int>("Go");
            return await Task.WhenAny(timer, raised) == timer ? "timer" : "event";
        });
        await rig.StartAsync();
        await rig.StartInstanceAsync("Two", input: 0);
        await rig.UntilRunningAsync();
        await rig.Hub.RaiseEventAsync("run", "Renew", 0, rig.Cancellation);
        await rig.UntilAsync(i => i.Input == "1");

        rig.Time.Advance(TimeSpan.FromMinutes(2));
        await rig.Hub.RaiseEventAsync("run", "Go", 0, rig.Cancellation);

        Assert.Equal("\"event\"", (await rig.EndAsync()).Output);
    }
}
