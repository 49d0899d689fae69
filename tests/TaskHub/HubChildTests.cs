using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Tests;

public sealed class HubChildTests : HubTest
{
    private readonly HubRig rig = new();

    public HubChildTests() =>
        rig
            .Registry.AddOrchestratorFunc<int, string>(
                "Child",
                (context, n) =>
                    n < 0
                        ? throw new InvalidDataException($"{n} is less than nothing")
                        : Task.FromResult($"{context.Parent!.Name} {context.Parent.InstanceId} {n}")
            )
            .AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_child_knows_its_parent_and_its_result_comes_back()
    {
        rig.Registry.AddOrchestratorFunc<int, string>("Parent", (context, n) => context.CallSubOrchestratorAsync<string>("Child", n));
        await rig.StartAsync();

        Assert.Equal("\"Parent run 4\"", (await rig.RunAsync("Parent", 4)).SerializedOutput);
    }

    [Fact]
    public async Task A_child_that_fails_fails_its_parents_call_with_the_same_reason()
    {
        rig.Registry.AddOrchestratorFunc<int, string>(
            "Parent",
            async (context, n) =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("Child", n);
                }
                catch (TaskFailedException e)
                {
                    return $"{e.TaskName}: {e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}";
                }
            }
        );
        await rig.StartAsync();

        Assert.Equal(
            "\"Child: System.IO.InvalidDataException: -1 is less than nothing\"",
            (await rig.RunAsync("Parent", -1)).SerializedOutput
        );
    }

    [Fact]
    public async Task A_call_under_the_id_of_an_instance_that_has_not_finished_fails_and_leaves_that_one_alone()
    {
        rig.Registry.AddOrchestratorFunc<int, string>(
            "Parent",
            (context, n) => context.CallSubOrchestratorAsync<string>("Child", n, new SubOrchestrationOptions(instanceId: "taken"))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait", "taken");

        var end = await rig.RunAsync("Parent", 1);

        Assert.Equal("InstanceExists", end.FailureDetails!.InnerFailure!.ErrorType);
        await rig.Client.RaiseEventAsync("taken", "Go", 5, rig.Cancellation);
        Assert.Equal("5", (await rig.EndAsync("taken")).SerializedOutput);
    }

    [Fact]
    public async Task A_tree_of_children_adds_up()
    {
        rig.Registry.AddActivityFunc<int, int>("Leaf", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Node",
            async (context, depth) =>
                depth == 0
                    ? await context.CallActivityAsync<int>("Leaf", 1)
                    : (
                        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => context.CallSubOrchestratorAsync<int>("Node", depth - 1)))
                    ).Sum()
        );
        await rig.StartAsync();

        Assert.Equal("256", (await rig.RunAsync("Node", 4)).SerializedOutput);
    }

    [Fact]
    public async Task A_child_of_a_terminated_parent_is_left_alone_unless_it_is_to_be_terminated_too()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, n) => context.CallSubOrchestratorAsync<int>("Wait", n, new SubOrchestrationOptions(instanceId: "child"))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent");
        await rig.UntilRunningAsync("child");
        await rig.Client.TerminateInstanceAsync("run", "enough", rig.Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await rig.EndAsync()).RuntimeStatus);

        await rig.Client.RaiseEventAsync("child", "Go", 5, rig.Cancellation);

        Assert.Equal("5", (await rig.EndAsync("child")).SerializedOutput);
        Assert.Equal("\"enough\"", (await rig.FindAsync()).SerializedOutput);
    }

    [Fact]
    public async Task An_orchestrator_that_the_app_does_not_have_fails_its_call_and_is_not_tried_again()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, n) => context.CallSubOrchestratorAsync<int>("Gone", n, TaskOptions.FromRetryPolicy(new(5, TimeSpan.FromHours(1))))
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Parent", 1);

        Assert.Contains("no orchestrator 'Gone'", end.SerializedOutput);
        Assert.True(end.FailureDetails!.InnerFailure!.ErrorType == "OrchestratorTaskNotFound", $"{end.FailureDetails}");
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Purging_forgets_a_finished_instance_and_its_finished_children_if_they_are_to_be_purged_too(bool recursive)
    {
        rig.Registry.AddOrchestratorFunc<int, string>(
            "Parent",
            async (context, n) =>
            {
                await context.CallSubOrchestratorAsync<string>("Child", n, new SubOrchestrationOptions(instanceId: "done"));
                return $"{await context.CallSubOrchestratorAsync<int>("Wait", n, new SubOrchestrationOptions(instanceId: "left"))}";
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent", input: 1);
        await rig.UntilRunningAsync("left");
        await rig.Client.TerminateInstanceAsync("run", rig.Cancellation);
        await rig.EndAsync();

        Assert.Equal(
            recursive ? 2 : 1,
            (await rig.Client.PurgeInstanceAsync("run", new PurgeInstanceOptions(recursive), rig.Cancellation)).PurgedInstanceCount
        );

        Assert.Null(await rig.Client.GetInstanceAsync("run", rig.Cancellation));
        Assert.Equal(recursive, await rig.Client.GetInstanceAsync("done", rig.Cancellation) is null);
        Assert.NotNull(await rig.Client.GetInstanceAsync("left", rig.Cancellation));
    }

    [Fact]
    public async Task Purging_an_unknown_instance_does_nothing_and_an_unfinished_one_is_refused()
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait");

        Assert.Equal(0, (await rig.Client.PurgeInstanceAsync("unknown", rig.Cancellation)).PurgedInstanceCount);
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Client.PurgeInstanceAsync("run", rig.Cancellation));
        Assert.NotNull(await rig.Client.GetInstanceAsync("run", rig.Cancellation));
    }
}
