namespace Holdfast.Durable.Tests.Hub;

public sealed class HubChildTests : HubTest
{
    private readonly HubRig rig = new();

    public HubChildTests() => rig.Registry
        .AddOrchestrator<int, string>("Child", (context, n) => n < 0 ? throw new InvalidDataException($"{n} is less than nothing") : Task.FromResult($"{context.Parent!.Name} {context.Parent.InstanceId} {n}"))
        .AddOrchestrator<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_child_knows_its_parent_and_its_result_comes_back()
    {
        rig.Registry.AddOrchestrator<int, string>("Parent", (context, n) => context.CallSubOrchestratorAsync<string>("Child", n));
        await rig.StartAsync();

        Assert.Equal("\"Parent run 4\"", (await rig.RunAsync("Parent", 4)).Output);
    }

    [Fact]
    public async Task A_child_that_fails_fails_its_parents_call_with_the_same_reason()
    {
        rig.Registry.AddOrchestrator<int, string>("Parent", async (context, n) =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Child", n);
            }
            catch (TaskFailedException e)
            {
                return $"{e.TaskName}: {e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}";
            }
        });
        await rig.StartAsync();

        Assert.Equal("\"Child: System.IO.InvalidDataException: -1 is less than nothing\"", (await rig.RunAsync("Parent", -1)).Output);
    }

    [Fact]
    public async Task A_call_under_the_id_of_an_instance_that_has_not_finished_fails_and_leaves_that_one_alone()
    {
        rig.Registry.AddOrchestrator<int, string>("Parent", (context, n) => context.CallSubOrchestratorAsync<string>("Child", n, new TaskOptions { InstanceId = "taken" }));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait", "taken");

        var end = await rig.RunAsync("Parent", 1);

        Assert.Equal("InstanceExists", end.FailureDetails!.InnerFailure!.ErrorType);
        await rig.Hub.RaiseEventAsync("taken", "Go", 5, rig.Cancellation);
        Assert.Equal("5", (await rig.EndAsync("taken")).Output);
    }

    [Fact]
    public async Task A_tree_of_children_adds_up()
    {
        rig.Registry.AddActivity<int, int>("Leaf", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestrator<int, int>("Node", async (context, depth) => depth == 0
            ? await context.CallActivityAsync<int>("Leaf", 1)
            : (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => context.CallSubOrchestratorAsync<int>("Node", depth - 1)))).Sum());
        await rig.StartAsync();

        Assert.Equal("256", (await rig.RunAsync("Node", 4)).Output);
    }

    [Fact]
    public async Task A_parent_that_ended_is_not_told_and_its_child_goes_on()
    {
        rig.Registry.AddOrchestrator<int, string>("Parent", (context, n) =>
        {
            _ = context.CallSubOrchestratorAsync<int>("Wait", n, new TaskOptions { InstanceId = "child" });
            return Task.FromResult("done");
        });
        await rig.StartAsync();
        Assert.Equal("\"done\"", (await rig.RunAsync("Parent", 1)).Output);

        await rig.UntilRunningAsync("child");
        await rig.Hub.RaiseEventAsync("child", "Go", 5, rig.Cancellation);

        Assert.Equal("5", (await rig.EndAsync("child")).Output);
        Assert.Equal("\"done\"", (await rig.FindAsync()).Output);
    }

    [Fact]
    public async Task Purging_forgets_a_finished_instance_with_its_finished_children_only()
    {
        rig.Registry.AddOrchestrator<int, string>("Parent", async (context, n) =>
        {
            _ = context.CallSubOrchestratorAsync<int>("Wait", n, new TaskOptions { InstanceId = "left" });
            return await context.CallSubOrchestratorAsync<string>("Child", n, new TaskOptions { InstanceId = "done" });
        });
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait", "running");
        await rig.RunAsync("Parent", 1);

        Assert.True(await rig.Hub.PurgeInstanceAsync("run", rig.Cancellation));

        Assert.False(await rig.Hub.PurgeInstanceAsync("run", rig.Cancellation));
        Assert.False(await rig.Hub.PurgeInstanceAsync("running", rig.Cancellation));
        Assert.Null(await rig.Hub.GetInstanceAsync("run", rig.Cancellation));
        Assert.Null(await rig.Hub.GetInstanceAsync("done", rig.Cancellation));
        Assert.NotNull(await rig.Hub.GetInstanceAsync("left", rig.Cancellation));
    }
}
