using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Retaining;

public sealed class ApplyRetentionTests : IAsyncLifetime
{
    private static readonly ProtectionPolicy Nightly = new()
    {
        Name = PolicyName.Parse("nightly"),
        Clusters = new() { Selector = "env=prod" },
        Schedule = new("0 2 * * *", "Europe/Berlin"),
        Retention = new(Last: 1),
    };

    private readonly SettableTime time = new(SamplePoint.Time);
    private readonly MemoryDocuments control = new();
    private readonly MemoryStore vault;
    private readonly List<SealedPoint> points = [];

    public ApplyRetentionTests() => vault = new(time);

    public async Task InitializeAsync()
    {
        await new ControlDocuments(control).CreatePolicyAsync(Nightly, default);
        foreach (var content in new[] { "a", "b" })
        {
            points.Add(await CaptureAsync(content));
            time.Now += TimeSpan.FromDays(1);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Points_expire_by_the_policy_as_it_is_now_and_are_purged_a_week_later()
    {
        var first = await RunAsync(vault);
        time.Now += TimeSpan.FromDays(7);
        var second = await RunAsync(vault);

        Assert.Equal((RunKind.Retention, RunState.Succeeded, "tests"), (first.Kind, first.State, first.RequestedBy));
        var (expired, purged) = (Assert.Single(first.Retention!.Value), Assert.Single(second.Retention!.Value));
        Assert.Equal((1, 1, 0, 0), (expired.Points, expired.Expired, expired.Purged, expired.Packs));
        Assert.Equal((1, 0, 1, 1), (purged.Points, purged.Expired, purged.Purged, purged.Packs));
        Assert.True(purged.Bytes > 0);
        Assert.Equal([points[1].Id], (await SealedPoints.ListAsync(vault, SamplePoint.Cluster, default)).Select(p => p.Id));
        Assert.Empty(await control.ListAsync($"runs/{first.Run}/", null, default).ToListAsync());
        Assert.Null(await new RunOrders(control, time).FindAsync(first.Run, default));
    }

    [Fact]
    public async Task Points_of_a_policy_that_is_gone_or_cant_be_used_stay()
    {
        await new ControlDocuments(control).DeletePolicyAsync(Nightly.Name, null, default);
        var gone = await RunAsync(vault);
        await control.PutAsync("policies/nightly.json", "{}"u8.ToArray(), default);
        var broken = await RunAsync(vault);

        Assert.Equal((RunState.Succeeded, 0), (gone.State, gone.Retention!.Value[0].Expired));
        Assert.Equal(
            (RunState.Partial, 0, 1),
            (broken.State, broken.Retention!.Value[0].Expired, broken.Retention.Value[0].Problems.Length)
        );
    }

    [Fact]
    public async Task A_cluster_that_cant_be_pruned_keeps_no_other_from_it()
    {
        await vault.CreateAsync("clusters/broken/packs/a", "a"u8.ToArray(), null, default);
        var store = new FaultyStore(vault).Before(call =>
        {
            if (call.Path.StartsWith("clusters/broken/", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Forbidden, "refused");
        });

        var report = await RunAsync(store);

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(
            [("broken", "refused", 0), ("prod", null, 1)],
            report.Retention!.Value.Select(c => (c.Cluster.ToString(), c.Failure, c.Expired))
        );
    }

    [Fact]
    public async Task A_clock_that_differs_from_the_stores_expires_nothing()
    {
        var report = await RunAsync(vault, new SettableTime(time.Now.AddMinutes(6)));

        Assert.Equal(RunState.Failed, report.State);
        Assert.Equal(2, (await SealedPoints.ListAsync(vault, SamplePoint.Cluster, default)).Length);
    }

    private async Task<SealedPoint> CaptureAsync(string content)
    {
        var writer = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, time);
        var manifest = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{content}}}","namespace":"a"}}""";
        var packed = await SamplePoint.PackAsync(writer, [new("configmaps", "a", manifest)]);
        var inventory = SamplePoint.InventoryOf(packed, time.Now) with { Policy = Nightly.ToElement() };
        return await writer.SealAsync(inventory, new(PointState.Succeeded, null), default);
    }

    private async Task<RunReport> RunAsync(IBlobStore store, TimeProvider? clock = null)
    {
        var environment = new RunEnvironment((_, _) => throw new NotSupportedException(), store, control, clock ?? time);
        await using var hub = await RunningHub.StartAsync(environment);
        var run = RunId.New(time.Now, (uint)Random.Shared.Next());
        await new RunOrders(control, time).StartAsync(
            hub.Client,
            at =>
                new(at)
                {
                    Retention = new()
                    {
                        Run = run,
                        RequestedBy = "tests",
                        Attempts = 1,
                    },
                },
            default
        );
        await hub.Client.WaitForInstanceCompletionAsync(run.ToString(), new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return (await new RunReports(control, time).ReadAsync(run, default))!;
    }
}
