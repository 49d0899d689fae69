using Holdfast.Durable.Client;

namespace Holdfast.Durable.Tests.Hub;

public sealed class HubRunTests : HubTest
{
    private readonly HubRig rig = new();

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task An_orchestrator_calls_activities_and_its_result_is_the_output()
    {
        rig.Registry.AddActivity<int, int>("Double", (_, n) => Task.FromResult(2 * n));
        rig.Registry.AddOrchestrator<int, int>("Twice", async (context, n) =>
            await context.CallActivityAsync<int>("Double", await context.CallActivityAsync<int>("Double", n)));
        await rig.StartAsync();

        var end = await rig.RunAsync("Twice", 3);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, "12", "3"), (end.RuntimeStatus, end.Output, end.Input));
        Assert.Equal(end, await rig.FindAsync());
    }

    [Fact]
    public async Task An_activity_knows_its_name_and_its_caller()
    {
        rig.Registry.AddActivity<string, string>("Who", (context, _) => Task.FromResult($"{context.Name} of {context.InstanceId}"));
        rig.Registry.AddOrchestrator<string, string>("Ask", (context, _) => context.CallActivityAsync<string>("Who"));
        await rig.StartAsync();

        Assert.Equal("\"Who of run\"", (await rig.RunAsync("Ask")).Output);
    }

    [Fact]
    public async Task An_orchestrator_that_throws_fails_with_its_message()
    {
        rig.Registry.AddOrchestrator<string, string>("Break", (_, _) => throw new InvalidDataException("no such page"));
        await rig.StartAsync();

        var end = await rig.RunAsync("Break");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, "no such page"), (end.RuntimeStatus, end.Output));
        Assert.Equal("System.IO.InvalidDataException", end.FailureDetails!.ErrorType);
        Assert.Equal(end, await rig.FindAsync());
    }

    [Fact]
    public async Task A_failed_activity_tells_its_orchestrator_type_and_message()
    {
        rig.Registry.AddActivity<string, string>("Break", (_, _) => throw new ActivityFailedException("Full", "the vault is full", isTransient: false));
        rig.Registry.AddOrchestrator<string, string>("Try", async (context, _) =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Break");
            }
            catch (TaskFailedException e)
            {
                return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage} {e.FailureDetails.IsNonRetriable}";
            }
        });
        await rig.StartAsync();

        Assert.Equal("\"Full: the vault is full True\"", (await rig.RunAsync("Try")).Output);
    }

    [Fact]
    public async Task An_activity_that_the_app_does_not_have_fails_its_call()
    {
        rig.Registry.AddOrchestrator<string, string>("Ask", (context, _) => context.CallActivityAsync<string>("Gone"));
        await rig.StartAsync();

        var end = await rig.RunAsync("Ask");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Gone'", end.Output);
    }

    [Fact]
    public async Task An_id_stands_for_one_instance_until_it_has_finished_and_then_for_a_new_one()
    {
        rig.Registry.AddOrchestrator<int, int>("Wait", async (context, n) => n + await context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();
        Assert.True(await rig.Hub.ScheduleNewOrchestrationInstanceAsync("Wait", "run", 1, rig.Cancellation));
        Assert.False(await rig.Hub.ScheduleNewOrchestrationInstanceAsync("Wait", "run", 100, rig.Cancellation));
        await rig.Hub.RaiseEventAsync("run", "Go", 10, rig.Cancellation);
        Assert.Equal("11", (await rig.EndAsync()).Output);

        Assert.True(await rig.Hub.ScheduleNewOrchestrationInstanceAsync("Wait", "run", 2, rig.Cancellation));
        Assert.False((await rig.FindAsync()).IsFinished);
        await rig.Hub.RaiseEventAsync("run", "Go", 10, rig.Cancellation);
        Assert.Equal("12", (await rig.EndAsync()).Output);
    }

    [Fact]
    public async Task Of_many_starts_of_one_id_at_once_one_wins()
    {
        rig.Registry.AddOrchestrator<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();

        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => rig.Hub.ScheduleNewOrchestrationInstanceAsync("Wait", "run", n, rig.Cancellation))));

        Assert.Single(starts, true);
    }

    [Theory]
    [InlineData(""), InlineData("a/b"), InlineData("@entity"), InlineData("what?"), InlineData("a\nb")]
    public async Task An_id_that_the_extension_would_not_take_is_refused(string id)
    {
        rig.Registry.AddOrchestrator<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();

        await Assert.ThrowsAsync<DurableClientException>(() => rig.Hub.ScheduleNewOrchestrationInstanceAsync("Wait", id, null, rig.Cancellation));
    }

    [Fact]
    public async Task Starting_an_orchestrator_that_the_app_does_not_have_is_refused()
    {
        await rig.StartAsync();

        var refused = await Assert.ThrowsAsync<DurableClientException>(() => rig.Hub.ScheduleNewOrchestrationInstanceAsync("Gone", "run", null, rig.Cancellation));

        Assert.Contains("'Gone'", refused.Message);
    }

    [Fact]
    public async Task A_custom_status_is_shown_while_the_instance_runs_and_after()
    {
        rig.Registry.AddOrchestrator<int, int>("Show", async (context, _) =>
        {
            context.SetCustomStatus("half");
            return await context.WaitForExternalEvent<int>("Go");
        });
        await rig.StartAsync();
        await rig.StartInstanceAsync("Show");

        await rig.UntilAsync(i => i.CustomStatus == "\"half\"");
        await rig.Hub.RaiseEventAsync("run", "Go", 1, rig.Cancellation);

        Assert.Equal("\"half\"", (await rig.EndAsync()).CustomStatus);
    }

    [Fact]
    public async Task Who_waits_for_an_instance_that_is_unknown_is_told()
    {
        await rig.StartAsync();

        await Assert.ThrowsAsync<DurableClientException>(() => rig.EndAsync("nobody"));
    }

    [Fact]
    public async Task Who_waits_is_told_that_the_hub_stopped()
    {
        rig.Registry.AddOrchestrator<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait");
        await rig.UntilRunningAsync();
        var end = rig.EndAsync();

        await rig.StopAsync();

        Assert.True((await Assert.ThrowsAnyAsync<Exception>(() => end)) is DurableClientException { IsTransient: true } or ObjectDisposedException);
    }

    [Fact]
    public async Task A_hub_that_was_stopped_takes_nothing_more()
    {
        await rig.StartAsync();
        await rig.StopAsync();
        await rig.StopAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => rig.Hub.GetInstanceAsync("run", rig.Cancellation));
    }

    [Fact]
    public async Task A_fan_out_of_a_thousand_activities_gives_each_its_own_result()
    {
        rig.Registry.AddActivity<int, int>("Square", (_, n) => Task.FromResult(n * n));
        rig.Registry.AddOrchestrator<int, long>("Fan", async (context, n) =>
            (await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("Square", i)))).Select((square, i) => (long)square * (i + 1)).Sum());
        await rig.StartAsync();

        var end = await rig.RunAsync("Fan", 1000);

        Assert.Equal(Enumerable.Range(0, 1000).Sum(i => (long)i * i * (i + 1)).ToString(), end.Output);
    }
}
