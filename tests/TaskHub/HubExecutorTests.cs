using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Tests;

public sealed class HubExecutorTests : IDisposable
{
    private readonly TemporaryFile file = new();

    public void Dispose() => file.Dispose();

    private static HubRig Rig(Func<P.OrchestratorRequest, P.OrchestratorResponse?> decide)
    {
        var rig = new HubRig { Intercept = executor => new InterceptedExecutor(executor) { Decide = decide } };
        rig.Registry.AddOrchestratorFunc<int, int>("Echo", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, n) => context.CallSubOrchestratorAsync<int>("Echo", n, new SubOrchestrationOptions(instanceId: "child"))
        );
        return rig;
    }

    [Fact]
    public async Task An_executor_that_throws_fails_the_instance_and_no_other()
    {
        await using var rig = Rig(request => request.InstanceId == "run" ? throw new InvalidDataException("a bug") : null);
        await rig.StartAsync();

        var end = await rig.RunAsync("Echo", 1);

        Assert.Equal((OrchestrationRuntimeStatus.Failed, "EpisodeFailed"), (end.RuntimeStatus, end.FailureDetails!.ErrorType));
        Assert.Contains("a bug", end.SerializedOutput);
        Assert.Equal("System.IO.InvalidDataException", end.FailureDetails.InnerFailure!.ErrorType);
        Assert.Equal("2", (await rig.RunAsync("Echo", 2, "other")).SerializedOutput);
    }

    [Fact]
    public async Task A_child_whose_executor_throws_fails_its_parents_call()
    {
        await using var rig = Rig(request => request.InstanceId == "child" ? throw new InvalidDataException("a bug") : null);
        await rig.StartAsync();

        Assert.Contains("a bug", (await rig.RunAsync("Parent", 1)).SerializedOutput);
    }

    [Fact]
    public async Task An_action_that_the_hub_does_not_know_fails_the_instance()
    {
        await using var rig = Rig(_ =>
            new()
            {
                Actions =
                {
                    new P.OrchestratorAction { Id = 0, SendEntityMessage = new() },
                },
            }
        );
        await rig.StartAsync();

        Assert.Contains("SendEntityMessage", (await rig.RunAsync("Echo", 1)).SerializedOutput);
    }

    [Fact]
    public async Task An_episode_that_can_not_be_decided_now_is_decided_later()
    {
        var tries = 0;
        await using var rig = Rig(request => request.InstanceId == "run" && ++tries < 3 ? new() { RequiresHistory = true } : null);
        await rig.StartAsync();
        await rig.StartInstanceAsync("Echo", input: 5);
        await rig.UntilAsync(() => tries == 1);
        await rig.RunAsync("Echo", 1, "other");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await rig.FindAsync()).RuntimeStatus);

        var end = rig.EndAsync();
        await rig.WhileTimePassesAsync(end, TimeSpan.FromSeconds(1));

        Assert.Equal(("5", 3), ((await end).SerializedOutput, tries));
    }

    [Fact]
    public async Task An_activity_whose_executor_throws_fails_its_call()
    {
        await using var rig = new HubRig
        {
            Intercept = executor => new InterceptedExecutor(executor) { RunActivity = _ => throw new InvalidDataException("a bug") },
        };
        rig.Registry.AddOrchestratorFunc<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Any", n));
        await rig.StartAsync();

        Assert.Contains("a bug", (await rig.RunAsync("Call", 1)).SerializedOutput);
    }

    [Fact]
    public async Task Code_that_no_longer_follows_a_history_fails_the_instance_and_schedules_nothing()
    {
        var log = new EffectLog();
        await using var rig = new HubRig { Path = file.Path };
        void Register(string first)
        {
            rig.Registry = new();
            foreach (var name in (string[])["Old", "New", "Last"])
            {
                rig.Registry.AddActivityFunc<int, int>(
                    name,
                    (_, n) =>
                    {
                        log.Add(name);
                        return Task.FromResult(n);
                    }
                );
            }
            rig.Registry.AddOrchestratorFunc<int, int>(
                "Changed",
                async (context, n) =>
                {
                    await Task.WhenAll(context.CallActivityAsync<int>(first, n), context.CallActivityAsync<int>("Last", n));
                    return await context.WaitForExternalEvent<int>("Go");
                }
            );
            rig.Registry.AddOrchestratorFunc<int, int>("Echo", (context, n) => context.CallActivityAsync<int>("Last", n));
        }
        Register("Old");
        await rig.StartAsync();
        await rig.StartInstanceAsync("Changed");
        await rig.UntilAsync(() => log.Lines.Length == 2);
        await rig.StopAsync();

        Register("New");
        await rig.StartAsync();
        await rig.Client.RaiseEventAsync("run", "Go", 1, rig.Cancellation);

        var end = await rig.EndAsync();
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType);
        Assert.Contains("'Old'", end.SerializedOutput);
        Assert.Equal("7", (await rig.RunAsync("Echo", 7, "other")).SerializedOutput);
        Assert.Equal((0, 2), (log.Count("New"), log.Count("Last")));
    }

    [Fact]
    public async Task Factories_of_the_registry_resolve_from_the_services_that_the_executor_was_given()
    {
        await using var rig = new HubRig { Services = new OneService("from the services") };
        rig.Registry.AddActivity("Ask", services => new Asking((string)services.GetService(typeof(string))!));
        rig.Registry.AddOrchestratorFunc<int, string>("Call", (context, _) => context.CallActivityAsync<string>("Ask"));
        await rig.StartAsync();

        Assert.Equal("\"from the services\"", (await rig.RunAsync("Call")).SerializedOutput);
    }

    [Fact]
    public async Task The_history_of_an_instance_is_that_of_its_present_execution()
    {
        await using var rig = new HubRig();
        rig.Registry.AddActivityFunc<int, int>("Next", (_, n) => Task.FromResult(n + 1));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Two",
            async (context, n) =>
            {
                if (await context.CallActivityAsync<int>("Next", n) is var next and < 2)
                    context.ContinueAsNew(next);
                return n;
            }
        );
        await rig.StartAsync();
        await rig.RunAsync("Two", 0);

        var history = await rig.Hub.HistoryAsync("run", rig.Cancellation);

        Assert.Equal("1", history.Single(e => e.ExecutionStarted is not null).ExecutionStarted.Input);
        Assert.Equal("2", history.Single(e => e.TaskCompleted is not null).TaskCompleted.Result);
        Assert.Equal("1", history.Single(e => e.ExecutionCompleted is not null).ExecutionCompleted.Result);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Hub.HistoryAsync("unknown", rig.Cancellation));
    }

    private sealed class Asking(string answer) : TaskActivity<object?, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult(answer);
    }

    private sealed class OneService(string service) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(string) ? service : null;
    }
}
