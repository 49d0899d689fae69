using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>
/// Histories are a contract: a run that is under way while the app is deployed is continued by the new code from the decisions of the old
/// one. A change that makes these tests fail ends such runs. Give the orchestrator another name and leave the old one beside it until its
/// runs have ended, and record the new one's histories: <c>HOLDFAST_RECORD=1</c> writes those that are missing, and never one that is
/// there.
/// </summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Recorded => [.. RecordedHistory.Names];

    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_recorded_history_is_decided_again_as_it_was(string name)
    {
        var history = RecordedHistory.Read(name);
        var executor = Executor(Scenario.All[0]);
        var episodes = history.Episodes().ToList();

        foreach (var (past, arrived, decided) in episodes)
        {
            var response = await executor.DecideAsync(
                new P.OrchestratorRequest
                {
                    InstanceId = history.Instance,
                    PastEvents = { past },
                    NewEvents = { arrived },
                },
                default
            );
            Assert.Equal(decided, response.Actions.Select(RecordedHistory.Decision));
        }
        Assert.Equal("end Completed", episodes[^1].Decided[^1]);
    }

    [Fact]
    public async Task A_history_that_was_decided_otherwise_is_noticed()
    {
        var history = RecordedHistory.Read("capture-whole");
        var (past, arrived, decided) = history.Episodes().Skip(1).First();
        past.First(e => e.TaskScheduled is not null).TaskScheduled.Name = "AnotherActivity";

        var response = await Executor(Scenario.All[0])
            .DecideAsync(
                new P.OrchestratorRequest
                {
                    InstanceId = history.Instance,
                    PastEvents = { past },
                    NewEvents = { arrived },
                },
                default
            );

        Assert.NotEqual(decided, response.Actions.Select(RecordedHistory.Decision));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_way_through_an_orchestrator_ends_and_has_its_recorded_history(string name)
    {
        var scenario = Scenario.All.Single(one => one.Name == name);
        await using var hub = await RunningHub.StartAsync(
            ScriptedActivities.NoEnvironment,
            new ScriptedActivities(scenario).Register,
            null,
            TimeProvider.System
        );
        await hub.StartAsync(scenario.Orchestrator, scenario.Instance, scenario.Input);
        if (scenario.Meanwhile is { } meanwhile)
            await meanwhile(hub.Client, scenario.Instance);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await hub.Client.WaitForInstanceCompletionAsync(scenario.Instance, patience.Token);

        foreach (
            var (file, instance) in new[] { (name, scenario.Instance) }.Concat(
                scenario.Children.Select((child, i) => ($"{name}.child-{i + 1}", child))
            )
        )
            await RecordAsync(hub, file, instance);
    }

    [Fact]
    public void Every_orchestrator_has_a_recorded_history()
    {
        var registry = new DurableTaskRegistry();
        HoldfastTasks.Register(registry);

        var recorded = RecordedHistory
            .Names.Select(name => RecordedHistory.Read(name).Events.First(e => e.ExecutionStarted is not null).ExecutionStarted.Name)
            .ToHashSet();

        Assert.Empty(registry.GetOrchestrators().Select(orchestrator => orchestrator.Key.Name).Except(recorded));
    }

    private static async Task RecordAsync(RunningHub hub, string file, string instance)
    {
        if (!File.Exists(RecordedHistory.PathOf(file)) && Environment.GetEnvironmentVariable("HOLDFAST_RECORD") == "1")
            new RecordedHistory(instance, await hub.Engine.HistoryAsync(instance, default)).Write(file);
        Assert.True(File.Exists(RecordedHistory.PathOf(file)), $"{file} has no recorded history: see {nameof(HistoryTests)}");
    }

    private static RegistryExecutor Executor(Scenario scenario)
    {
        var registry = new DurableTaskRegistry();
        new ScriptedActivities(scenario).Register(registry);
        return new(registry, new NoServices(), PayloadConverter.Instance, NullLoggerFactory.Instance);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
