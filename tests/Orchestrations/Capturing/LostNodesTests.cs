using System.Collections.Concurrent;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Exporting;
using Holdfast.Control;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>The tree of a capture's units, with more units than one node has.</summary>
public sealed class LostNodesTests
{
    private const int Units = 250;
    private static readonly CaptureSubject Subject = new(RunId.Parse("20261122T120000Z-00000001.prod"), ClusterName.Parse("prod"));

    private readonly ConcurrentDictionary<int, int> exported = [];
    private readonly ConcurrentQueue<string> nodes = [];

    [Fact]
    public async Task Every_unit_of_a_tree_is_exported_once()
    {
        var node = await ExportAsync(_ => null);

        Assert.Null(node.Failure);
        Assert.Equal((Units, (long)Units), (node.Done, node.Objects));
        Assert.Equal(Enumerable.Range(0, Units), exported.Keys.Order());
        Assert.All(exported.Values, times => Assert.Equal(1, times));
        Assert.Equal(
            ["leg-1.0-100", "leg-1.100-200", "leg-1.200-250"],
            nodes.Distinct().Select(id => id[(Subject.Run.ToString().Length + 1)..])
        );
    }

    [Fact]
    public async Task A_node_that_fails_ends_the_export_and_the_failure_names_the_missing_units()
    {
        var node = await ExportAsync(id =>
            id.EndsWith("100-200", StringComparison.Ordinal) ? new InvalidOperationException("it decides something else each time") : null
        );

        Assert.Equal((FailureCode.Lost, FailureSide.Cloud), (node.Failure!.Code, node.Failure.Side));
        Assert.Contains("units 100 to 199 of prod", node.Failure.Message);
        Assert.Contains("it decides something else each time", node.Failure.Message);
        Assert.NotNull(node.Failure.Next);
        Assert.DoesNotContain(exported.Keys, unit => unit >= 100);
    }

    /// <param name="fault">How the node of that id fails; null: it doesn't.</param>
    private async Task<NodeCounts> ExportAsync(Func<string, Exception?> fault)
    {
        var environment = new RunEnvironment(
            (_, _) => throw new NotSupportedException(),
            new MemoryStore(TimeProvider.System),
            new MemoryDocuments(),
            TimeProvider.System
        );
        await using var hub = await RunningHub.StartAsync(environment, registry => Register(registry, fault), null, TimeProvider.System);
        await hub.StartAsync("Tree", "tree", new UnitRange(Subject, 1, 0, Units, 4, 1));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var end = await hub.Client.WaitForInstanceCompletionAsync("tree", getInputsAndOutputs: true, patience.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        return JsonSerializer.Deserialize(end.SerializedOutput!, ActivityJson.Default.NodeCounts)!;
    }

    private void Register(DurableTaskRegistry registry, Func<string, Exception?> fault) =>
        registry
            .AddOrchestratorFunc<UnitRange, NodeCounts>("Tree", (context, range) => new ExportUnits().RunAsync(context, range))
            .AddOrchestratorFunc<UnitRange, NodeCounts>(
                ExportUnits.Name,
                (context, range) =>
                {
                    nodes.Enqueue(context.InstanceId);
                    return fault(context.InstanceId) is { } failed ? throw failed : new ExportUnits().RunAsync(context, range);
                }
            )
            .AddActivityFunc<UnitSubject, UnitCounts>(
                ExportUnit.Name,
                (_, unit) =>
                {
                    exported.AddOrUpdate(unit.Unit, 1, (_, times) => times + 1);
                    return new UnitCounts
                    {
                        Done = 1,
                        Objects = 1,
                        Bytes = 1,
                    };
                }
            );
}
