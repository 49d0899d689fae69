using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Units of a leg: those from <paramref name="From"/> up to, without, <paramref name="To"/>.</summary>
/// <param name="Window">Units at once.</param>
internal sealed record UnitRange(CaptureSubject Capture, int Leg, int From, int To, int Window, int Attempts)
{
    public int Count => To - From;
}

/// <param name="Failure">Why the rest was not exported; null: everything was.</param>
internal sealed record NodeSummary(int Units, long Objects, long Bytes, int Failed, RunFailure? Failure);

/// <summary>
/// Exports many units as a tree, since a history costs with each of its events: a node has at most a hundred children, which are units, a
/// few of them at once, or nodes, one after the other.
/// </summary>
internal sealed class ExportUnits : TaskOrchestrator<UnitRange, NodeSummary>
{
    public const string Name = nameof(ExportUnits);

    /// <summary>Children of a node.</summary>
    public const int Most = 100;

    public override async Task<NodeSummary> RunAsync(TaskOrchestrationContext context, UnitRange range)
    {
        var sum = new NodeSummary(0, 0, 0, 0, null);
        var failure = await ExportAsync(
            context,
            range,
            () => false,
            unit =>
                sum = sum with
                {
                    Units = sum.Units + (unit.GoesOn ? 0 : 1),
                    Objects = sum.Objects + unit.Objects,
                    Bytes = sum.Bytes + unit.Bytes,
                    Failed = sum.Failed + unit.Failed,
                },
            node =>
                sum = sum with
                {
                    Units = sum.Units + node.Units,
                    Objects = sum.Objects + node.Objects,
                    Bytes = sum.Bytes + node.Bytes,
                    Failed = sum.Failed + node.Failed,
                }
        );
        return sum with { Failure = failure };
    }

    /// <summary>Exports the range for whatever orchestrator asks.</summary>
    /// <param name="stops">Asked before each unit: whether no more is wanted.</param>
    /// <returns>The first failure, which ended it; null: there was none.</returns>
    public static Task<RunFailure?> ExportAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<UnitSummary> unitDone,
        Action<NodeSummary> nodeDone
    ) => range.Count <= Most ? UnitsAsync(context, range, stops, unitDone) : NodesAsync(context, range, stops, nodeDone);

    private static async Task<RunFailure?> UnitsAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<UnitSummary> done
    )
    {
        var next = range.From;
        RunFailure? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(range.Window, 1, Math.Max(1, range.Count))).Select(_ => LaneAsync()));
        return failure;

        async Task LaneAsync()
        {
            while (next < range.To && failure is null && !stops())
            {
                // not in one line: what is assigned was decided before the wait, and another lane's failure would be lost
                var failed = await UnitAsync(context, range, next++, done);
                failure ??= failed;
            }
        }
    }

    private static async Task<RunFailure?> UnitAsync(TaskOrchestrationContext context, UnitRange range, int unit, Action<UnitSummary> done)
    {
        try
        {
            for (var piece = 0; ; piece++)
            {
                var summary = await context.CallActivityAsync<UnitSummary>(
                    ExportUnit.Name,
                    new UnitSubject(range.Capture, range.Leg, unit, piece),
                    Attempts.Of(range.Attempts)
                );
                done(summary);
                if (!summary.GoesOn)
                    return null;
            }
        }
        catch (TaskFailedException e)
        {
            return RunFailures.Of(e);
        }
    }

    private static async Task<RunFailure?> NodesAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<NodeSummary> done
    )
    {
        var size = Most;
        while (size * Most < range.Count)
            size *= Most;
        for (var from = range.From; from < range.To && !stops(); from += size)
        {
            var part = range with { From = from, To = Math.Min(range.To, from + size) };
            var node = await NodeAsync(context, part);
            done(node);
            if (node.Failure is not null)
                return node.Failure;
        }
        return null;
    }

    /// <summary>
    /// A node fails only as a whole, in the engine: its units may be complete or not, so that no point may be sealed without knowing.
    /// </summary>
    private static async Task<NodeSummary> NodeAsync(TaskOrchestrationContext context, UnitRange part)
    {
        var id = $"{part.Capture.Run}.leg-{part.Leg}.{part.From}-{part.To}";
        try
        {
            return await context.CallSubOrchestratorAsync<NodeSummary>(Name, part, new SubOrchestrationOptions(instanceId: id));
        }
        catch (TaskFailedException e)
        {
            return new(0, 0, 0, 0, Lost(part, e));
        }
    }

    private static RunFailure Lost(UnitRange part, TaskFailedException why) =>
        new(
            RunFailures.Run,
            RunFailures.Lost,
            $"the orchestration that exports units {part.From} to {part.To - 1} of {part.Capture.Cluster} failed, and no point was "
                + $"sealed: {RunFailures.Of(why).Message}",
            "Check the engine's logs for this run, then start a new capture; completed work is reused"
        );
}
