using System.Globalization;
using Holdfast.Machine.Terminals;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Applying;

/// <summary>
/// The end of a restore that waits: until everything that it wrote is ready, or its time is over. What isn't ready then is recorded with
/// the reason, read from the object and, of a workload, from its Pods. Writes nothing to the target. Not thread-safe.
/// </summary>
internal sealed class ReadinessWait(ApplyContext context, OutcomeRecorder recorder)
{
    private const int Named = 3;
    private const int LongestText = 900;
    private const int LongestReason = 400;

    /// <summary>Workloads whose Pods are asked why; the others say only what they say themselves.</summary>
    private const int MostExplained = 50;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ReadinessLook look = new(context);
    private readonly RestoredPods pods = new(context);

    public bool IsAsked => context.Plan.Request.WaitSeconds is not null;

    /// <summary>What is waited for, on which objects, and until when at most; null: nothing. Holds no secret.</summary>
    public string? Waiting { get; private set; }

    private TimeSpan Limit => TimeSpan.FromSeconds(context.Plan.Request.WaitSeconds!.Value);

    /// <returns>Where the budget has ended it; null: it is over.</returns>
    public async Task<RestoreCursor?> RunAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var began = at.Settled;
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var awaited = await look.ReadAsync(cancellation);
            var left = Limit - began - deadline.Elapsed;
            Waiting = awaited.Count == 0 ? null : Describe(awaited, left);
            if (awaited.Count == 0)
                return null;
            if (left <= TimeSpan.Zero)
            {
                await GiveUpAsync(awaited, cancellation);
                return null;
            }
            recorder.Waits(Waiting);
            await Task.Delay(Shortest(pause, left, deadline.Left), context.Time, cancellation);
            if (deadline.IsOver)
                return at with { Settled = began + deadline.Elapsed };
        }
    }

    public static string Cut(string reason) => CutText.To(LongestReason, reason, "...");

    private static TimeSpan Shortest(params ReadOnlySpan<TimeSpan> times)
    {
        var shortest = times[0];
        foreach (var time in times[1..])
            shortest = time < shortest ? time : shortest;
        return shortest > TimeSpan.Zero ? shortest : TimeSpan.Zero;
    }

    private string Describe(IReadOnlyList<AwaitedObject> awaited, TimeSpan left)
    {
        var names = awaited.Take(Named).Select(a => $"{Name(a.Step)} ({a.Reason})");
        var more = awaited.Count > Named ? $" and {awaited.Count - Named} more" : "";
        var until = (context.Time.GetUtcNow() + left).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var ending = $"{more}, until {until} at most";
        return CutText.To(LongestText - ending.Length, $"readiness of {string.Join(", ", names)}", "...") + ending;
    }

    private static string Name(RestoreStep step) => $"{step.Resource} {(step.Namespace is null ? "" : $"{step.Namespace}/")}{step.Name}";

    private async Task GiveUpAsync(IReadOnlyList<AwaitedObject> awaited, CancellationToken cancellation)
    {
        var explained = 0;
        foreach (var (step, reason) in awaited)
        {
            var trouble =
                ObjectReadiness.HasPods(step.Resource) && explained++ < MostExplained ? await TroubleAsync(step, cancellation) : null;
            var full = trouble is null ? reason : $"{reason}; {trouble}";
            context.Outcomes.Record(context.Outcomes.Of(step.Number)! with { NotReady = Cut(full) });
        }
    }

    /// <summary>What the first of its Pods that isn't ready says.</summary>
    private async Task<string?> TroubleAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return null;
        try
        {
            var found = await pods.FindAsync(step, context.Outcomes.Of(step.Number)!.Uid, type, cancellation);
            return found.Pods.Where(p => p.Trouble is not null).Select(p => $"Pod {p.Name}: {p.Trouble}").FirstOrDefault();
        }
        catch (Clusters.ClusterException hidden)
        {
            return $"its Pods can't be read: {hidden.Message}";
        }
    }
}
