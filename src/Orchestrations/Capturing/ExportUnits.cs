using Holdfast.Durable;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture.Course;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Units of a leg: those from <paramref name="From"/> up to, without, <paramref name="To"/>.</summary>
/// <param name="Window">Units at once.</param>
internal sealed record UnitRange(CaptureSubject Capture, int Leg, int From, int To, int Window, int Attempts)
{
    public int Count => To - From;
}

/// <param name="Failure">Why the rest was not exported; null: everything was.</param>
internal sealed record NodeSummary(int Units, long Objects, long Bytes, int Failed, TaskFailureDetails? Failure);

/// <summary>
/// Exports many units as a tree, since a history costs with each of its events: a node has at most a hundred children, which are units, a few of them at once, or nodes, one after the other.
/// </summary>
internal static class ExportUnits
{
    public const string Name = nameof(ExportUnits);

    /// <summary>Children of a node.</summary>
    public const int Most = 100;

    /// <summary>How often a node is called in all before the capture fails.</summary>
    public const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static async Task<NodeSummary> RunAsync(OrchestrationContext context, UnitRange range)
    {
        var sum = new NodeSummary(0, 0, 0, 0, null);
        var failure = await ExportAsync(
            context, range, () => false,
            unit => sum = sum with { Units = sum.Units + (unit.GoesOn ? 0 : 1), Objects = sum.Objects + unit.Objects, Bytes = sum.Bytes + unit.Bytes, Failed = sum.Failed + unit.Failed },
            node => sum = sum with { Units = sum.Units + node.Units, Objects = sum.Objects + node.Objects, Bytes = sum.Bytes + node.Bytes, Failed = sum.Failed + node.Failed });
        return sum with { Failure = failure };
    }

    /// <summary>Exports the range for whatever orchestrator asks.</summary>
    /// <param name="stops">Asked before each unit: whether no more is wanted.</param>
    /// <returns>The first failure, which ended it; null: there was none.</returns>
    public static Task<TaskFailureDetails?> ExportAsync(
        OrchestrationContext context, UnitRange range, Func<bool> stops, Action<UnitSummary> unitDone, Action<NodeSummary> nodeDone) =>
        range.Count <= Most ? UnitsAsync(context, range, stops, unitDone) : NodesAsync(context, range, stops, nodeDone);

    private static async Task<TaskFailureDetails?> UnitsAsync(OrchestrationContext context, UnitRange range, Func<bool> stops, Action<UnitSummary> done)
    {
        var next = range.From;
        TaskFailureDetails? failure = null;
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

    private static async Task<TaskFailureDetails?> UnitAsync(OrchestrationContext context, UnitRange range, int unit, Action<UnitSummary> done)
    {
        try
        {
            for (var piece = 0; ; piece++)
            {
                var summary = await context.CallActivityAsync<UnitSummary>(ExportUnit.Name, new UnitSubject(range.Capture, range.Leg, unit, piece), Attempts.Of(range.Attempts));
                done(summary);
                if (!summary.GoesOn)
                    return null;
            }
        }
        catch (TaskFailedException e)
        {
            return e.FailureDetails;
        }
    }

    private static async Task<TaskFailureDetails?> NodesAsync(OrchestrationContext context, UnitRange range, Func<bool> stops, Action<NodeSummary> done)
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
    /// A node that the engine lost is called again, under an id of its own each time, since the lost one may come to life again. It finds what the lost one has exported; two that export the same unit
    /// count once.
    /// </summary>
    private static async Task<NodeSummary> NodeAsync(OrchestrationContext context, UnitRange part)
    {
        var id = $"{part.Capture.Run}.leg-{part.Leg}.{part.From}-{part.To}";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await context.CallSubOrchestratorAsync<NodeSummary>(Name, part, new() { InstanceId = attempt == 1 ? id : $"{id}.again-{attempt - 1}" });
            }
            catch (TaskFailedException e) when (e.FailureDetails.IsNonRetriable || attempt == Tries)
            {
                return new(0, 0, 0, 0, Lost(part, attempt, e.FailureDetails));
            }
            catch (TaskFailedException)
            {
                // tried again below
            }
            await context.CreateTimer(Pause * attempt, CancellationToken.None);
        }
    }

    /// <summary>Its units may be whole or not: a point without them would hide that, so there is none.</summary>
    private static TaskFailureDetails Lost(UnitRange part, int attempts, TaskFailureDetails why) => new(
        $"{RunFailures.Run}/{RunFailures.Lost}",
        $"the orchestration that exports units {part.From} to {part.To - 1} of {part.Capture.Cluster} was lost {attempts} {(attempts == 1 ? "time" : "times")}, and no point was sealed: {why.ErrorMessage}",
        IsNonRetriable: true);
}
