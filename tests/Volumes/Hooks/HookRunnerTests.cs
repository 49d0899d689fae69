using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Executing;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Volumes.Tests.Hooks;

public sealed class HookRunnerTests
{
    private const string RecordPath = "runs/r1/hooks-prod.json";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly MemoryDocuments documents = new();
    private readonly List<string> events = [];

    [Fact]
    public async Task Hooks_run_around_the_cut_in_order_and_back()
    {
        await using var server = await StartAsync();

        var result = await AroundAsync(server, Plan(Pod("db-1"), Pod("db-0"), Pod("first", order: -1)));

        Assert.Equal(["first: freeze", "db-0: freeze", "db-1: freeze", "cut", "db-1: thaw", "db-0: thaw", "first: thaw"], events);
        Assert.Equal("snapshots", await result.Cut!);
        Assert.Equal(6, result.Outcomes.Length);
        Assert.All(result.Outcomes, o => Assert.Equal((null, 0, false), (o.Error, o.ExitCode, o.IsRecovery)));
        Assert.Null(await documents.ReadAsync(RecordPath, default));
    }

    [Fact]
    public async Task After_a_pre_hook_that_fails_nothing_is_cut_and_what_was_begun_is_resumed()
    {
        await using var server = await StartAsync(call =>
            call.ToString() == "shop/b/db: freeze" ? new() { ExitCode = 4, Stderr = "busy" } : new()
        );

        var result = await AroundAsync(server, Plan(Pod("a"), Pod("b"), Pod("c")));

        Assert.Null(result.Cut);
        Assert.Equal(["a: freeze", "b: freeze", "b: thaw", "a: thaw"], events);
        var failed = result.Outcomes.Single(o => o.Error is not null);
        Assert.Equal(("b", HookPhase.Pre, 4, "busy"), (failed.Pod, failed.Phase, failed.ExitCode, failed.Output));
    }

    [Fact]
    public async Task A_failure_that_may_be_passed_over_is_reported_and_the_rest_is_done()
    {
        await using var server = await StartAsync(call => new() { ExitCode = call.Pod == "a" ? 1 : 0 });

        var result = await AroundAsync(server, Plan(Pod("a", onError: OnHookError.Continue), Pod("b")));

        Assert.Equal("snapshots", await result.Cut!);
        Assert.Equal(["a: freeze", "b: freeze", "cut", "b: thaw", "a: thaw"], events);
        Assert.Equal(2, result.Outcomes.Count(o => o.Error is not null));
    }

    [Fact]
    public async Task All_post_hooks_run_though_some_fail()
    {
        await using var server = await StartAsync(call => new() { ExitCode = call.Command[0] == "thaw" ? 1 : 0 });

        var result = await AroundAsync(server, Plan(Pod("a"), Pod("b")));

        Assert.True(result.Cut!.IsCompletedSuccessfully);
        Assert.Equal(["b: thaw", "a: thaw"], events[^2..]);
    }

    [Fact]
    public async Task What_the_cut_throws_is_kept_until_the_post_hooks_have_run()
    {
        await using var server = await StartAsync();

        var result = await AroundAsync(server, Plan(Pod("a")), cut: _ => throw new IOException("no snapshot"));

        await Assert.ThrowsAsync<IOException>(() => result.Cut!);
        Assert.Equal(["a: freeze", "a: thaw"], events);
    }

    [Fact]
    public async Task A_cut_that_hangs_does_not_keep_applications_stopped()
    {
        await using var server = await StartAsync();
        var never = new TaskCompletionSource<string>();

        var result = await AroundAsync(server, Plan(Pod("a")), TimeSpan.FromSeconds(2), _ => never.Task);

        Assert.Equal(HookFailure.TooSlow, (await Assert.ThrowsAsync<HookException>(() => result.Cut!)).Failure);
        Assert.Equal(["a: freeze", "a: thaw"], events);
    }

    [Fact]
    public async Task Pre_hooks_that_take_too_long_together_end_the_freeze()
    {
        await using var server = await StartAsync(call =>
            new() { Until = call.Pod == "b" && call.Command[0] == "freeze" ? Forever : Done }
        );

        var result = await AroundAsync(server, Plan(Pod("a"), Pod("b"), Pod("c")), TimeSpan.FromSeconds(2));

        Assert.Null(result.Cut);
        Assert.Equal(["a: freeze", "b: freeze", "b: thaw", "a: thaw"], events);
    }

    [Fact]
    public async Task A_hook_that_takes_too_long_fails()
    {
        await using var server = await StartAsync(call =>
            new() { Stdout = "working", Until = call.Command[0] == "freeze" ? Forever : Done }
        );

        var result = await AroundAsync(server, Plan(Pod("a", timeout: TimeSpan.FromSeconds(1))));

        Assert.Null(result.Cut);
        Assert.Equal((null, "working"), (result.Outcomes[0].ExitCode, result.Outcomes[0].Output));
        Assert.Contains("1 s", result.Outcomes[0].Error);
    }

    [Fact]
    public async Task A_cancellation_while_cutting_resumes_the_applications()
    {
        await using var server = await StartAsync();
        using var cancel = new CancellationTokenSource();

        var result = await AroundAsync(
            server,
            Plan(Pod("a")),
            cut: async token =>
            {
                await cancel.CancelAsync();
                await Forever(token);
                return "";
            },
            cancellation: cancel.Token
        );

        Assert.True(result.Cut!.IsCanceled);
        Assert.Equal(["a: freeze", "a: thaw"], events);
    }

    [Fact]
    public async Task A_cancellation_during_pre_hooks_resumes_what_was_begun()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await StartAsync(call =>
            new()
            {
                Until = async gone =>
                {
                    if (call.ToString() != "shop/b/db: freeze")
                        return;
                    await cancel.CancelAsync();
                    await Forever(gone);
                },
            }
        );

        var result = await AroundAsync(server, Plan(Pod("a"), Pod("b"), Pod("c")), cancellation: cancel.Token);

        Assert.True(result.Cut!.IsCanceled);
        Assert.Equal(["a: freeze", "b: freeze", "b: thaw", "a: thaw"], events);
    }

    [Fact]
    public async Task A_fault_that_counts_stops_everything_before_any_application_is()
    {
        await using var server = await StartAsync();
        var faulty = Pod("b") with { Faults = [new(HookPhase.Post, "annotation x", "is wrong", OnHookError.Fail)] };

        var result = await AroundAsync(server, Plan(Pod("a"), faulty));

        Assert.Null(result.Cut);
        Assert.Empty(events);
        Assert.Contains("annotation x", Assert.Single(result.Outcomes).Error);
    }

    [Fact]
    public async Task A_pod_with_a_fault_that_may_be_passed_over_is_left_out_whole()
    {
        await using var server = await StartAsync();
        var faulty = Pod("b") with { Faults = [new(HookPhase.Post, "annotation x", "is wrong", OnHookError.Continue)] };

        var result = await AroundAsync(server, Plan(Pod("a"), faulty));

        Assert.Equal(["a: freeze", "cut", "a: thaw"], events);
        Assert.Equal("b", Assert.Single(result.Outcomes, o => o.Error is not null).Pod);
    }

    [Fact]
    public async Task Without_hooks_there_is_only_the_cut()
    {
        await using var server = await StartAsync();

        Assert.Equal("snapshots", await (await AroundAsync(server, Plan())).Cut!);
        Assert.Equal(["cut"], events);
    }

    [Fact]
    public async Task The_attempt_after_a_process_that_died_runs_the_post_hooks_first()
    {
        await using var server = await StartAsync();
        await documents.PutAsync(RecordPath, Encoding.UTF8.GetBytes("""{ "pods": ["shop/a", "shop/gone", "shop/b"] }"""), default);

        var result = await AroundAsync(server, Plan(Pod("a"), Pod("b")));

        Assert.Equal(["b: thaw", "a: thaw", "a: freeze", "b: freeze", "cut", "b: thaw", "a: thaw"], events);
        Assert.Equal(["b", "gone", "a"], result.Outcomes.Where(o => o.IsRecovery).Select(o => o.Pod));
        Assert.NotNull(result.Outcomes.Single(o => o.Pod == "gone").Error);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_damaged_record_has_every_pod_resumed(string json)
    {
        await using var server = await StartAsync();
        await documents.PutAsync(RecordPath, Encoding.UTF8.GetBytes(json), default);
        using var connection = new ClusterConnection(server.Endpoint, TimeProvider.System);

        await new HookRunner(connection, new(documents, RecordPath)).ThawAsync(Plan(Pod("a"), Pod("b")), default);

        Assert.Equal(["b: thaw", "a: thaw"], events);
        Assert.Null(await documents.ReadAsync(RecordPath, default));
    }

    [Fact]
    public async Task Applications_are_stopped_only_once_that_is_on_record_without_their_commands()
    {
        string? recorded = null;
        await using var server = await StartAsync(call =>
        {
            recorded ??= Encoding.UTF8.GetString(documents.ReadAsync(RecordPath, default).Result!.Content.Span);
            return new();
        });

        await AroundAsync(server, Plan(Pod("a")));

        Assert.Contains("shop/a", recorded);
        Assert.DoesNotContain("freeze", recorded);
    }

    [Fact]
    public async Task An_attempt_that_was_taken_over_neither_resumes_nor_counts()
    {
        await using var server = await StartAsync();

        var result = await AroundAsync(
            server,
            Plan(Pod("a")),
            cut: async _ =>
            {
                events.Add("the other attempt");
                await AroundAsync(server, Plan(Pod("a")), cancellation: CancellationToken.None);
                await documents.CreateAsync(RecordPath, "{}"u8.ToArray(), default);
                return "stale";
            }
        );

        Assert.Equal(HookFailure.TakenOver, (await Assert.ThrowsAsync<HookException>(() => result.Cut!)).Failure);
        Assert.Equal(["a: freeze", "the other attempt", "a: thaw", "a: freeze", "cut", "a: thaw"], events);
    }

    [Fact]
    public async Task A_post_hook_whose_connection_breaks_is_run_again()
    {
        var thaws = 0;
        await using var server = await StartAsync(call =>
            new() { End = call.Command[0] == "thaw" && ++thaws == 1 ? ExecEnd.Cut : ExecEnd.Orderly }
        );

        var result = await AroundAsync(server, Plan(Pod("a")));

        Assert.Equal(["a: freeze", "cut", "a: thaw", "a: thaw"], events);
        Assert.All(result.Outcomes, o => Assert.Null(o.Error));
    }

    [Fact]
    public async Task Output_is_short_in_one_line_without_secrets_and_not_in_logs()
    {
        await using var server = await StartAsync(call =>
            new()
            {
                Stdout = call.Command[0] == "freeze" ? "\u001b[31mred\nnext" : "url: https://admin:hunter2@db/",
                Stderr = call.Command[0] == "freeze" ? new string('x', 10_000) : "",
            }
        );

        var outcomes = (await AroundAsync(server, Plan(Pod("a")))).Outcomes;

        Assert.All(outcomes, o => Assert.Null(o.Error));
        Assert.StartsWith("\\u001b[31mred\\nnext\\nxxx", outcomes[0].Output);
        Assert.InRange(outcomes[0].Output!.Length, 1_000, 2_001);
        Assert.DoesNotContain("hunter2", outcomes[1].Output);
        Assert.DoesNotContain("red", outcomes[0].ToString());
    }

    private static HookPlan Plan(params PodHooks[] pods) => HookPlan.Of(pods);

    private static PodHooks Pod(string name, int order = 0, OnHookError onError = OnHookError.Fail, TimeSpan? timeout = null)
    {
        HookSpec Spec(string command) => new("policy hook freeze", "db", [command], timeout ?? TimeSpan.FromSeconds(30), onError);
        return new("shop", name, order, [Spec("freeze")], [Spec("thaw")], []);
    }

    private Task<ExecEndpoint> StartAsync(Func<ExecCall, ScriptedExec>? script = null) =>
        ExecEndpoint.StartAsync(call =>
        {
            events.Add($"{call.Pod}: {call.Command[0]}");
            return script?.Invoke(call) ?? new();
        });

    private async Task<HookedCut<string>> AroundAsync(
        ExecEndpoint server,
        HookPlan plan,
        TimeSpan? limit = null,
        Func<CancellationToken, Task<string>>? cut = null,
        CancellationToken cancellation = default
    )
    {
        using var connection = new ClusterConnection(server.Endpoint, TimeProvider.System);
        return await new HookRunner(connection, new(documents, RecordPath)).AroundAsync(
            plan,
            limit ?? Limit,
            cut ?? CutAsync,
            cancellation
        );
    }

    private Task<string> CutAsync(CancellationToken cancellation)
    {
        events.Add("cut");
        return Task.FromResult("snapshots");
    }

    private static Task Done(CancellationToken gone) => Task.CompletedTask;

    private static Task Forever(CancellationToken gone) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
}
