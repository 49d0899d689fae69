using Holdfast.Durable.Client;

namespace Holdfast.Durable.Tests.Hub;

public sealed class HubRewindTests : HubTest
{
    private readonly HubRig rig = new();
    private readonly EffectLog log = new();
    private volatile bool broken = true;

    public HubRewindTests() => rig.Registry
        .AddActivity<int, int>("Good", (_, n) =>
        {
            log.Add($"good {n}");
            return Task.FromResult(n);
        })
        .AddActivity<int, int>("Bad", (_, n) =>
        {
            log.Add($"bad {n}");
            return broken ? throw new ActivityFailedException("Broken", $"{n} is broken", isTransient: true) : Task.FromResult(n);
        })
        .AddOrchestrator<int, int>("Both", async (context, n) =>
            (await Task.WhenAll(context.CallActivityAsync<int>("Good", n), context.CallActivityAsync<int>("Bad", n + 1), context.CallActivityAsync<int>("Bad", n + 2))).Sum());

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    private Task<bool> RewindAsync(string id = "run")
    {
        broken = false;
        return rig.Hub.RewindInstanceAsync(id, "mended", rig.Cancellation);
    }

    private async Task FailAsync(string name, object? input = null) => Assert.Equal(OrchestrationRuntimeStatus.Failed, (await rig.RunAsync(name, input)).RuntimeStatus);

    [Fact]
    public async Task A_rewound_instance_runs_its_failed_activities_again_and_only_those()
    {
        await rig.StartAsync();
        await FailAsync("Both", 1);

        Assert.True(await RewindAsync());

        var end = await rig.EndAsync();
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "6", null), (end.RuntimeStatus, end.Output, end.FailureDetails));
        Assert.Equal(["bad 2", "bad 2", "bad 3", "bad 3", "good 1"], log.Lines.Order());
    }

    [Fact]
    public async Task What_has_not_failed_is_not_rewound()
    {
        await rig.StartAsync();
        broken = false;
        await rig.RunAsync("Both", 1);

        Assert.False(await RewindAsync());
        Assert.False(await RewindAsync("nobody"));
    }

    [Fact]
    public async Task An_instance_that_failed_by_itself_decides_again()
    {
        rig.Registry.AddOrchestrator<int, int>("Sick", async (context, n) => broken ? throw new InvalidDataException() : await context.CallActivityAsync<int>("Good", n));
        await rig.StartAsync();
        await FailAsync("Sick", 1);

        Assert.True(await RewindAsync());

        Assert.Equal("1", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task Failed_children_are_rewound_with_their_parent()
    {
        rig.Registry.AddOrchestrator<int, int>("Middle", (context, n) => context.CallSubOrchestratorAsync<int>("Both", n));
        rig.Registry.AddOrchestrator<int, int>("Top", async (context, n) =>
            (await Task.WhenAll(context.CallSubOrchestratorAsync<int>("Middle", n), context.CallSubOrchestratorAsync<int>("Middle", 10 * n), context.CallActivityAsync<int>("Good", 100))).Sum());
        await rig.StartAsync();
        await FailAsync("Top", 1);

        Assert.True(await RewindAsync());

        Assert.Equal("139", (await rig.EndAsync()).Output);
        Assert.Equal(1, log.Count("good 1"));
        Assert.Equal(1, log.Count("good 100"));
        Assert.Equal(2, log.Count("bad 2"));
        Assert.Equal(2, log.Count("bad 12"));
    }

    [Fact]
    public async Task A_terminated_child_is_started_anew()
    {
        rig.Registry.AddOrchestrator<int, int>("Child", async (context, n) => broken ? await context.WaitForExternalEvent<int>("Never") : await context.CallActivityAsync<int>("Good", n));
        rig.Registry.AddOrchestrator<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Child", n, new TaskOptions { InstanceId = "child" }));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent", input: 7);
        await rig.UntilRunningAsync("child");
        await rig.Hub.TerminateInstanceAsync("child", "enough", rig.Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await rig.EndAsync()).RuntimeStatus);

        Assert.True(await RewindAsync());

        Assert.Equal("7", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task A_child_that_was_rewound_alone_gives_its_parent_the_answer_when_that_is_rewound()
    {
        rig.Registry.AddOrchestrator<int, int>("Parent", (context, n) => context.CallSubOrchestratorAsync<int>("Both", n, new TaskOptions { InstanceId = "child" }));
        await rig.StartAsync();
        await FailAsync("Parent", 1);
        Assert.True(await RewindAsync("child"));
        Assert.Equal("6", (await rig.EndAsync("child")).Output);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await rig.FindAsync()).RuntimeStatus);

        Assert.True(await RewindAsync());

        Assert.Equal("6", (await rig.EndAsync()).Output);
        Assert.Equal(1, log.Count("good 1"));
    }

    [Fact]
    public async Task A_failure_that_was_decided_on_stays_decided_and_the_last_one_is_tried_again()
    {
        rig.Registry.AddOrchestrator<int, int>("Retry", async (context, n) =>
        {
            var first = context.CallActivityAsync<int>("Bad", n);
            try
            {
                return await first;
            }
            catch (TaskFailedException)
            {
                await context.CallActivityAsync<int>("Good", 50);
                return await context.CallActivityAsync<int>("Bad", n + 1);
            }
        });
        await rig.StartAsync();
        await FailAsync("Retry", 1);

        Assert.True(await RewindAsync());

        Assert.Equal("2", (await rig.EndAsync()).Output);
        Assert.Equal(1, log.Count("good 50"));
    }

    [Fact]
    public async Task What_came_after_the_failure_is_there_when_the_instance_is_rewound()
    {
        var slow = new TaskCompletionSource<int>();
        rig.Registry.AddActivity<int, int>("Slow", (_, _) => slow.Task);
        rig.Registry.AddOrchestrator<int, int>("Early", async (context, n) =>
        {
            var waiting = context.CallActivityAsync<int>("Slow", n);
            return await context.CallActivityAsync<int>("Bad", n) + await waiting;
        });
        await rig.StartAsync();
        await FailAsync("Early", 1);
        slow.SetResult(40);

        Assert.True(await RewindAsync());

        Assert.Equal("41", (await rig.EndAsync()).Output);
    }
}
