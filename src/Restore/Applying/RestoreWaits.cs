using System.Globalization;
using Holdfast.Machine.Terminals;

namespace Holdfast.Restore.Applying;

/// <summary>What a restore waits for: which steps may still succeed if given time, and how to say it. Thread-safe.</summary>
internal sealed class RestoreWaits(ApplyContext context)
{
    private const int Groups = 3;
    private const int LongestText = 900;

    /// <summary>Steps that are put off, those of the stages up to this one.</summary>
    public IEnumerable<RestoreStep> Deferred(RestoreStage last) => context.Plan.Steps.Where(s => s.Stage <= last && IsDeferred(s));

    public bool IsDeferred(RestoreStep step) => context.Outcomes.Of(step.Number) is { Kind: OutcomeKind.Deferred };

    /// <summary>The step may wait for what its claim is made from (a VolumeSnapshot, files, a disk), and for nothing else.</summary>
    public bool MayAwaitSnapshot(RestoreStep step) =>
        IsDeferred(step)
        && context.ObstacleOf(step) is null
        && (
            (ClaimSnapshots.IsNeeded(step) && context.Snapshots.MayBeAwaited(step))
            || (ClaimFiles.IsNeeded(step) && context.ClaimFiles.MayBeAwaited(step))
            || (ClaimDisks.IsNeeded(step) && context.ClaimDisks.MayBeAwaited(step))
        );

    public bool AwaitsSnapshot(RestoreStep step) => MayAwaitSnapshot(step) && DataPatience(step, TimeSpan.Zero) is not null;

    private TimeSpan? DataPatience(RestoreStep step, TimeSpan waited) =>
        context.Snapshots.Patience(step, waited) ?? context.ClaimFiles.Patience(step, waited) ?? context.ClaimDisks.Patience(step, waited);

    /// <summary>How much longer waiting for VolumeSnapshots is worthwhile.</summary>
    public TimeSpan SnapshotPatience(TimeSpan waited) => Longest(context.Plan.Steps.Where(AwaitsSnapshot).Select(s => Patience(s, waited)));

    /// <summary>How much longer waiting for claims to be bound is worthwhile.</summary>
    public TimeSpan BindingPatience(TimeSpan waited) => Binding().Any() ? context.Limits.Binding - waited : TimeSpan.Zero;

    /// <summary>The claims that are waited for to be bound, and until when at most.</summary>
    public string DescribeBinding(TimeSpan waited)
    {
        var claims = Binding().Select(s => $"{s.Namespace}/{s.Name}").ToList();
        var more = claims.Count > Groups ? $" and {Count(claims.Count - Groups)} more" : "";
        return $"claims to be bound: {string.Join(", ", claims.Take(Groups))}{more}{Until(BindingPatience(waited))}";
    }

    /// <summary>How much longer waiting for Pods with restore hooks is worthwhile.</summary>
    public TimeSpan HookPatience(TimeSpan waited) =>
        Longest(Hooked().Select(s => TimeSpan.FromSeconds(s.Hooks!.Value.Max(h => h.WaitSeconds)) - waited));

    /// <summary>The objects whose Pods are waited for, and until when at most.</summary>
    public string DescribeHooks(TimeSpan waited)
    {
        var names = Hooked().Select(s => $"{s.Resource} {s.Namespace}/{s.Name}").ToList();
        var more = names.Count > Groups ? $" and {Count(names.Count - Groups)} more" : "";
        return $"Pods for restore hooks: {string.Join(", ", names.Take(Groups))}{more}{Until(HookPatience(waited))}";
    }

    private IEnumerable<RestoreStep> Hooked() =>
        context.Plan.Steps.Where(s => s.Hooks is not null && context.Outcomes.Of(s.Number)?.Pending.HasFlag(PendingWork.Hooks) == true);

    private IEnumerable<RestoreStep> Binding() =>
        context.Plan.Steps.Where(s =>
            (s.Volume?.Snapshot?.BindsAtOnce == true || ClaimFiles.IsNeeded(s) || ClaimDisks.IsNeeded(s))
            && context.Outcomes.Of(s.Number)?.Pending.HasFlag(PendingWork.Snapshot) == true
        );

    private static TimeSpan Longest(IEnumerable<TimeSpan> patience) => patience.DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>How much longer waiting is worthwhile; zero or less when nothing that is put off will be cured by it.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan Patience(RestoreStage last, TimeSpan waited)
    {
        var patience = Longest(Deferred(last).Select(s => Patience(s, waited)));
        var establishing = context.Plan.Steps.Any(IsEstablishing) ? context.Limits.Establishing - waited : TimeSpan.Zero;
        return patience > establishing ? patience : establishing;
    }

    /// <summary>What is waited for, on which objects, and until when at most; null: nothing. Holds no secret.</summary>
    public string? Describe(RestoreStage last, TimeSpan waited)
    {
        var deferred = Deferred(last).ToList();
        if (deferred.Count == 0)
            return null;
        var groups = deferred
            .GroupBy(s => context.ObstacleOf(s) ?? s)
            .Select(g => Describe(g.Key, [.. g], waited))
            .OrderByDescending(g => g.Objects)
            .ToList();
        var text =
            string.Join("; ", groups.Take(Groups).Select(g => g.Text))
            + (groups.Count > Groups ? $"; and {Count(groups.Skip(Groups).Sum(g => g.Objects))} for other reasons" : "");
        return CutText.To(LongestText, text, "...");
    }

    private (string Text, int Objects) Describe(RestoreStep cause, List<RestoreStep> waiting, TimeSpan waited)
    {
        var others = waiting.Count(s => s.Number != cause.Number);
        var until = Until(Patience(cause, waited));
        var key = new Archive.Format.ObjectKey(cause.Resource, cause.Namespace, cause.Name);
        return (
            $"{key}: {context.Outcomes.Of(cause.Number)?.Reason}{(others == 0 ? "" : $" ({Count(others)} wait with it)")}{until}",
            waiting.Count
        );
    }

    private string Until(TimeSpan left) =>
        left > TimeSpan.Zero
            ? $", until {(context.Time.GetUtcNow() + left).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)} at most"
            : "";

    private TimeSpan Patience(RestoreStep step, TimeSpan waited)
    {
        // What waits for its namespace or definition is cured with it, and not otherwise.
        if (context.ObstacleOf(step) is not null)
            return TimeSpan.Zero;
        if (context.Deletions.Patience(step, waited) is { } patience)
            return patience;
        if (DataPatience(step, waited) is { } ofData)
            return ofData;
        return context.Types.Find(step.Resource, step.ApiVersion) is null ? TimeSpan.Zero : context.Limits.Settling - waited;
    }

    private bool IsEstablishing(RestoreStep step) =>
        context.Outcomes.Of(step.Number) is { Kind: not OutcomeKind.Failed } outcome && outcome.Pending.HasFlag(PendingWork.Established);

    private static string Count(int objects) => objects == 1 ? "1 object" : $"{objects.ToString(CultureInfo.InvariantCulture)} objects";
}
