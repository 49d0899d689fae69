using System.Net;
using System.Net.Http.Json;
using Holdfast.TestKit.Functions;
using Holdfast.TestKit.Functions.Durable;

namespace Holdfast.Functions.Live.Tests;

/// <summary>What a worker may rely on, whichever engine its host uses.</summary>
public abstract class EngineBehaviour : IAsyncLifetime, IDisposable
{
    private readonly HostLog log = new();
    private readonly string signatures = Path.GetTempFileName();
    private FunctionsHost host = null!;

    private SampleApp App => new(host);

    /// <summary>An engine on the test's own store: a later one continues what an earlier one started.</summary>
    private protected abstract IDurableEngine Engine();

    public async Task InitializeAsync() => host = await StartHostAsync();

    public virtual async Task DisposeAsync()
    {
        await host.DisposeAsync();
        File.Delete(signatures);
    }

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Activities_and_a_sub_orchestration_fan_out_and_in()
    {
        Assert.Equal(HttpStatusCode.OK, await App.StartAsync("FanOut", "fan", 20));

        Assert.Equal(2470 + 400, await App.ResultAsync<int>("fan"));
        Assert.Equal("\"multiplying\"", (await App.FindAsync("fan"))!.CustomStatus);
    }

    [Fact]
    public async Task An_event_sent_while_suspended_is_kept_until_resumed()
    {
        await App.StartAsync("WaitForEvent", "waits", "");
        await App.StatusAsync("waits", "Running");
        await App.ChangeAsync("waits", "suspend");
        await App.StatusAsync("waits", "Suspended");
        await App.ChangeAsync("waits", "go");
        await App.ChangeAsync("waits", "resume");

        Assert.Equal("hello", await App.ResultAsync<string>("waits"));
    }

    [Fact]
    public async Task A_terminated_instance_ends_with_the_given_output_and_purged_it_is_gone()
    {
        await App.StartAsync("WaitForEvent", "ended", "");
        await App.StatusAsync("ended", "Running");
        await App.ChangeAsync("ended", "terminate");

        Assert.Contains("stopped", (await App.StatusAsync("ended", "Terminated")).Output, StringComparison.Ordinal);
        await App.ChangeAsync("ended", "purge");
        Assert.Null(await App.FindAsync("ended"));
    }

    [Fact]
    public async Task An_unfinished_id_is_refused_and_all_pages_of_a_query_are_listed()
    {
        foreach (var id in (string[])["many-a", "many-b", "many-c", "other"])
            Assert.Equal(HttpStatusCode.OK, await App.StartAsync("WaitForEvent", id, ""));

        Assert.Equal(HttpStatusCode.Conflict, await App.StartAsync("WaitForEvent", "many-a", ""));
        var listed = await host.Http.GetFromJsonAsync<string[]>("api/instances?prefix=many-");
        Assert.Equal(["many-a", "many-b", "many-c"], listed!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_megabyte_passes_through_an_activity_unchanged()
    {
        var payload = string.Concat(Enumerable.Repeat("2026-11-29T07:00:00Z \"é\" ", 40_000));
        await App.StartAsync("Echo", "large", payload);

        Assert.Equal(payload, await App.ResultAsync<string>("large"));
    }

    [Fact]
    public async Task An_activitys_exception_reaches_the_orchestrator_with_type_message_and_cause()
    {
        const string message = """{"side":"cluster","message":"a: \"b\"","next":"c"}""" + "\nsecond line";
        await App.StartAsync("Describe", "failing", message);

        Assert.Equal(
            [new("Holdfast.SampleWorker.SampleFailedException", message), new("System.InvalidOperationException", "the cause")],
            await App.ResultAsync<SampleApp.SeenFailure[]>("failing") ?? []
        );
    }

    [Fact]
    public async Task An_activity_whose_worker_is_killed_fails_with_the_exit_code()
    {
        await App.StartAsync("Describe", "killed", $"sleep:{signatures}");
        await SampleApp.SignedAsync(signatures, times: 1);
        await host.KillWorkerAsync();

        var seen = await App.ResultAsync<SampleApp.SeenFailure[]>("killed");
        Assert.Equal("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", seen![0].Type);
        Assert.Contains("exited with code 137", seen[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_policy_runs_an_activity_again_whose_worker_was_killed()
    {
        await App.StartAsync("Nap", "retried", new { File = signatures, Milliseconds = 2000 });
        await SampleApp.SignedAsync(signatures, times: 1);
        await host.KillWorkerAsync();

        Assert.Equal((await host.WorkerAsync()).ProcessId, await App.ResultAsync<int>("retried"));
        Assert.Equal(2, (await File.ReadAllLinesAsync(signatures)).Length);
    }

    [Fact]
    public async Task An_episode_whose_worker_is_killed_is_run_again()
    {
        await App.StartAsync("Deliberate", "interrupted", new { File = signatures, Milliseconds = 2000 });
        await SampleApp.SignedAsync(signatures, times: 1);
        await host.KillWorkerAsync();

        Assert.Equal(25, await App.ResultAsync<int>("interrupted"));
        var signed = await File.ReadAllLinesAsync(signatures);
        Assert.Equal(2, signed.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_host_that_is_started_again_continues_its_instances()
    {
        await App.StartAsync("WaitForEvent", "kept", "");
        await App.StatusAsync("kept", "Running");
        await host.DisposeAsync();
        host = await StartHostAsync();
        await App.ChangeAsync("kept", "go");

        Assert.Equal("hello", await App.ResultAsync<string>("kept"));
    }

    private Task<FunctionsHost> StartHostAsync() => FunctionsHost.StartAsync(new() { App = SampleApp.Folder, Log = log }, Engine());
}
