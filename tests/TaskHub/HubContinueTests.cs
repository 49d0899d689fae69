namespace Holdfast.TaskHub.Tests;

public sealed class HubContinueTests : HubTest
{
    private readonly HubRig rig = new();

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task An_orchestrator_that_continues_as_new_starts_afresh_with_its_new_input()
    {
        rig.Registry.AddActivityFunc<int, int>("Next", (_, n) => Task.FromResult(n + 1));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Count",
            async (context, n) =>
            {
                if (n < 20)
                    context.ContinueAsNew(await context.CallActivityAsync<int>("Next", n));
                return n;
            }
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Count", 1);

        Assert.Equal(("20", "20"), (end.SerializedOutput, end.SerializedInput));
    }

    [Fact]
    public async Task Events_that_were_not_used_come_again_before_later_ones()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Sum",
            async (context, sum) =>
            {
                var n = await context.WaitForExternalEvent<int>("Add");
                if (n != 0)
                    context.ContinueAsNew(10 * sum + n);
                return sum;
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sum", input: 0);
        foreach (var n in (int[])[1, 2, 3, 4, 5, 6, 7, 0])
            await rig.Client.RaiseEventAsync("run", "Add", n, rig.Cancellation);

        Assert.Equal("1234567", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task A_new_execution_begins_once_the_tasks_that_the_last_one_did_not_await_have_ended()
    {
        TaskCompletionSource<int>[] answers = [new(), new()];
        var asked = new EffectLog();
        rig.Registry.AddActivityFunc<int, int>(
            "Ask",
            (_, round) =>
            {
                asked.Add($"{round}");
                return answers[round].Task;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Two",
            async (context, round) =>
            {
                var answer = context.CallActivityAsync<int>("Ask", round);
                if (round > 0)
                    return await answer;
                context.ContinueAsNew(1);
                return 0;
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Two", input: 0);
        await rig.UntilRunningAsync();
        Assert.Equal("0", (await rig.FindAsync()).SerializedInput);

        answers[1].SetResult(5);
        answers[0].SetResult(99);

        Assert.Equal("5", (await rig.EndAsync()).SerializedOutput);
        Assert.Equal(["0", "1"], asked.Lines);
    }

    [Fact]
    public async Task A_child_keeps_its_parent_when_it_continues_as_new()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Child",
            (context, n) =>
            {
                if (n < 5)
                    context.ContinueAsNew(n + 1);
                return Task.FromResult(n);
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Child", n));
        await rig.StartAsync();

        Assert.Equal("5", (await rig.RunAsync("Parent", 0)).SerializedOutput);
    }

    [Fact]
    public async Task A_timer_of_the_execution_before_never_fires()
    {
        rig.Registry.AddOrchestratorFunc<int, string>(
            "Two",
            async (context, round) =>
            {
                if (round == 0)
                {
                    using var forgotten = new CancellationTokenSource();
                    _ = context.CreateTimer(TimeSpan.FromMinutes(1), forgotten.Token);
                    await context.WaitForExternalEvent<int>("Renew");
                    Cancel(forgotten);
                    context.ContinueAsNew(1);
                    return "";
                }
                // An open timer would keep the instance from completing.
                using var decided = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromMinutes(10), decided.Token);
                var raised = context.WaitForExternalEvent<int>("Go");
                var first = await Task.WhenAny(timer, raised) == timer ? "timer" : "event";
                Cancel(decided);
                return first;
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Two", input: 0);
        await rig.UntilRunningAsync();
        await rig.Client.RaiseEventAsync("run", "Renew", 0, rig.Cancellation);
        await rig.UntilAsync(i => i.SerializedInput == "1");

        rig.Time.Advance(TimeSpan.FromMinutes(2));
        await rig.Client.RaiseEventAsync("run", "Go", 0, rig.Cancellation);

        Assert.Equal("\"event\"", (await rig.EndAsync()).SerializedOutput);
    }

    /// <summary>
    /// An orchestrator awaits nothing but tasks of its context, so not <see cref="CancellationTokenSource.CancelAsync"/> either.
    /// </summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}
