using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Control;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Replication;

namespace Holdfast.Orchestrations.Tests.Replicating;

public sealed class ReplicateVaultTests : IAsyncLifetime
{
    private readonly SettableTime time = new(SamplePoint.Time);
    private readonly MemoryDocuments control = new();
    private readonly MemoryStore west;
    private readonly MemoryStore east;
    private MemoryStore vault = null!;

    public ReplicateVaultTests() => (west, east) = (new(time, location: "west"), new(time, location: "east"));

    public async Task InitializeAsync()
    {
        vault = new(time);
        for (var i = 0; i < 3; i++)
        {
            SampleSegment[] segments = [new("configmaps", "shop", $$$"""{"metadata":{"name":"a{{{i}}}"}}""")];
            await SamplePoint.WriteAsync(vault, segments, SamplePoint.Time.AddHours(i));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_replica_gets_every_point_and_the_report_says_so()
    {
        var report = await RunAsync();

        Assert.Equal((RunKind.Replication, RunState.Succeeded), (report.Kind, report.State));
        Assert.Equal([("east", 3), ("west", 3)], report.Replication!.Value.Select(r => (r.Replica, r.Points)));
        Assert.Empty((await VerifyAsync(east)).Findings);
        Assert.Empty((await VerifyAsync(west)).Findings);
        var states = await new ReplicaStates(control).ReadAsync(default);
        Assert.All(states, s => Assert.Equal(TimeSpan.Zero, s.LagBehind(s.Here)));
        Assert.Empty(await control.ListAsync($"runs/{report.Run}/", null, default).ToListAsync());
        Assert.Empty(await control.ListAsync("replica-leases/", null, default).ToListAsync());
    }

    /// <summary>Each call of the activity is cut short by its budget, and the process is killed once in between.</summary>
    [Fact]
    public async Task A_replication_that_takes_longer_than_an_activity_may_and_is_killed_continues_where_it_was()
    {
        var (writes, files) = (0, Directory.CreateTempSubdirectory("holdfast-hub-"));
        var dying = new TaskCompletionSource();
        var slow = new FaultyStore(west).Before(
            async (call, cancellation) =>
            {
                if (call.Operation == StoreOperation.Create && Interlocked.Increment(ref writes) == 3)
                {
                    dying.SetResult();
                    await Task.Delay(Timeout.Infinite, cancellation);
                }
            }
        );
        try
        {
            var hub = Path.Combine(files.FullName, "hub.db");
            RunId run;
            await using (var first = await RunningHub.StartAsync(EnvironmentOf(slow), hub))
            {
                run = await StartAsync(first, new() { Replica = "west" });
                await dying.Task.WaitAsync(TimeSpan.FromSeconds(30));
            }
            time.Now += TimeSpan.FromMinutes(10);
            await using var second = await RunningHub.StartAsync(EnvironmentOf(west), hub);
            var report = await ReportAsync(second, run);

            Assert.Equal((RunState.Succeeded, 3), (report.State, report.Replication!.Value.Single().Points));
            Assert.Empty((await VerifyAsync(west)).Findings);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_replica_that_doesn_t_answer_keeps_no_other_from_it()
    {
        var dead = new FaultyStore(east).Before(_ => throw new ArchiveException(ArchiveFailure.Unreachable, "no answer"));

        var report = await RunAsync(dead);

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(
            [("east", "no answer", 0), ("west", null, 3)],
            report.Replication!.Value.Select(r => (r.Replica, r.Failure, r.Points))
        );
    }

    [Fact]
    public async Task What_another_service_has_taken_over_is_not_copied_and_schedules_leave_it_alone()
    {
        var none = await Takeovers.ReadAsync(west, default);
        await none.AddAsync(west, [SamplePoint.Cluster], "b", "the region was gone", time.Now, default);

        var report = await RunAsync();

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal([("east", false), ("west", true)], report.Replication!.Value.Select(r => (r.Replica, r.IsTakenOver)));
        var fence = Assert.Single(await new Fences(control).ReadAsync(default));
        Assert.Equal((SamplePoint.Cluster, "west", 1, "b"), (fence.Cluster, fence.Replica, fence.Number, fence.By));

        await Takeovers.ReturnAsync(west, 1, "b", time.Now, default);
        Assert.Equal(RunState.Succeeded, (await RunAsync()).State);
        Assert.Empty(await new Fences(control).ReadAsync(default));
    }

    [Fact]
    public async Task One_run_at_a_time_copies_into_a_replica_and_one_that_was_killed_is_waited_for()
    {
        var (lease, hour) = (new ReplicaLease(control, "west", time), TimeSpan.FromHours(1));
        var (one, two) = (RunId.New(time.Now, 1), RunId.New(time.Now, 2));

        Assert.True(await lease.TryTakeAsync(one, hour, default));
        Assert.True(await lease.TryTakeAsync(one, hour, default));
        Assert.False(await lease.TryTakeAsync(two, hour, default));
        await lease.ReturnAsync(two, default);
        Assert.False(await lease.TryTakeAsync(two, hour, default));
        time.Now += hour;
        Assert.True(await lease.TryTakeAsync(two, hour, default));
        await lease.ReturnAsync(two, default);
        Assert.True(await lease.TryTakeAsync(one, hour, default));
    }

    [Fact]
    public async Task A_cluster_that_can_t_be_replicated_is_tried_again_after_a_while()
    {
        var dead = new FaultyStore(west).Before(_ => throw new ArchiveException(ArchiveFailure.Unreachable, "no answer"));
        var waiting = new UnreplicatedClusters(control);
        await waiting.AddAsync(SamplePoint.Cluster, time.Now, default);
        await using (var hub = await RunningHub.StartAsync(EnvironmentOf(dead)))
            Assert.Equal(RunState.Failed, (await ReportAsync(hub, await StartAsync(hub, new() { IsAfterSeals = true }))).State);

        Assert.Empty(await waiting.DueAsync(time.Now, default));
        time.Now += TimeSpan.FromMinutes(15);
        Assert.Single(await waiting.DueAsync(time.Now, default));
        await using (var hub = await RunningHub.StartAsync(EnvironmentOf(west)))
            Assert.Equal(RunState.Succeeded, (await ReportAsync(hub, await StartAsync(hub, new() { IsAfterSeals = true }))).State);

        Assert.Empty(await waiting.DueAsync(DateTimeOffset.MaxValue, default));
        Assert.Empty((await VerifyAsync(west)).Findings);
    }

    private Task<VerifyReport> VerifyAsync(IBlobStore of) =>
        PointVerifier.VerifyAsync(of, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);

    private RunEnvironment EnvironmentOf(IBlobStore into, IBlobStore? other = null) =>
        new((_, _) => throw new NotSupportedException(), vault, control, time)
        {
            Limits = RunLimits.Default with { ReplicateBudget = other is null ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(4) },
            Replicas =
            [
                .. other is null ? [] : new[] { new Replica("east", other, ReplicaTerms.AsCaptured, null) },
                new Replica("west", into, ReplicaTerms.AsCaptured, null),
            ],
        };

    private async Task<RunReport> RunAsync(IBlobStore? over = null)
    {
        await using var hub = await RunningHub.StartAsync(EnvironmentOf(west, over ?? east));
        return await ReportAsync(hub, await StartAsync(hub, new()));
    }

    private async Task<RunId> StartAsync(RunningHub hub, Wanted wanted)
    {
        var run = RunId.New(time.Now, (uint)Random.Shared.Next());
        await new RunOrders(control, time).StartAsync(
            hub.Client,
            at =>
                new(at)
                {
                    Replication = new()
                    {
                        Run = run,
                        RequestedBy = "tests",
                        Attempts = 3,
                        Replica = wanted.Replica,
                        IsAfterSeals = wanted.IsAfterSeals,
                    },
                },
            default
        );
        return run;
    }

    private async Task<RunReport> ReportAsync(RunningHub hub, RunId run)
    {
        await hub.Client.WaitForInstanceCompletionAsync(run.ToString(), new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return (await new RunReports(control, time).ReadAsync(run, default))!;
    }

    private sealed record Wanted
    {
        public string? Replica { get; init; }
        public bool IsAfterSeals { get; init; }
    }
}
