using System.Collections.Concurrent;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Durable;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture.Course;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>The tree of a capture's units where the engine loses nodes of it.</summary>
public sealed class LostNodesTests
{
    private const int Units = 250;
    private static readonly CaptureSubject Subject = new(RunId.Parse("20261122T120000Z-00000001.prod"), ClusterName.Parse("prod"));

    private readonly ConcurrentDictionary<int, int> exported = [];
    private readonly ConcurrentQueue<string> nodes = [];

    [Fact]
    public async Task A_lost_node_is_called_again_under_another_id_and_every_unit_counts_once()
    {
        var node = await ExportAsync(id => id.EndsWith("100-200", StringComparison.Ordinal) || id.EndsWith("100-200.again-1", StringComparison.Ordinal) ? Loss() : null);

        Assert.Null(node.Failure);
        Assert.Equal((Units, (long)Units), (node.Units, node.Objects));
        Assert.Equal(Enumerable.Range(0, Units), exported.Keys.Order());
        Assert.Equal(
            ["leg-1.0-100", "leg-1.100-200", "leg-1.100-200.again-1", "leg-1.100-200.again-2", "leg-1.200-250"],
            nodes.Distinct().Select(id => id[(Subject.Run.ToString().Length + 1)..]));
    }

    [Fact]
    public async Task A_node_that_is_lost_each_time_ends_the_export_and_says_what_is_missing()
    {
        var node = await ExportAsync(id => id.Contains("100-200", StringComparison.Ordinal) ? Loss() : null);

        var failure = RunFailures.Of(node.Failure!);
        Assert.Equal((RunFailures.Lost, "run"), (failure.Reason, failure.Side));
        Assert.Contains("units 100 to 199 of prod was lost 3 times", failure.Message);
        Assert.NotNull(failure.Next);
        Assert.Equal(4, nodes.Distinct().Count());
        Assert.DoesNotContain(exported.Keys, unit => unit >= 100);
    }

    [Fact]
    public async Task A_node_that_would_fail_each_time_is_not_called_again()
    {
        var node = await ExportAsync(id => id.Contains("0-100", StringComparison.Ordinal) ? new InvalidOperationException("it decides another thing each time") : null);

        Assert.Contains("it decides another thing each time", node.Failure!.ErrorMessage);
        Assert.Single(nodes.Distinct());
    }

    /// <summary>A failure of an orchestration that says nothing against another attempt, as the engine's own do.</summary>
    private static TimeoutException Loss() => new("the process ended in an episode");

    /// <param name="fault">What a node of that id fails by; null: it doesn't.</param>
    private async Task<NodeSummary> ExportAsync(Func<string, Exception?> fault)
    {
        var registry = new DurableRegistry(EffectsJson.Default.Options)
            .AddOrchestrator<UnitRange, NodeSummary>("Tree", ExportUnits.RunAsync)
            .AddOrchestrator<UnitRange, NodeSummary>(ExportUnits.Name, async (context, range) =>
            {
                nodes.Enqueue(context.InstanceId);
                return fault(context.InstanceId) is { } lost ? throw lost : await ExportUnits.RunAsync(context, range);
            })
            .AddActivity<UnitSubject, UnitSummary>(ExportUnit.Name, (_, unit) =>
            {
                exported.AddOrUpdate(unit.Unit, 1, (_, times) => times + 1);
                return Task.FromResult(new UnitSummary(1, 1, 0, 0, 0, GoesOn: false));
            });
        await using var hub = await TaskHub.StartAsync(null, registry, new(), new HastyTime(), NullLoggerFactory.Instance, default);
        await hub.ScheduleNewOrchestrationInstanceAsync("Tree", "tree", new UnitRange(Subject, 1, 0, Units, 4, 1), default);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var end = await hub.WaitForInstanceCompletionAsync("tree", patience.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        return JsonSerializer.Deserialize(end.Output!, EffectsJson.Default.NodeSummary)!;
    }
}
