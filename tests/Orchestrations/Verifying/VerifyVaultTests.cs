using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Heads;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Verifying;

public sealed class VerifyVaultTests : IAsyncLifetime
{
    private readonly SettableTime time = new(SamplePoint.Time);
    private readonly MemoryDocuments control = new();
    private readonly List<SealedPoint> points = [];
    private MemoryStore store = null!;
    private TamperedStore vault = null!;

    public async Task InitializeAsync()
    {
        store = new(time);
        vault = new(store);
        for (var i = 0; i < 3; i++)
        {
            SampleSegment[] segments = [new("configmaps", "shop", $$$"""{"metadata":{"name":"a{{{i}}}"}}""")];
            points.Add(await SamplePoint.WriteAsync(store, segments, SamplePoint.Time.AddHours(i)));
            await new KnownHeads(control).NoteAsync(store, points[i], default);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_whole_vault_is_verified_and_its_report_says_what_was_read()
    {
        var report = await RunAsync();

        var cluster = Assert.Single(report.Verification!.Value);
        Assert.Equal((RunKind.Verification, RunState.Succeeded, "tests"), (report.Kind, report.State, report.RequestedBy));
        Assert.Equal((3, 3, 3, 0), (cluster.Points, cluster.PacksSeen, cluster.Packs, cluster.Damage));
        Assert.True(cluster.Bytes > 0);
        Assert.Equal(RunState.Succeeded, (await LastAsync())!.State);
        Assert.Empty(await control.ListAsync($"runs/{report.Run}/", null, default).ToListAsync());
        Assert.Null(await new RunOrders(control, time).FindAsync(report.Run, default));
    }

    [Fact]
    public async Task A_verification_that_takes_longer_than_an_activity_may_is_continued()
    {
        foreach (var point in points)
            await vault.FlipAsync(await PackAsync(point), 20);

        var report = await RunAsync(budget: TimeSpan.Zero);

        var cluster = Assert.Single(report.Verification!.Value);
        Assert.Equal((3, 3, 3, 3), (cluster.Points, cluster.PacksSeen, cluster.Packs, cluster.Damage));
    }

    [Fact]
    public async Task Damage_fails_the_run_and_is_named()
    {
        await vault.FlipAsync(await PackAsync(points[1]), 20);

        var report = await RunAsync();

        Assert.Equal((RunState.Failed, FailureSide.Vault, FailureCode.Damaged), (report.State, report.Failure!.Side, report.Failure.Code));
        var finding = Assert.Single(report.Verification!.Value[0].Findings);
        Assert.Equal(("DigestMismatch", points[1].Id), (finding.Kind, finding.Point));
        Assert.Equal((RunState.Failed, report.Run), ((await LastAsync())!.State, (await LastAsync())!.Run));
    }

    [Fact]
    public async Task A_cut_tail_is_found_by_what_captures_noted()
    {
        vault.Remove(VaultPaths.Seal(SamplePoint.Cluster, points[2].Id));
        vault.Remove(VaultPaths.Inventory(SamplePoint.Cluster, points[2].Id));

        var report = await RunAsync(sample: 0);

        Assert.Equal(RunState.Failed, report.State);
        Assert.Equal(
            ("Missing", points[2].Id),
            (report.Verification!.Value[0].Findings[0].Kind, report.Verification.Value[0].Findings[0].Point)
        );
    }

    [Fact]
    public async Task A_cluster_of_which_nothing_is_left_is_found()
    {
        vault = new(new MemoryStore(time));

        var report = await RunAsync();

        var cluster = Assert.Single(report.Verification!.Value);
        Assert.Equal((RunState.Failed, SamplePoint.Cluster), (report.State, cluster.Cluster));
    }

    [Fact]
    public async Task A_cluster_that_cant_be_verified_keeps_no_other_from_it()
    {
        await store.CreateAsync("clusters/broken/packs/a", "a"u8.ToArray(), null, default);
        var faulty = new FaultyStore(vault).Before(call =>
        {
            if (call.Path.StartsWith("clusters/broken/", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Forbidden, "refused");
        });

        var report = await RunAsync(over: faulty);

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(
            [("broken", "refused", 0), ("prod", null, 3)],
            report.Verification!.Value.Select(c => (c.Cluster.ToString(), c.Failure, c.Packs))
        );
    }

    [Fact]
    public async Task A_verification_of_one_cluster_says_nothing_of_the_vault()
    {
        await vault.FlipAsync(await PackAsync(points[1]), 20);

        var report = await RunAsync(cluster: SamplePoint.Cluster);

        Assert.Equal((RunState.Failed, SamplePoint.Cluster), (report.State, report.Cluster));
        Assert.Null(await LastAsync());
    }

    private Task<VerificationOutcome?> LastAsync() => new LastVerification(control).FindAsync(default);

    private async Task<string> PackAsync(SealedPoint point)
    {
        var inventory = (await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default)).Inventory;
        return VaultPaths.Pack(SamplePoint.Cluster, inventory.Segments[0].Parts[0].Pack);
    }

    private async Task<RunReport> RunAsync(int sample = 100, TimeSpan? budget = null, IBlobStore? over = null, ClusterName? cluster = null)
    {
        var environment = new RunEnvironment((_, _) => throw new NotSupportedException(), over ?? vault, control, time)
        {
            Limits = RunLimits.Default with { VerifyBudget = budget ?? RunLimits.Default.VerifyBudget },
        };
        await using var hub = await RunningHub.StartAsync(environment);
        var run = RunId.New(time.Now, (uint)Random.Shared.Next());
        await new RunOrders(control, time).StartAsync(
            hub.Client,
            at =>
                new(at)
                {
                    Verification = new()
                    {
                        Run = run,
                        RequestedBy = "tests",
                        Attempts = 1,
                        Sample = sample,
                        Cluster = cluster,
                    },
                },
            default
        );
        await hub.Client.WaitForInstanceCompletionAsync(run.ToString(), new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return (await new RunReports(control, time).ReadAsync(run, default))!;
    }
}
