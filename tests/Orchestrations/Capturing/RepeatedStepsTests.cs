using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Running;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>An engine delivers activities at least once, to any process: of what was done twice, one counts.</summary>
public sealed class RepeatedStepsTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("shop");
        await fleet["shop"].SeedSyntheticAsync(2_000, 8, default);
    }

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    public async Task Two_processes_that_export_the_same_units_differently_agree_on_one_result()
    {
        using var connection = fleet.Connect("shop");
        var (one, other) = (Steps(), Steps());
        var pass = await one.BeginAsync(connection, new(), default);
        Assert.Equal(pass, await other.BeginAsync(connection, new(), default));

        for (var unit = 0; unit < pass.Units; unit++)
        {
            for (var piece = 0; ; piece++)
            {
                // one hands back after each page, the other one reads to the end
                var both = await Task.WhenAll(
                    one.ExportAsync(connection, 1, unit, piece, TimeSpan.Zero, default),
                    other.ExportAsync(connection, 1, unit, piece, TimeSpan.FromMinutes(1), default)
                );
                Assert.Equal(both[0], both[1]);
                if (!both[0].HasMore)
                    break;
            }
        }
        Assert.Null(await other.SettleAsync(connection, 1, default));
        Assert.Null(await one.SealAsync(1, NoVolumes, default));
        var sealedPoint = (await Ledger().FindReportAsync(default))!;

        Assert.Null(await other.SealAsync(1, NoVolumes, default));
        Assert.Equal(sealedPoint.Point, (await Ledger().FindReportAsync(default))!.Point);
        Assert.Single(await SealedPoints.ListAsync(fleet.Vault, Name, default));
        Assert.Equal((await fleet.RunAsync(fleet.Order("shop"))).Capture!.Objects, sealedPoint.Objects);
        Assert.True((await fleet.VerifyAsync("shop")).Intact);
    }

    [Fact]
    public async Task A_step_done_again_by_a_process_without_any_memory_returns_the_same_and_reads_nothing_again()
    {
        using var connection = fleet.Connect("shop");
        var pass = await Steps().BeginAsync(connection, new(), default);
        var first = await Steps().ExportAsync(connection, 1, 0, 0, TimeSpan.FromMinutes(1), default);
        using var requests = fleet["shop"].Inject(new(""));

        Assert.Equal(pass, await Steps().BeginAsync(connection, new(), default));
        Assert.Equal(first, await Steps().ExportAsync(connection, 1, 0, 0, TimeSpan.FromMinutes(1), default));
        Assert.Equal(0, requests.Struck);
    }

    [Fact]
    public async Task A_report_is_written_once_and_repeated_as_it_was()
    {
        var order = fleet.Order("shop");
        var report = await fleet.RunAsync(order);
        var end = new EndCapture(new RunWorkspace(fleet.Environment()).Captures);
        var late = new CaptureEnd(
            order,
            report.StartedAt,
            report.EndedAt.AddHours(1),
            new(FailureSide.Bug, "late", "a delivery that came late"),
            null
        );

        var result = await end.RunAsync(new DirectCall(EndCapture.Name, order.Run.ToString()), late);

        Assert.Equal(RunState.Succeeded, result.State);
        Assert.Equal(report.EndedAt, (await fleet.Reports.ReadAsync(order.Run, default))!.EndedAt);
    }

    [Fact]
    public async Task A_vault_that_can_not_be_reached_for_a_moment_is_asked_again()
    {
        fleet.Vault = new FaultyStore(new MemoryStore(TimeProvider.System)).Fail(StoreOperation.Create, 2);

        var report = await fleet.RunAsync(fleet.Order("shop") with { Attempts = 3 });

        Assert.True(report.State == RunState.Succeeded, report.Failure?.Message);
        Assert.Equal(CaptureState.Succeeded, report.Capture!.State);
    }

    /// <summary>Of a process of their own, as it were.</summary>
    private CaptureSteps Steps() => new(Name, fleet.Vault, Ledger(), TimeProvider.System);

    private CaptureLedger Ledger() => new(new(fleet.Control, "runs/twice/"));

    private static Task<PointVolumes> NoVolumes(CapturePlan plan, CancellationToken cancellation) => Task.FromResult(PointVolumes.None);
}
