using Holdfast.Durable.Client;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Tests.Replay;

namespace Holdfast.Durable.Tests.Client;

public sealed class ManagementApiTests : IAsyncLifetime, IDisposable
{
    private const string Key = "code=SYSTEMKEY";
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly ExtensionTransport transport = new(Engine.Json);
    private ManagementApi api = null!;

    public async Task InitializeAsync() => api = await ManagementApi.StartAsync();

    public async Task DisposeAsync() => await api.DisposeAsync();

    public void Dispose() => transport.Dispose();

    [Fact]
    public async Task Recorded_statuses_are_read()
    {
        api.Then("01-status-main-waiting").Then("14-status-FailOrch").Then("29-status-suspended").Then("33-status-terminated").Then("57-status-missing");

        var waiting = await Client().GetInstanceAsync("from-output-4dbdf3a7e43446af979384c4c4a05d61", Never);
        var failed = await Client().GetInstanceAsync("err-FailOrch", Never);
        var suspended = await Client().GetInstanceAsync("life-1", Never);
        var terminated = await Client().GetInstanceAsync("life-1", Never);

        Assert.Equal(
            new OrchestrationMetadata(
                "MainOrch", "from-output-4dbdf3a7e43446af979384c4c4a05d61", OrchestrationRuntimeStatus.Running,
                new(2026, 11, 22, 6, 15, 51, TimeSpan.Zero), new(2026, 11, 22, 6, 15, 59, TimeSpan.Zero))
            { Input = """{"from":"output binding"}""", CustomStatus = "\"waiting\"" },
            waiting);
        Assert.Equal(new TaskFailureDetails("My.Custom.Error", "orchestrator failed on purpose"), failed!.FailureDetails);
        Assert.Equal((OrchestrationRuntimeStatus.Suspended, null), (suspended!.RuntimeStatus, suspended.Output));
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (terminated!.RuntimeStatus, terminated.Output));
        Assert.Null(await Client().GetInstanceAsync("nope", Never));
        Assert.Equal($"GET /instances/err-FailOrch?{Key}", api.Calls[1]);
    }

    [Fact]
    public async Task A_start_is_accepted_or_taken_and_its_input_travels_sealed()
    {
        api.Then("51-dup-start").Then("52-dup-start2");

        Assert.True(await Client().ScheduleNewOrchestrationInstanceAsync("MainOrch", "dup-1", "2024-01-02T03:04:05.1000000+02:00", Never));
        Assert.False(await Client().ScheduleNewOrchestrationInstanceAsync("MainOrch", "dup-1", 1, Never));

        Assert.Equal($"POST /orchestrators/MainOrch/dup-1?{Key}", api.Calls[0]);
        var received = new DurableRegistry(Engine.Json).AddOrchestrator<string, string>("Orch", (_, input) => Task.FromResult(input));
        var engine = new Engine(received);
        engine.Start(api.Bodies[0]);
        Assert.Equal("2024-01-02T03:04:05.1000000+02:00", System.Text.Json.JsonSerializer.Deserialize<string>(engine.Outcome!.Result));
    }

    [Fact]
    public async Task Changes_are_done_or_refused_as_recorded()
    {
        api.Then("54-terminate-dup").Then("53-purge-running").Then("55-purge").Then("56-purge-missing").Then("58-raise-missing").Then("59-raise-done").Then("63-rewind");
        var client = Client();

        Assert.True(await client.TerminateInstanceAsync("dup-1", "a reason & more", Never));
        Assert.False(await client.PurgeInstanceAsync("dup-1", Never));
        Assert.True(await client.PurgeInstanceAsync("dup-1", Never));
        Assert.False(await client.PurgeInstanceAsync("dup-1", Never));
        Assert.False(await client.RaiseEventAsync("nope", "x", 1, Never));
        Assert.False(await client.RaiseEventAsync("var-1", "x", null, Never));
        Assert.True(await client.RewindInstanceAsync("err-ErrOrch", "try", Never));

        Assert.Equal($"POST /instances/dup-1/terminate?reason=a%20reason%20%26%20more&{Key}", api.Calls[0]);
        Assert.Equal($"DELETE /instances/dup-1?{Key}", api.Calls[1]);
        Assert.Equal("null", api.Bodies[5]);
    }

    [Fact]
    public async Task A_listing_follows_its_token_and_leaves_entities_out()
    {
        api.Then("48-list-page1").Then(200, "[]", token: "").Then(200, "[]");
        var all = new List<OrchestrationMetadata>();

        await foreach (var one in Client().GetAllInstancesAsync(
            new() { Statuses = [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Running], CreatedFrom = DateTimeOffset.UnixEpoch, InstanceIdPrefix = "c" }, Never))
            all.Add(one);

        Assert.Equal("child-explicit-id", Assert.Single(all).InstanceId);
        Assert.Equal("\"child got \\\"Hello child\\\"\"", all[0].Output);
        Assert.Equal($"GET /instances?top=100&showInput=false&runtimeStatus=Failed%2CRunning%2CContinuedAsNew&createdTimeFrom=1970-01-01T00%3A00%3A00.0000000Z&instanceIdPrefix=c&{Key}", api.Calls[0]);
        Assert.Equal([null, "ZXJyLUJpZ1N0YXR1c09yY2g="], api.Tokens);
    }

    [Fact]
    public async Task A_refused_key_is_said_and_never_shown()
    {
        api.Then("62-badkey");

        var refused = await Assert.ThrowsAsync<DurableClientException>(() => Client().GetInstanceAsync("var-1", Never));

        Assert.False(refused.IsTransient);
        Assert.Contains("refused the system key (401)", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SYSTEMKEY", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SYSTEMKEY", Binding(rpc: null).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, true)]
    [InlineData(429, true)]
    [InlineData(501, false)]
    [InlineData(400, false)]
    public async Task A_refusal_says_whether_trying_again_may_help(int status, bool isTransient)
    {
        api.Then(status, "");

        Assert.Equal(isTransient, (await Assert.ThrowsAsync<DurableClientException>(() => Client().SuspendInstanceAsync("a", "x", Never))).IsTransient);
    }

    [Fact]
    public async Task An_answer_in_another_form_is_said()
    {
        api.Then(200, "{}");

        Assert.Contains("another form", (await Assert.ThrowsAsync<DurableClientException>(() => Client().GetInstanceAsync("a", Never))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_the_way_where_the_gRPC_service_has_no_such_call_or_is_not_there()
    {
        await using var older = await GrpcSidecar.StartAsync();
        older.Instances.Add(new() { InstanceId = "a", Name = "Orch" });
        older.On("GetInstance", Protocol.GetInstanceRequest.Parser, _ => throw new GrpcSidecar.Refusal(12, ""));
        api.Then("57-status-missing").Then("57-status-missing").Then("57-status-missing");
        var client = Client(older.Address);
        var gone = Client(new Uri("http://127.0.0.1:1"));

        await client.GetInstanceAsync("a", Never);
        await client.GetInstanceAsync("a", Never);
        await gone.GetInstanceAsync("a", Never);

        Assert.Single(older.Calls);
        Assert.Equal(3, api.Calls.Count);
    }

    private DurableClientBinding Binding(Uri? rpc) => new("hub", null, rpc, api.Address, Key);

    private ExtensionClient Client(Uri? rpc = null) => transport.Connect(Binding(rpc), startsByOutput: false);
}
