using System.Text;
using System.Text.Json;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Tests.Recordings;
using Holdfast.Durable.Tests.Replay;

namespace Holdfast.Durable.Tests.CustomHandler;

public sealed class InvocationTests
{
    [Theory]
    [InlineData("004-Hello", "\"Tokyo\"")]
    [InlineData("005-Hello", "{\"city\":\"Seattle\"}")]
    [InlineData("037-Hello", null)]
    [InlineData("039-Hello", null)]
    public void A_recorded_activity_has_the_text_that_its_orchestrator_gave(string recording, string? input)
    {
        using var request = InvocationRequest.Parse(Recording.Read(recording).Body);

        var call = request.Activity("input");

        Assert.Equal(input, call.Input);
        Assert.Matches("^(from-output-|var-1)", call.InstanceId);
    }

    [Fact]
    public void A_recorded_timer_and_its_client_are_read()
    {
        using var request = InvocationRequest.Parse(Recording.Read("002-TimerStarter").Body);

        Assert.Equal(new TimerTick(true, DateTimeOffset.Parse("2026-11-22T06:10:52.6400106Z"), DateTimeOffset.Parse("2026-11-22T06:15:00Z")), request.Timer("timer"));
        Assert.Equal(
            new DurableClientBinding("FinalHub", null, new("http://127.0.0.1:43799"), new("http://localhost:17790/runtime/webhooks/durabletask"), "code=SYSTEMKEY"),
            request.DurableClient("client"));
    }

    [Fact]
    public void A_recorded_HTTP_request_in_the_hosts_form_is_read()
    {
        using var request = InvocationRequest.Parse(Recording.Read("119-HttpStart").Body);

        var call = request.Http("req");

        Assert.Equal(("POST", "/api/start/abc", "1,2", "abc", "{\"k\":1}"), (call.Method, call.Url.AbsolutePath, call.Query["x"], call.RouteParameters["name"], call.Body));
        Assert.Equal(["v"], call.Headers["x-my"]);
        Assert.NotNull(request.DurableClient("client").RpcAddress);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"Data\":{}}")]
    [InlineData("{\"Data\":{\"context\":5}}")]
    [InlineData("{\"Data\":{\"context\":\"\\\"!!\\\"\"}}")]
    [InlineData("{\"Data\":{\"context\":\"\\\"//79\\\"\"}}")]
    [InlineData("{\"Data\":{\"context\":\"\\\"AAAA")]
    public void A_body_that_holds_no_history_says_so(string body) =>
        Assert.Throws<InvocationFormatException>(() => OrchestrationPayload.Decode(Encoding.UTF8.GetBytes(body), "context"));

    [Theory]
    [InlineData("{\"Data\":{\"context\":\"\\\"CgFh\\\"\"}}")]
    [InlineData("{\"Data\":{\"context\":\"CgFh\"}}")]
    [InlineData("{\"Data\":{\"context\":\"\\u0022CgFh\\u0022\"}}")]
    [InlineData("{\"Metadata\":{\"sys\":{\"a\":[1]}},\"data\":{\"other\":{},\"CONTEXT\":\"\\\"CgFh\\\"\"}}")]
    public void A_history_is_found_however_its_text_is_encoded(string body) =>
        Assert.Equal("a", OrchestrationPayload.Decode(Encoding.UTF8.GetBytes(body), "context").InstanceId);

    [Fact]
    public void A_history_of_many_megabytes_is_decoded()
    {
        var request = new OrchestratorRequest { InstanceId = "big" };
        request.PastEvents.Add(Enumerable.Range(0, 40).Select(i => Engine.Done(i, new string('x', 1 << 20))));
        var body = JsonSerializer.SerializeToUtf8Bytes(new { Data = new { context = JsonSerializer.Serialize(Google.Protobuf.MessageExtensions.ToByteArray(request)) } });

        Assert.Equal(request, OrchestrationPayload.Decode(body, "context"));
    }

    [Fact]
    public void No_answer_is_empty_and_each_is_an_object()
    {
        foreach (var answer in (byte[][])
            [InvocationAnswer.Done(), InvocationAnswer.Activity(""), InvocationAnswer.Orchestration(new() { InstanceId = "a" }), InvocationAnswer.Http("res", new(204, null, null))])
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(answer).RootElement.ValueKind);
    }

    [Fact]
    public void An_activitys_answer_is_a_string_that_the_host_leaves_alone()
    {
        const string text = """{"$ok":{"d":"2024-01-02T03:04:05.1000000+02:00","f":1.10}}""";

        using var answer = JsonDocument.Parse(InvocationAnswer.Activity(text, ["line"]));

        Assert.Equal(text, answer.RootElement.GetProperty("ReturnValue").GetString());
        Assert.Equal("line", answer.RootElement.GetProperty("Logs")[0].GetString());
    }

    [Fact]
    public void A_start_travels_in_the_output_and_its_input_comes_back_as_it_was()
    {
        var start = new OrchestrationStart("Orch", "id-1", """{"f":1.10,"d":"2024-01-02T03:04:05.1000000+02:00"}""");

        using var answer = JsonDocument.Parse(InvocationAnswer.Http("res", new(202, "{}", "application/json", new Dictionary<string, string> { ["Location"] = "/api/runs/id-1" }), "starter", start));

        var outputs = answer.RootElement.GetProperty("Outputs");
        Assert.Equal(202, outputs.GetProperty("res").GetProperty("statusCode").GetInt32());
        Assert.Equal("/api/runs/id-1", outputs.GetProperty("res").GetProperty("headers").GetProperty("Location").GetString());
        var starter = outputs.GetProperty("starter");
        Assert.Equal(("Orch", "id-1"), (starter.GetProperty("FunctionName").GetString(), starter.GetProperty("InstanceId").GetString()));
        Assert.Equal(start.Input, JsonPayload.Open(starter.GetProperty("Input").GetRawText()));
        Assert.True(JsonDocument.Parse(InvocationAnswer.Started("starter", start)).RootElement.GetProperty("Outputs").TryGetProperty("starter", out _));
    }
}
