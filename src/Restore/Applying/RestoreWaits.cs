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

    public bool IsDeferred(RestoreStep step) => context.Ledger.Of(step.Number) is { Kind: OutcomeKind.Deferred };

    /// <summary>How much longer waiting is worthwhile; zero or less when nothing that is put off will be cured by it.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan Patience(RestoreStage last, TimeSpan waited)
    {
        var patience = Deferred(last).Select(s => Patience(s, waited)).DefaultIfEmpty(TimeSpan.Zero).Max();
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
        var until = Patience(cause, waited) is { Ticks: > 0 } left
            ? $", until {(context.Time.GetUtcNow() + left).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)} at most"
            : "";
        var key = new Archive.Format.ObjectKey(cause.Resource, cause.Namespace, cause.Name);
        return (
            $"{key}: {context.Ledger.Of(cause.Number)?.Reason}{(others == 0 ? "" : $" ({Count(others)} wait with it)")}{until}",
            waiting.Count
        );
    }

    private TimeSpan Patience(RestoreStep step, TimeSpan waited)
    {
        // What waits for its namespace or definition is cured with it, and not otherwise.
        if (context.ObstacleOf(step) is not null)
            return TimeSpan.Zero;
        if (context.Deletions.Patience(step, waited) is { } patience)
            return patience;
        return context.Types.Find(step.Resource, step.ApiVersion) is null ? TimeSpan.Zero : context.Limits.Settling - waited;
    }

    private bool IsEstablishing(RestoreStep step) =>
        context.Ledger.Of(step.Number) is { Kind: not OutcomeKind.Failed } outcome && outcome.Pending.HasFlag(PendingWork.Established);

    private static string Count(int objects) => objects == 1 ? "1 object" : $"{objects.ToString(CultureInfo.InvariantCulture)} objects";
}
