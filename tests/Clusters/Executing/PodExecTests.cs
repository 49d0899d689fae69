using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Executing;
using Holdfast.Clusters.Tests.Connections;
using Holdfast.TestKit.Executing;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Tests.Executing;

public sealed class PodExecTests
{
    private const string Secret = "hunter2";

    private static readonly ContainerCommand Command = new("shop", "db-0", "postgres", ["psql", "-c", $"SELECT '{Secret} & more'"]);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_command_runs_in_its_container_with_its_arguments_unchanged()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Stdout = "one\ntwo", Stderr = "warning" });

        var result = await RunAsync(server.Endpoint);

        var call = Assert.Single(server.Calls);
        Assert.Equal(("shop", "db-0", "postgres"), (call.Namespace, call.Pod, call.Container));
        Assert.Equal(Command.Command, call.Command);
        Assert.Equal(["v5.channel.k8s.io", "v4.channel.k8s.io"], call.Protocols);
        Assert.Equal(new(0, null, false, new("one\ntwo", "warning", 0)), result);
    }

    [Theory]
    [InlineData("v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io")]
    public async Task Exit_codes_come_over_either_protocol(string protocol)
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { ExitCode = 137, Stderr = "no" }, null, protocol);

        var result = await RunAsync(server.Endpoint);

        Assert.Equal((137, null, "no"), (result.ExitCode, result.Error, result.Output.Stderr));
    }

    [Fact]
    public async Task A_command_that_cannot_be_started_is_an_error_without_an_exit_code()
    {
        await using var server = await ExecEndpoint.StartAsync(_ =>
            new()
            {
                Status = """{ "metadata": {}, "status": "Failure", "reason": "InternalError", "message": "psql: not found in $PATH" }""",
            }
        );

        var result = await RunAsync(server.Endpoint);

        Assert.Equal((null, "psql: not found in $PATH", false), (result.ExitCode, result.Error, result.TimedOut));
    }

    [Fact]
    public async Task Credentials_and_trust_are_those_of_the_connection()
    {
        using var authority = TestAuthority.Create();
        await using var server = await ExecEndpoint.StartAsync(_ => new(), authority.ForServer(["api.example"]));
        var renewals = 0;
        var endpoint = server.Endpoint with
        {
            TrustedRoots = [authority.Certificate],
            TlsServerName = "api.example",
            Token = (renew, _) => new(renew ? $"t{++renewals}" : "t0"),
        };

        Assert.Equal(0, (await RunAsync(endpoint)).ExitCode);
        var refused = await Assert.ThrowsAsync<ClusterException>(() => RunAsync(endpoint with { TlsServerName = "other.example" }));

        Assert.Equal(ClusterFailure.Unreachable, refused.Failure);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_left_with_the_output_so_far()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Stdout = "begun", Until = Forever });

        var result = await RunAsync(server.Endpoint, TimeSpan.FromSeconds(1));

        Assert.Equal((true, null, "begun"), (result.TimedOut, result.ExitCode, result.Output.Stdout));
    }

    [Fact]
    public async Task A_command_is_left_when_the_caller_cancels()
    {
        var started = new TaskCompletionSource();
        await using var server = await ExecEndpoint.StartAsync(_ =>
            new()
            {
                Until = async gone =>
                {
                    started.SetResult();
                    await Forever(gone);
                },
            }
        );
        using var cancel = new CancellationTokenSource();

        var running = RunAsync(server.Endpoint, Long, cancel.Token);
        await started.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(ExecEnd.Cut)]
    [InlineData(ExecEnd.WithoutStatus)]
    public async Task Without_a_result_the_outcome_is_not_known_and_the_command_is_not_sent_again(ExecEnd end)
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Stdout = Secret, End = end });

        var broken = await FailureAsync(server);

        Assert.Equal(ClusterFailure.Broken, broken.Failure);
        Assert.Contains("shop/db-0", broken.Message);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_connection_that_stays_open_after_the_result_does_not_hold_the_caller_up()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { ExitCode = 3, End = ExecEnd.LeftOpen });

        var result = await RunAsync(server.Endpoint);

        Assert.Equal((3, false), (result.ExitCode, result.TimedOut));
    }

    [Fact]
    public async Task Of_endless_output_the_beginning_is_kept_and_the_rest_counted()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Stderr = "head", End = ExecEnd.Endless });

        var result = await RunAsync(server.Endpoint, TimeSpan.FromSeconds(2));

        Assert.True(result.TimedOut);
        Assert.Equal("head", result.Output.Stderr);
        Assert.Equal(CommandOutput.KeptBytes - 4, result.Output.Stdout.Length);
        Assert.InRange(result.Output.DroppedBytes, 1, long.MaxValue);
    }

    [Fact]
    public async Task A_result_of_endless_length_is_not_held()
    {
        var status = $$"""{ "status": "Success", "message": "{{new string('x', 1 << 20)}}" }""";
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Status = status });

        Assert.Equal(ClusterFailure.Broken, (await FailureAsync(server)).Failure);
    }

    [Theory]
    [InlineData(403, "Forbidden", ClusterFailure.Forbidden)]
    [InlineData(404, "NotFound", ClusterFailure.NotFound)]
    [InlineData(400, "BadRequest", ClusterFailure.Broken)]
    [InlineData(500, "InternalError", ClusterFailure.Broken)]
    public async Task A_refusal_has_the_servers_message_and_nothing_of_the_command(int code, string reason, ClusterFailure failure)
    {
        var body = $$"""{ "kind": "Status", "code": {{code}}, "reason": "{{reason}}", "message": "container postgres said no" }""";
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Refusal = (code, body) });

        var refused = await FailureAsync(server);

        Assert.Equal(failure, refused.Failure);
        Assert.Equal(code == 500, refused.IsTransient);
        Assert.Contains("container postgres said no", refused.Message);
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData(403, "unable to upgrade")]
    [InlineData(200, "hello")]
    public async Task A_server_that_does_not_speak_websocket_is_named_as_such(int code, string body)
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Refusal = (code, body) });

        var refused = await FailureAsync(server);

        Assert.Equal((ClusterFailure.Broken, false), (refused.Failure, refused.IsTransient));
        Assert.Contains("websocket", refused.Message);
    }

    [Fact]
    public async Task A_protocol_that_was_not_offered_is_refused()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new() { Protocol = "channel.k8s.io" });

        Assert.False((await FailureAsync(server)).IsTransient);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        var calls = 0;
        await using var server = await ExecEndpoint.StartAsync(_ =>
            ++calls == 1 ? new() { Refusal = (429, """{ "kind": "Status", "reason": "TooManyRequests" }""") } : new()
        );

        Assert.Equal(0, (await RunAsync(server.Endpoint)).ExitCode);
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_not_made_again()
    {
        await using var server = await StubServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        var broken = await Assert.ThrowsAsync<ClusterException>(() => RunAsync(new() { Server = server.Url }));

        Assert.Equal(ClusterFailure.Broken, broken.Failure);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "status": 1 }""")]
    [InlineData("""{ "status": "Fail""")]
    public void Anything_but_a_status_is_no_result(string json) =>
        Assert.False(ExecStatus.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out _));

    [Theory]
    [InlineData("""{ "status": "Failure" }""")]
    [InlineData("""{ "status": "Failure", "reason": "NonZeroExitCode" }""")]
    [InlineData("""{ "status": "Failure", "reason": "NonZeroExitCode", "details": { "causes": [ 1, { "reason": "ExitCode" } ] } }""")]
    public void A_failure_without_a_code_is_an_error(string json)
    {
        Assert.True(ExecStatus.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out var status));

        Assert.Null(status.ExitCode);
        Assert.NotNull(status.Error);
    }

    [Fact]
    public void Output_and_commands_do_not_show_where_a_record_is_printed()
    {
        var result = new CommandResult(0, null, false, new(Secret, Secret, 0));

        Assert.DoesNotContain(Secret, result.ToString());
        Assert.DoesNotContain(Secret, Command.ToString());
        Assert.Contains(Secret, JsonSerializer.Serialize(result.Output));
    }

    private static async Task<ClusterException> FailureAsync(ExecEndpoint server)
    {
        var failure = await Assert.ThrowsAsync<ClusterException>(() => RunAsync(server.Endpoint));
        Assert.DoesNotContain(Secret, failure.ToString());
        return failure;
    }

    private static async Task<CommandResult> RunAsync(
        ClusterEndpoint endpoint,
        TimeSpan? timeout = null,
        CancellationToken cancel = default
    )
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System, new NoJitter());
        return await new PodExec(connection).RunAsync(Command, timeout ?? Long, cancel);
    }

    private static Task Forever(CancellationToken gone) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
}
