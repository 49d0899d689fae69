using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace Holdfast.TaskHub.Tests;

public sealed class HubRunTests : HubTest
{
    private readonly HubRig rig = new();

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task An_orchestrator_calls_activities_and_its_result_is_the_output()
    {
        rig.Registry.AddActivityFunc<int, int>("Double", (_, n) => Task.FromResult(2 * n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Twice",
            async (context, n) => await context.CallActivityAsync<int>("Double", await context.CallActivityAsync<int>("Double", n))
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Twice", 3);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, "12", "3"), (end.RuntimeStatus, end.SerializedOutput, end.SerializedInput));
        Assert.Equal($"{end}", $"{await rig.FindAsync()}");
    }

    [Fact]
    public async Task An_activity_knows_its_name_and_its_caller()
    {
        rig.Registry.AddActivityFunc<string, string>("Who", (context, _) => Task.FromResult($"{context.Name} of {context.InstanceId}"));
        rig.Registry.AddOrchestratorFunc<string, string>("Ask", (context, _) => context.CallActivityAsync<string>("Who"));
        await rig.StartAsync();

        Assert.Equal("\"Who of run\"", (await rig.RunAsync("Ask")).SerializedOutput);
    }

    [Fact]
    public async Task An_orchestrator_that_throws_fails_with_its_message()
    {
        rig.Registry.AddOrchestratorFunc<string, string>("Break", Task<string> (_, _) => throw new InvalidDataException("no such page"));
        await rig.StartAsync();

        var end = await rig.RunAsync("Break");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, "no such page"), (end.RuntimeStatus, end.SerializedOutput));
        Assert.Equal("System.IO.InvalidDataException", end.FailureDetails!.ErrorType);
        Assert.Equal($"{end}", $"{await rig.FindAsync()}");
    }

    [Fact]
    public async Task An_orchestrator_sees_the_type_message_and_cause_of_a_failed_activity()
    {
        rig.Registry.AddActivityFunc<string, string>(
            "Break",
            Task<string> (_, _) => throw new InvalidDataException("the vault is full", new IOException("the disk, too"))
        );
        rig.Registry.AddOrchestratorFunc<string, string>(
            "Try",
            async (context, _) =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("Break");
                }
                catch (TaskFailedException e)
                {
                    return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage}, {e.FailureDetails.InnerFailure!.ErrorMessage}";
                }
            }
        );
        await rig.StartAsync();

        Assert.Equal("\"System.IO.InvalidDataException: the vault is full, the disk, too\"", (await rig.RunAsync("Try")).SerializedOutput);
    }

    [Fact]
    public async Task An_activity_that_the_app_does_not_have_fails_its_call()
    {
        rig.Registry.AddOrchestratorFunc<string, string>("Ask", (context, _) => context.CallActivityAsync<string>("Gone"));
        await rig.StartAsync();

        var end = await rig.RunAsync("Ask");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Gone'", end.SerializedOutput);
    }

    [Fact]
    public async Task An_id_belongs_to_one_instance_until_it_has_finished_and_can_then_be_used_again()
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Wait", async (context, n) => n + await context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait", "run", 1);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => rig.StartInstanceAsync("Wait", "run", 100));
        await rig.Client.RaiseEventAsync("run", "Go", 10, rig.Cancellation);
        Assert.Equal("11", (await rig.EndAsync()).SerializedOutput);

        await rig.StartInstanceAsync("Wait", "run", 2);
        Assert.False((await rig.FindAsync()).IsCompleted);
        await rig.Client.RaiseEventAsync("run", "Go", 10, rig.Cancellation);
        Assert.Equal("12", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task Of_many_starts_of_one_id_at_once_one_wins()
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();

        var starts = Enumerable.Range(0, 20).Select(n => Task.Run(() => rig.StartInstanceAsync("Wait", "run", n))).ToList();
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => Task.WhenAll(starts));

        Assert.Equal(1, starts.Count(start => start.IsCompletedSuccessfully));
        Assert.All(
            starts.Where(start => start.IsFaulted),
            start => Assert.IsType<OrchestrationAlreadyExistsException>(start.Exception!.InnerException)
        );
    }

    [Theory]
    [InlineData(""), InlineData("a/b"), InlineData("@entity"), InlineData("what?"), InlineData("a\nb")]
    public async Task An_id_that_the_extension_would_not_take_is_refused(string id)
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();

        await Assert.ThrowsAsync<ArgumentException>("options", () => rig.StartInstanceAsync("Wait", id));
    }

    [Fact]
    public async Task Starting_an_orchestrator_that_the_app_does_not_have_is_refused()
    {
        await rig.StartAsync();

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => rig.StartInstanceAsync("Gone"));

        Assert.Contains("'Gone'", refused.Message);
    }

    [Fact]
    public async Task What_a_start_can_not_have_here_is_refused()
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Echo", (_, n) => Task.FromResult(n));
        await rig.StartAsync();
        StartOrchestrationOptions[] refused =
        [
            new("run", StartAt: rig.Time.GetUtcNow().AddHours(1)),
            new("run") { Tags = new Dictionary<string, string> { ["a"] = "b" } },
            new("run") { DedupeStatuses = ["Completed"] },
        ];

        foreach (var options in refused)
            await Assert.ThrowsAsync<NotSupportedException>(() =>
                rig.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 1, options, rig.Cancellation)
            );
        Assert.Null(await rig.Client.GetInstanceAsync("run", rig.Cancellation));
    }

    [Fact]
    public async Task An_instance_that_is_started_without_an_id_gets_one()
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Echo", (_, n) => Task.FromResult(n));
        await rig.StartAsync();

        var id = await rig.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 5, rig.Cancellation);

        Assert.Equal("5", (await rig.EndAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task Waiting_for_a_start_ends_once_the_instance_has_begun()
    {
        using var gate = new ManualResetEventSlim();
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Hold",
            async (context, _) =>
            {
                gate.Wait(rig.Cancellation);
                return await context.WaitForExternalEvent<int>("Go");
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Hold");
        var start = rig.Client.WaitForInstanceStartAsync("run", rig.Cancellation);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await rig.FindAsync()).RuntimeStatus);
        Assert.False(start.IsCompleted);

        gate.Set();

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await start).RuntimeStatus);
    }

    [Fact]
    public async Task Payloads_come_only_when_asked_for_and_can_be_read_then()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Double",
            (context, n) =>
            {
                context.SetCustomStatus("done");
                return Task.FromResult(2 * n);
            }
        );
        await rig.StartAsync();

        var full = await rig.RunAsync("Double", 5);
        var brief = (await rig.Client.GetInstanceAsync("run", rig.Cancellation))!;

        Assert.Equal((5, 10, "done"), (full.ReadInputAs<int>(), full.ReadOutputAs<int>(), full.ReadCustomStatusAs<string>()));
        Assert.Equal((null, null, null), (brief.SerializedInput, brief.SerializedOutput, brief.SerializedCustomStatus));
        Assert.Throws<InvalidOperationException>(() => brief.ReadInputAs<int>());
    }

    [Fact]
    public async Task A_custom_status_is_shown_while_the_instance_runs_and_after()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Show",
            async (context, _) =>
            {
                context.SetCustomStatus("half");
                return await context.WaitForExternalEvent<int>("Go");
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Show");

        await rig.UntilAsync(i => i.SerializedCustomStatus == "\"half\"");
        await rig.Client.RaiseEventAsync("run", "Go", 1, rig.Cancellation);

        Assert.Equal("\"half\"", (await rig.EndAsync()).SerializedCustomStatus);
    }

    [Fact]
    public async Task Waiting_for_an_unknown_instance_is_refused()
    {
        await rig.StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => rig.EndAsync("unknown"));
    }

    [Fact]
    public async Task Waiting_ends_with_an_exception_when_the_hub_is_stopped()
    {
        rig.Registry.AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait");
        await rig.UntilRunningAsync();
        var end = rig.EndAsync();

        await rig.StopAsync();

        Assert.True((await Assert.ThrowsAnyAsync<Exception>(() => end)) is HubException { IsTransient: true } or ObjectDisposedException);
    }

    [Fact]
    public async Task A_hub_that_was_stopped_refuses_every_call()
    {
        await rig.StartAsync();
        await rig.StopAsync();
        await rig.StopAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => rig.Client.GetInstanceAsync("run", rig.Cancellation));
    }

    [Fact]
    public async Task A_fan_out_of_a_thousand_activities_gives_each_its_own_result()
    {
        rig.Registry.AddActivityFunc<int, int>("Square", (_, n) => Task.FromResult(n * n));
        rig.Registry.AddOrchestratorFunc<int, long>(
            "Fan",
            async (context, n) =>
                (await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("Square", i))))
                    .Select((square, i) => (long)square * (i + 1))
                    .Sum()
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Fan", 1000);

        Assert.Equal(Enumerable.Range(0, 1000).Sum(i => (long)i * i * (i + 1)).ToString(), end.SerializedOutput);
    }
}
