using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Client;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Tests.Replay;

namespace Holdfast.Durable.Tests.Client;

public sealed class ExtensionClientTests : IAsyncLifetime, IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly ExtensionTransport transport = new(Engine.Json);
    private GrpcSidecar sidecar = null!;

    public async Task InitializeAsync() => sidecar = await GrpcSidecar.StartAsync();

    public async Task DisposeAsync() => await sidecar.DisposeAsync();

    public void Dispose() => transport.Dispose();

    [Fact]
    public async Task An_instance_is_started_once_and_read_back_with_its_input()
    {
        var client = Client();

        Assert.True(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "a", new { n = 1.10, at = "2024-01-02T03:04:05.1000000+02:00" }, Never));
        Assert.False(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "a", 1, Never));

        var read = await client.GetInstanceAsync("a", Never);
        Assert.Equal(("Orch", OrchestrationRuntimeStatus.Pending), (read!.Name, read.RuntimeStatus));
        Assert.Contains("2024-01-02T03:04:05.1000000", read.Input, StringComparison.Ordinal);
        Assert.Equal("hub", sidecar.TaskHub);
    }

    [Fact]
    public async Task An_instance_that_nobody_knows_is_null_and_can_not_be_changed()
    {
        var client = Client();

        Assert.Null(await client.GetInstanceAsync("nope", Never));
        Assert.False(await client.RaiseEventAsync("nope", "Go", 1, Never));
        Assert.False(await client.TerminateInstanceAsync("nope", "x", Never));
        Assert.False(await client.RewindInstanceAsync("nope", "x", Never));
        Assert.False(await client.PurgeInstanceAsync("nope", Never));
    }

    [Fact]
    public async Task An_instance_is_changed_only_in_a_state_that_allows_it()
    {
        var client = Client();
        Has("running", OrchestrationStatus.Running);
        Has("failed", OrchestrationStatus.Failed);
        Has("done", OrchestrationStatus.Completed);

        Assert.False(await client.RewindInstanceAsync("running", "x", Never));
        Assert.False(await client.PurgeInstanceAsync("running", Never));
        Assert.False(await client.RaiseEventAsync("done", "Go", null, Never));
        Assert.False(await client.SuspendInstanceAsync("done", "x", Never));
        Assert.True(await client.SuspendInstanceAsync("running", "x", Never));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync("running", Never))!.RuntimeStatus);
        Assert.True(await client.ResumeInstanceAsync("running", "x", Never));
        Assert.True(await client.RaiseEventAsync("running", "Go", new { ok = true }, Never));
        Assert.True(await client.TerminateInstanceAsync("running", "x", Never));
        Assert.True(await client.RewindInstanceAsync("failed", "x", Never));
        Assert.True(await client.PurgeInstanceAsync("done", Never));
    }

    [Fact]
    public async Task A_listing_goes_through_its_pages_and_leaves_entities_out()
    {
        foreach (var id in (string[])["a", "@counter@k", "b", "c", "d"])
            Has(id, OrchestrationStatus.ContinuedAsNew);
        Has("e", OrchestrationStatus.Completed);

        var running = await ListAsync(new() { Statuses = [OrchestrationRuntimeStatus.Running] });

        Assert.Equal(["a", "b", "c", "d"], running.Select(one => one.InstanceId));
        Assert.Equal(5, (await ListAsync(new())).Count);
        Assert.Empty(await ListAsync(new() { Statuses = [OrchestrationRuntimeStatus.Failed] }));
    }

    [Fact]
    public async Task A_failed_instance_shows_why_and_whether_only_the_engine_failed_it()
    {
        var time = new DateTime(2026, 11, 22, 6, 0, 0, DateTimeKind.Utc);
        var failed = Has("failed", OrchestrationStatus.Failed);
        failed.FailureDetails = new() { ErrorType = "My.Error", ErrorMessage = "why" };
        failed.Output = "My.Error: why";
        failed.CreatedTimestamp = Timestamp.FromDateTime(time);
        Has("crashed", OrchestrationStatus.Failed).Output = """{"message":"Function 'Orch' failed with an unhandled exception.","details":"..."}""";

        var orchestrator = await Client().GetInstanceAsync("failed", Never);
        var engine = await Client().GetInstanceAsync("crashed", Never);

        Assert.Equal(("My.Error", "why", false), (orchestrator!.FailureDetails!.ErrorType, orchestrator.FailureDetails.ErrorMessage, orchestrator.FailedInEngine));
        Assert.Equal(time, orchestrator.CreatedAt.UtcDateTime);
        Assert.True(engine!.FailedInEngine);
    }

    [Fact]
    public async Task The_first_start_of_an_invocation_goes_into_its_answer_and_the_next_are_called_for()
    {
        var client = Client(startsByOutput: true);
        Has("taken", OrchestrationStatus.Running);

        Assert.False(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "taken", 0, Never));
        Assert.Null(client.Start);
        Assert.True(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "first", 1, Never));
        Assert.False(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "first", 1, Never));
        Assert.True(await client.ScheduleNewOrchestrationInstanceAsync("Orch", "second", 2, Never));

        Assert.Equal(new OrchestrationStart("Orch", "first", "1"), client.Start);
        Assert.Null(sidecar.Find("first"));
        Assert.NotNull(sidecar.Find("second"));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(14, true)]
    [InlineData(3, false)]
    public async Task A_refusal_says_whether_trying_again_may_help(int code, bool isTransient)
    {
        Has("a", OrchestrationStatus.Running);
        sidecar.On("TerminateInstance", TerminateRequest.Parser, _ => throw new GrpcSidecar.Refusal(code, "told so: ä"));

        var refused = await Assert.ThrowsAsync<DurableClientException>(() => Client().TerminateInstanceAsync("a", "x", Never));

        Assert.Equal(isTransient, refused.IsTransient);
        Assert.Contains("TerminateInstance: told so: ä", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_came_too_late_is_none()
    {
        Has("a", OrchestrationStatus.Running);
        sidecar.On("RaiseEvent", RaiseEventRequest.Parser, _ => throw new GrpcSidecar.Refusal(9, "finished meanwhile"));

        Assert.False(await Client().RaiseEventAsync("a", "Go", 1, Never));
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_a_transient_failure()
    {
        Has("a", OrchestrationStatus.Running);
        sidecar.CutBy = 1;

        Assert.True((await Assert.ThrowsAsync<DurableClientException>(() => Client().GetInstanceAsync("a", Never))).IsTransient);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_a_cancellation()
    {
        using var gaveUp = new CancellationTokenSource();
        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().GetInstanceAsync("a", gaveUp.Token));
    }

    [Fact]
    public async Task Without_any_address_the_failure_names_what_is_missing()
    {
        var client = transport.Connect(new(null, null, null, null, null), startsByOutput: false);

        var refused = await Assert.ThrowsAsync<DurableClientException>(() => client.GetInstanceAsync("a", Never));

        Assert.Contains("durableClient input", refused.Message, StringComparison.Ordinal);
    }

    private ExtensionClient Client(bool startsByOutput = false) => transport.Connect(new("hub", null, sidecar.Address, null, null), startsByOutput);

    private OrchestrationState Has(string id, OrchestrationStatus status)
    {
        sidecar.Instances.Add(new() { InstanceId = id, Name = "Orch", OrchestrationStatus = status });
        return sidecar.Instances[^1];
    }

    private async Task<List<OrchestrationMetadata>> ListAsync(OrchestrationQuery query)
    {
        var all = new List<OrchestrationMetadata>();
        await foreach (var one in Client().GetAllInstancesAsync(query, Never))
            all.Add(one);
        return all;
    }
}
