using System.Text.Json.Serialization;
using Holdfast.Capture;
using Holdfast.Capture.Exporting;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Units of a pass: those from <paramref name="From"/> up to, without, <paramref name="To"/>.</summary>
/// <param name="Pass">The number of the pass.</param>
/// <param name="Window">Units at once.</param>
internal sealed record UnitRange(
    CaptureSubject Capture,
    [property: JsonPropertyName("leg")] int Pass,
    int From,
    int To,
    int Window,
    int Attempts
)
{
    public int Count => To - From;
}

/// <summary>What a node of the tree exported.</summary>
internal sealed record NodeCounts : CaptureCounts
{
    [JsonConstructor]
    public NodeCounts() { }

    public NodeCounts(CaptureCounts counts)
        : base(counts) { }

    /// <summary>What release 0.1.0 wrote instead of <see cref="CaptureCounts.Done"/>.</summary>
    public int? Units
    {
        get => null;
        set => Done = value ?? Done;
    }

    /// <summary>Why the rest was not exported; null: everything was.</summary>
    public Failure? Failure { get; init; }
}

/// <summary>
/// Exports many units as a tree, since the cost of a history grows with its events: a node has at most a hundred children, which are units,
/// a few of them at once, or nodes, one after the other.
/// </summary>
internal sealed class ExportUnits : TaskOrchestrator<UnitRange, NodeCounts>
{
    public const string Name = nameof(ExportUnits);

    /// <summary>Children of a node.</summary>
    public const int Most = 100;

    public override async Task<NodeCounts> RunAsync(TaskOrchestrationContext context, UnitRange range)
    {
        var sum = new CaptureCounts();
        var failure = await ExportAsync(context, range, () => false, counts => sum += counts);
        return new(sum) { Failure = failure };
    }

    /// <summary>Exports the range as part of the calling orchestrator.</summary>
    /// <param name="stops">Asked before each unit: whether to stop.</param>
    /// <param name="add">Called with the counts of each piece of a unit, or of each node.</param>
    /// <returns>The first failure, which ended it; null: everything was exported.</returns>
    public static Task<Failure?> ExportAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<CaptureCounts> add
    ) => range.Count <= Most ? UnitsAsync(context, range, stops, add) : NodesAsync(context, range, stops, add);

    private static async Task<Failure?> UnitsAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<CaptureCounts> add
    )
    {
        var next = range.From;
        Failure? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(range.Window, 1, Math.Max(1, range.Count))).Select(_ => LaneAsync()));
        return failure;

        async Task LaneAsync()
        {
            while (next < range.To && failure is null && !stops())
            {
                // not in one line: what is assigned was decided before the wait, and another lane's failure would be lost
                var failed = await UnitAsync(context, range, next++, add);
                failure ??= failed;
            }
        }
    }

    private static async Task<Failure?> UnitAsync(TaskOrchestrationContext context, UnitRange range, int unit, Action<CaptureCounts> add)
    {
        try
        {
            for (var piece = 0; ; piece++)
            {
                var counts = await context.CallActivityAsync<UnitCounts>(
                    ExportUnit.Name,
                    new UnitSubject(range.Capture, range.Pass, unit, piece),
                    Retries.Of(range.Attempts)
                );
                add(counts);
                if (!counts.HasMore)
                    return null;
            }
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
    }

    private static async Task<Failure?> NodesAsync(
        TaskOrchestrationContext context,
        UnitRange range,
        Func<bool> stops,
        Action<CaptureCounts> add
    )
    {
        var size = Most;
        while (size * Most < range.Count)
            size *= Most;
        for (var from = range.From; from < range.To && !stops(); from += size)
        {
            var part = range with { From = from, To = Math.Min(range.To, from + size) };
            var node = await NodeAsync(context, part);
            add(node);
            if (node.Failure is not null)
                return node.Failure;
        }
        return null;
    }

    /// <summary>
    /// A node fails only as a whole, in the engine: its units may be complete or not, so that no point may be sealed without knowing.
    /// </summary>
    private static async Task<NodeCounts> NodeAsync(TaskOrchestrationContext context, UnitRange part)
    {
        // part of recorded histories: an id that changes ends the runs that are under way
        var id = $"{part.Capture.Run}.leg-{part.Pass}.{part.From}-{part.To}";
        try
        {
            return await context.CallSubOrchestratorAsync<NodeCounts>(Name, part, new SubOrchestrationOptions(instanceId: id));
        }
        catch (TaskFailedException e)
        {
            return new() { Failure = Lost(part, e) };
        }
    }

    private static Failure Lost(UnitRange part, TaskFailedException why) =>
        new(
            FailureSide.Cloud,
            FailureCode.Lost,
            $"the orchestration that exports units {part.From} to {part.To - 1} of {part.Capture.Cluster} failed, and no point was "
                + $"sealed: {Failure.Of(why).Message}",
            "Check the engine's logs for this run, then start a new capture; completed work is reused"
        );
}
