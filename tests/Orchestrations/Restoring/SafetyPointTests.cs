using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Orchestrations.Tests.Restoring;

/// <summary>A restore that deletes captures its target first.</summary>
public sealed class SafetyPointTests : IAsyncLifetime
{
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, []);
    private static readonly ApiResource Secrets = new("", "v1", "secrets", "Secret", true, []);

    private SimulatedFleet fleet = null!;
    private RunReport captured = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("shop");
        await fleet["shop"].SeedSampleApplicationAsync(default);
        await CreateAsync(Secrets, "Secret", "key", ""","type":"example.com/one" """);
        captured = await fleet.RunAsync(fleet.Order("shop"));
        await CreateAsync(ConfigMaps, "ConfigMap", "added", ""","data":{"since":"then"}""");
        await DeleteAsync(Secrets, "key");
        await CreateAsync(Secrets, "Secret", "key", ""","type":"example.com/two" """);
    }

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    public async Task A_rollback_is_undone_with_its_safety_point()
    {
        var back = await fleet.RunAsync(Rollback(captured.Capture!.Point));

        Assert.True(back.State == RunState.Succeeded, Why(back));
        Assert.Equal((1, 1), (back.Restore!.Counts["Deleted"], back.Restore.Counts["Recreated"]));
        Assert.Null(await FindAsync(ConfigMaps, "added"));
        Assert.Contains("example.com/one", await FindAsync(Secrets, "key"));

        var undone = await fleet.RunAsync(Rollback(back.Restore.SafetyPoint!.Value));

        Assert.True(undone.State == RunState.Succeeded, Why(undone));
        Assert.Contains("then", await FindAsync(ConfigMaps, "added"));
        Assert.Contains("example.com/two", await FindAsync(Secrets, "key"));
    }

    [Fact]
    public async Task A_safety_point_with_a_gap_stops_the_restore_before_anything_is_written()
    {
        using var broken = fleet["shop"].Inject(new("/services?") { Status = 403 });
        var order = Rollback(captured.Capture!.Point) with { Plan = null };
        order = order with
        {
            Request = order.Request! with
            {
                Selection = new() { Namespaces = ["shop"], Kinds = ["configmap"] },
            },
        };

        var report = await fleet.RunAsync(order);

        Assert.Equal((RunState.Failed, FailureCode.SafetyPoint), (report.State, report.Failure?.Code));
        Assert.NotNull(await FindAsync(ConfigMaps, "added"));
    }

    [Fact]
    public async Task One_that_is_stopped_after_its_safety_point_continues_and_takes_no_other()
    {
        var order = Rollback(captured.Capture!.Point);
        using (fleet["shop"].Inject(new("/configmaps/added") { Method = "DELETE", Status = 401 }))
            Assert.Equal(RunState.Failed, (await fleet.RunAsync(order)).State);
        var points = await PointsAsync();

        var report = await fleet.RunAsync(order with { Resume = true });

        Assert.True(report.State == RunState.Succeeded, Why(report));
        Assert.Equal((2, 2), (points, await PointsAsync()));
        Assert.NotNull(report.Restore!.SafetyPoint);
        Assert.Null(await FindAsync(ConfigMaps, "added"));
    }

    [Fact]
    public async Task One_that_ended_before_it_could_note_its_safety_point_finds_it_when_it_is_resumed_and_takes_no_other()
    {
        var order = Rollback(captured.Capture!.Point);
        using (fleet["shop"].Inject(new("/configmaps/added") { Method = "DELETE", Status = 401 }))
            Assert.Equal(RunState.Failed, (await fleet.RunAsync(order)).State);
        var path = $"runs/{order.Run}/safety-point.json";
        var noted = SafetyPoint.Read((await fleet.Control.ReadAsync(path, default))!.Content.Span, path);
        Assert.True(await fleet.Control.DeleteAsync(path, null, default));

        var report = await fleet.RunAsync(order with { Resume = true });

        Assert.True(report.State == RunState.Succeeded, Why(report));
        Assert.Equal((noted.Point, 2), (report.Restore!.SafetyPoint!.Value, await PointsAsync()));
    }

    [Fact]
    public async Task One_that_is_stopped_between_deleting_and_creating_again_creates_it_when_it_is_resumed()
    {
        var order = Rollback(captured.Capture!.Point);
        using (fleet["shop"].Inject(new("/namespaces/shop/secrets") { Method = "POST", Status = 401 }))
            Assert.Equal(RunState.Failed, (await fleet.RunAsync(order)).State);
        Assert.Null(await FindAsync(Secrets, "key"));

        var report = await fleet.RunAsync(order with { Resume = true });

        Assert.True(report.State == RunState.Succeeded, Why(report));
        Assert.Equal(1, report.Restore!.Counts["Recreated"]);
        Assert.Contains("example.com/one", await FindAsync(Secrets, "key"));
    }

    private RestoreOrder Rollback(PointId point)
    {
        var order = fleet.RestoreOf(captured);
        return order with
        {
            Request = order.Request! with
            {
                Point = point,
                Existing = ExistingPolicy.Rollback,
                Selection = new() { Namespaces = ["shop"] },
            },
        };
    }

    private static string Why(RunReport report) =>
        $"{report.Failure?.Message} {string.Join("; ", report.Restore?.Failures ?? [])} "
        + string.Join("; ", report.Restore?.Incomplete ?? []);

    private async Task<int> PointsAsync() =>
        (await new PointCatalog(fleet.Vault, SealTrust.Anyone).ListAsync(ClusterName.Parse("shop"), default)).Length;

    private async Task CreateAsync(ApiResource type, string kind, string name, string rest)
    {
        using var connection = fleet.Connect("shop");
        var body = $$$"""{"apiVersion":"v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}","namespace":"shop"}{{{rest}}}}""";
        var answer = await new ResourceWriter(connection).CreateAsync(type, "shop", Encoding.UTF8.GetBytes(body), new("tests"), default);
        Assert.Equal(WriteStatus.Done, answer.Status);
    }

    private async Task DeleteAsync(ApiResource type, string name)
    {
        using var connection = fleet.Connect("shop");
        await new ResourceWriter(connection).DeleteAsync(type, "shop", name, null, null, "Background", default);
    }

    private async Task<string?> FindAsync(ApiResource type, string name)
    {
        using var connection = fleet.Connect("shop");
        var answer = await new ResourceWriter(connection).GetAsync(type, "shop", name, default);
        return answer.Status == WriteStatus.Done ? Encoding.UTF8.GetString(answer.Body.Span) : null;
    }
}
