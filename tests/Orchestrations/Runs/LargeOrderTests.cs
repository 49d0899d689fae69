using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Runs;

/// <summary>Orders of any size: what an engine carries of them stays small.</summary>
public sealed class LargeOrderTests : IAsyncLifetime, IDisposable
{
    private static readonly ImmutableArray<string> ManyNamespaces =
    [
        .. Enumerable.Range(0, 5_000).Select(i => $"namespace-that-is-not-there-{i:0000}"),
    ];
    private readonly LargestPayload payloads = new();
    private SimulatedFleet fleet = null!;

    private RunOrders Orders => new(fleet.Control, TimeProvider.System);

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("shop");
        await fleet["shop"].SeedSampleApplicationAsync(default);
    }

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    public void Dispose() => payloads.Dispose();

    [Fact]
    public async Task A_fleet_of_more_than_a_thousand_with_thousands_of_namespaces_sends_nothing_large_and_leaves_no_order()
    {
        var names = Enumerable.Range(0, 1_200).Select(i => $"cluster-with-quite-a-long-name-{i:0000}").ToArray();
        fleet.Opening = (_, _) => throw new RegistrationException("it is not there");
        var order = new FleetOrder
        {
            Run = fleet.NewRun(),
            Clusters = [.. names.Select(ClusterName.Parse)],
            RequestedBy = "tests",
            Attempts = 1,
            Request = new() { Scope = new() { ExcludedNamespaces = ManyNamespaces } },
            Concurrency = 200,
        };

        var report = await RunAsync(kept => kept with { Fleet = order }, order.Run);

        Assert.Equal(names, report.Clusters.Select(c => c.Cluster.ToString()));
        Assert.All(report.Clusters, part => Assert.Equal("it is not there", part.Reason));
        payloads.AssertBounded();
        Assert.Contains(nameof(Orchestrations.Fleets.ShareClusters), payloads.Types);
        Assert.Empty(await Orders.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_fleets_parts_and_a_single_capture_read_what_is_captured_from_the_stored_order()
    {
        var request = new CaptureRequest
        {
            Scope = new() { ExcludedNamespaces = [.. ManyNamespaces, "shop"] },
            ExpectedAbsentGroups = ManyNamespaces,
            Policy = JsonElement.Parse("""{"name":"nightly"}"""),
        };
        var one = fleet.Order("shop") with { Policy = "nightly", Request = request };
        var all = new FleetOrder
        {
            Run = fleet.NewRun(),
            Clusters = [one.Cluster],
            RequestedBy = "tests",
            Attempts = 1,
            Policy = one.Policy,
            Request = request,
        };

        var single = await RunAsync(kept => kept with { Capture = one }, one.Run);
        await RunAsync(kept => kept with { Fleet = all }, all.Run);
        var part = await fleet.Reports.ReadAsync(all.Run.Of(one.Cluster), default);

        foreach (var report in new[] { single, part! })
        {
            Assert.Equal(RunState.Succeeded, report.State);
            Assert.DoesNotContain((await fleet.InventoryAsync(report)).Segments, segment => segment.Namespace == "shop");
        }
        payloads.AssertBounded();
        Assert.Empty(await Orders.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_plan_and_a_restore_of_a_large_selection_restore_that_selection_and_no_more()
    {
        var captured = await fleet.RunAsync(fleet.Order("shop"));
        var whole = fleet.RestoreOf(captured);
        var request = whole.Request! with
        {
            Selection = new() { Namespaces = ["shop"], Kinds = ["configmap"] },
            Quiesce = ManyNamespaces,
        };
        var plan = new PlanOrder
        {
            Run = fleet.NewRun(),
            Target = whole.Target,
            RequestedBy = "tests",
            Attempts = 1,
            Request = request,
        };
        var restore = whole with { Run = fleet.NewRun(), Request = request };

        var planned = await RunAsync(kept => kept with { Plan = plan }, plan.Run);
        var restored = await RunAsync(kept => kept with { Restore = restore }, restore.Run);

        Assert.Equal((null, null), (planned.Failure?.Message, restored.Failure?.Message));
        Assert.InRange(planned.Plan!.Counts.Values.Sum(), 1, 10);
        Assert.Equal(planned.Plan.Counts, restored.Plan!.Counts);
        payloads.AssertBounded();
        Assert.Empty(await Orders.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_start_that_the_engine_refuses_leaves_nothing()
    {
        var order = fleet.Order("shop");
        await using var empty = await RunningHub.StartAsync(fleet.Environment(), _ => { }, null, TimeProvider.System);

        await Assert.ThrowsAnyAsync<Exception>(() => Orders.StartAsync(empty.Client, at => new(at) { Capture = order }, default));

        Assert.Empty(await fleet.Control.ListAsync("", null, default).ToListAsync());
    }

    [Fact]
    public async Task A_reference_whose_order_is_gone_fails_and_captures_nothing()
    {
        var order = fleet.Order("shop").Reference();
        await using var hub = await fleet.HubAsync();

        await hub.StartAsync(Orchestrators.Capture, order.Run.ToString(), order);
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal((RunState.Failed, "NoOrder"), (report.State, report.Failure!.Code));
        Assert.Null(report.Capture);
    }

    private async Task<RunReport> RunAsync(Func<StoredOrder, StoredOrder> with, RunId run)
    {
        await using var hub = await fleet.HubAsync();
        Assert.True(await Orders.StartAsync(hub.Client, at => with(new(at)), default));
        return await fleet.EndAsync(hub, run);
    }
}
