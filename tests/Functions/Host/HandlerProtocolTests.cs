using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.Durable.Protocol;
using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Tests.Host;

/// <summary>What a Functions host sends, one by one, to the app as a process.</summary>
public sealed class HandlerProtocolTests : IAsyncLifetime
{
    private HostRig rig = null!;

    public async Task InitializeAsync() => rig = await HostRig.StartAsync();

    public async Task DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task The_app_listens_on_loopback_where_the_host_says_and_nowhere_else()
    {
        using var client = new HttpClient();

        using var answer = await client.GetAsync($"http://127.0.0.1:{rig.Host.Port}/");

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Overriding", rig.Host.Said);
    }

    [Fact]
    public async Task A_function_that_the_app_does_not_have_is_404()
    {
        var failed = await Assert.ThrowsAsync<InvocationFailedException>(() => rig.Host.PostAsync("Nothing", []));

        Assert.Contains("404 (this app has no function Nothing)", failed.Message);
    }

    [Theory]
    [InlineData("Schedule"), InlineData("Api")]
    public async Task A_call_that_lacks_its_trigger_fails_with_a_reason_and_never_hangs(string function) =>
        Assert.Contains("400", (await Assert.ThrowsAsync<InvocationFailedException>(() => rig.Host.PostAsync(function, []))).Message);

    [Fact]
    public async Task An_episode_that_can_not_be_read_is_given_back_since_a_refusal_would_end_its_orchestration()
    {
        foreach (var unreadable in (JsonObject[])[[], FunctionsHost.Orchestration([0xff, 0xff])])
        {
            var answer = await rig.Host.PostAsync("CaptureCluster", unreadable);

            Assert.True(OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String((string)answer["ReturnValue"]!)).RequiresHistory);
        }
    }

    [Fact]
    public async Task Every_orchestrator_answers_the_first_episode_of_an_input_that_it_can_not_use_by_failing_and_not_by_breaking()
    {
        foreach (var name in HoldfastRegistry.Create(NoEnvironment.Instance).Orchestrators)
        {
            var request = new OrchestratorRequest
            {
                InstanceId = "odd",
                NewEvents =
                {
                    EngineInstance.Event(new() { OrchestratorStarted = new() }),
                    new EngineInstance(name, "odd", null, null).Begin("42"),
                },
            };

            var answer = await rig.Host.InvokeAsync(name, FunctionsHost.Orchestration(request.ToByteArray()));

            var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String((string)answer["ReturnValue"]!));
            Assert.Equal("odd", response.InstanceId);
            Assert.Equal(OrchestrationStatus.Failed, Assert.Single(response.Actions).CompleteOrchestration.OrchestrationStatus);
        }
    }

    [Fact]
    public async Task An_activity_that_fails_says_so_inside_a_good_answer()
    {
        var answer = await rig.Host.InvokeAsync("BeginCapture", new() { ["input"] = FunctionsHost.Twice("42") }, new() { ["instanceId"] = FunctionsHost.Twice("x") });

        Assert.StartsWith("{\"$failed\":", (string)answer["ReturnValue"]!);
    }

    [Fact]
    public async Task The_minutes_timer_starts_a_look_at_the_policies_once()
    {
        var first = await rig.FireAsync(Triggers.Schedule, late: true);
        var start = first["Outputs"]!["starter"]!;
        var again = await rig.FireAsync(Triggers.Schedule);

        Assert.Equal(Orchestrators.RunDuePolicies, (string)start["FunctionName"]!);
        Assert.StartsWith("due-", (string)start["InstanceId"]!);
        Assert.True(again["Outputs"]!["starter"] is null || (string)again["Outputs"]!["starter"]!["InstanceId"]! != (string)start["InstanceId"]!);
    }

    [Fact]
    public async Task A_timer_whose_engine_can_not_be_asked_ends_well_and_says_so()
    {
        rig.Host.Management = rig.Host.Sidecar = new("http://127.0.0.1:1/");

        var answer = await rig.FireAsync(Triggers.Mend);

        Assert.Contains("could not be done", (string)answer["Logs"]![0]!);
    }

    [Fact]
    public async Task The_API_behind_a_host_is_the_same_API()
    {
        var (created, policy, headers) = await rig.CallAsync("PUT", "/api/policies/nightly", ApiBench.Policy("nightly"), "Operator");
        var (read, again, _) = await rig.CallAsync("GET", "/api/policies/nightly?x=1&x=2", null, "Reader");
        var (missing, problem, kind) = await rig.CallAsync("GET", "/api/policies/never", null, "Reader");
        var (unchanged, nothing, _) = await rig.CallAsync("GET", "/api/policies/nightly", null, "Reader", ("If-None-Match", (string)headers["ETag"]!));

        Assert.Equal([201, 200, 404, 304], [created, read, missing, unchanged]);
        Assert.Equal(policy!.ToJsonString(), again!.ToJsonString());
        Assert.EndsWith("/not-found", (string)problem!["type"]!);
        Assert.Equal("application/problem+json", (string)kind["Content-Type"]!);
        Assert.Null(nothing);
    }

    [Fact]
    public async Task A_body_that_the_host_lost_is_said_to_be_lost()
    {
        var request = rig.Host.Http("PUT", "/api/policies/lost", "{}", (Functions.Access.PlatformPrincipal.Header, ApiBench.Principal("Operator")), ("If-None-Match", "*"), ("Transfer-Encoding", "chunked"));
        request["req"]!.AsObject().Remove("Body");

        var answer = await rig.AnswerAsync(request);

        Assert.Equal(411, (int)answer["statusCode"]!);
        Assert.Contains("Content-Length", (string)answer["body"]!);
    }

    [Theory]
    [InlineData("a%2Fb"), InlineData("a%252Fb"), InlineData("caf%C3%A9")]
    public async Task A_path_means_the_same_as_on_a_socket(string name)
    {
        var (status, problem, _) = await rig.CallAsync("GET", $"/api/policies/{name}", null, "Reader");

        Assert.Equal(404, status);
        Assert.Equal($"/api/policies/{SocketPath(name)}", (string)problem!["instance"]!);
    }

    /// <summary>A web server leaves an escaped slash as it is, and reads everything else once.</summary>
    private static string SocketPath(string escaped) => string.Join("%2F", escaped.Split("%2F").Select(Uri.UnescapeDataString));

    [Fact]
    public async Task Who_called_from_where_is_the_platforms_word()
    {
        await rig.CallAsync("PUT", "/api/policies/seen", ApiBench.Policy("seen"), "Operator");
        var (_, audit, _) = await rig.CallAsync("GET", "/api/audit", null, "Admin");
        var record = audit!["items"]!.AsArray().Select(i => i!["record"]!).Single(r => (string)r["target"]! == "/api/policies/seen");

        Assert.Equal("198.51.100.7", (string)record["from"]!);
        Assert.Equal("alex@example.org", (string)record["who"]!["name"]!);
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_platforms_principal()
    {
        var answer = await rig.Host.InvokeAsync("Api", rig.Host.Http("GET", "/api/runs", null, ("Authorization", "Bearer guess")));

        Assert.Equal(401, (int)answer["Outputs"]!["res"]!["statusCode"]!);
    }

    [Fact]
    public async Task A_body_of_many_megabytes_is_taken()
    {
        var history = new OrchestratorRequest { InstanceId = "long", NewEvents = { EngineInstance.Event(new() { OrchestratorStarted = new() }), new EngineInstance("CaptureCluster", "long", null, null).Begin("42") } };
        history.PastEvents.Add(EngineInstance.Event(new() { GenericEvent = new() { Data = new string('x', 40 << 20) } }));

        var answer = await rig.Host.InvokeAsync("CaptureCluster", FunctionsHost.Orchestration(history.ToByteArray()));

        Assert.NotEmpty((string)answer["ReturnValue"]!);
    }

    [Fact]
    public async Task Asked_to_stop_it_gives_episodes_back_and_ends_with_the_code_that_has_it_started_again()
    {
        var code = await rig.Host.StopHandlerAsync();

        Assert.Equal(200, code);
    }

    [Fact]
    public async Task No_secret_setting_is_ever_printed()
    {
        await using var secret = await HostRig.StartAsync(settings: new Dictionary<string, string> { ["HOLDFAST_SIGNING_KEY"] = "-----BEGIN hunter2-----", ["AZURE_STORAGE_CONNECTION_STRING"] = "AccountKey=hunter2" });

        var (status, health, _) = await secret.CallAsync("GET", "/api/health/ready", null, "Reader");

        Assert.Equal(503, status);
        Assert.Contains("HOLDFAST_SIGNING_KEY", health!.ToJsonString());
        Assert.DoesNotContain("hunter2", secret.Host.Said + health.ToJsonString());
    }

    [Fact]
    public async Task An_app_that_is_not_set_up_gives_episodes_back_and_tells_readers_why()
    {
        await using var broken = await HostRig.StartAsync(settings: new Dictionary<string, string> { ["HOLDFAST_VAULT"] = "" });
        var request = new OrchestratorRequest { InstanceId = "waits", NewEvents = { EngineInstance.Event(new() { OrchestratorStarted = new() }), new EngineInstance("CaptureCluster", "waits", null, null).Begin("{}") } };

        var episode = await broken.Host.InvokeAsync("CaptureCluster", FunctionsHost.Orchestration(request.ToByteArray()));
        var (status, problem, _) = await broken.CallAsync("GET", "/api/points", null, "Reader");
        var anybody = await broken.Host.InvokeAsync("Api", broken.Host.Http("GET", "/api/health/ready", null));

        Assert.True(OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String((string)episode["ReturnValue"]!)).RequiresHistory);
        Assert.Equal(503, status);
        Assert.Contains("HOLDFAST_VAULT", (string)problem!["detail"]!);
        Assert.DoesNotContain("HOLDFAST_VAULT", anybody.ToJsonString());
        Assert.Equal(1, Count(broken.Host.Said, "HOLDFAST_VAULT"));
    }

    private static int Count(string text, string word) => text.Split(word).Length - 1;

    [Fact]
    public async Task On_Azure_without_the_platforms_authentication_nobody_gets_in()
    {
        await using var open = await HostRig.StartAsync(settings: new Dictionary<string, string> { ["WEBSITE_AUTH_ENABLED"] = "False" });

        var (status, problem, _) = await open.CallAsync("GET", "/api/points", null, "Admin");

        Assert.Equal(401, status);
        Assert.Contains("authentication", (string)problem!["detail"]!);
    }
}
