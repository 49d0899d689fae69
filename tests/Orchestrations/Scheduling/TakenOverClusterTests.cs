using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Vault.Replication;

namespace Holdfast.Orchestrations.Tests.Scheduling;

/// <summary>What another service has taken over in a replica isn't captured by schedule, until it is returned.</summary>
public sealed class TakenOverClusterTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly MemoryStore replica = new(location: "replica");
    private SimulatedFleet fleet = null!;
    private RunningHub hub = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("one", "two");
        var documents = new ControlDocuments(fleet.Control);
        foreach (var name in new[] { "one", "two" })
            await documents.CreateClusterAsync(SimulatedFleet.RegistrationOf(name, "prod"), default);
        var hourly = new ProtectionPolicy
        {
            Name = PolicyName.Parse("hourly"),
            Clusters = new() { Selector = "env=prod" },
            Schedule = new("0 * * * *"),
        };
        await documents.CreatePolicyAsync(hourly, default);
        hub = await fleet.HubAsync();
        Assert.Empty((await TickAsync(Noon.AddMinutes(-1))).Runs);
    }

    public async Task DisposeAsync()
    {
        await hub.DisposeAsync();
        await fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_policy_leaves_it_out_starts_nothing_when_all_are_and_goes_back_to_normal_afterwards()
    {
        Assert.Equal(["two"], await CapturedAsync(Noon, "one"));
        Assert.Equal([], await CapturedAsync(Noon.AddHours(1), "two"));

        await Takeovers.ReturnAsync(replica, 1, "b", Noon, default);
        await Takeovers.ReturnAsync(replica, 2, "b", Noon, default);

        Assert.Equal(["one", "two"], await CapturedAsync(Noon.AddHours(2)));
    }

    private async Task<IEnumerable<string>> CapturedAsync(DateTimeOffset at, string? takenOver = null)
    {
        var before = await Takeovers.ReadAsync(replica, default);
        if (takenOver is not null)
            await before.AddAsync(replica, [ClusterName.Parse(takenOver)], "b", "region lost", at, default);
        await new Fences(fleet.Control).UpdateAsync("west", await Takeovers.ReadAsync(replica, default), default);
        var runs = (await TickAsync(at)).Runs;
        if (runs.IsEmpty)
            return [];
        var report = await fleet.Reports.ReadAsync(Assert.Single(runs).Run, default);
        return report!.Clusters.Select(c => c.Cluster.ToString());
    }

    private async Task<TickResult> TickAsync(DateTimeOffset now)
    {
        var tick = new TickOrder(now);
        await hub.StartAsync(Orchestrators.Schedule, tick.InstanceId, tick);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var end = await hub.Client.WaitForInstanceCompletionAsync(tick.InstanceId, getInputsAndOutputs: true, patience.Token);
        return JsonSerializer.Deserialize(end.SerializedOutput!, ScheduleJson.Default.TickResult)!;
    }
}
