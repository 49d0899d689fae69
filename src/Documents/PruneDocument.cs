using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Documents;

/// <summary>
/// What becomes of one cluster's points: which stay and why, which expire, what is purged. Fields may be added, never renamed or removed.
/// </summary>
public sealed record PruneDocument
{
    public required string Cluster { get; init; }

    /// <summary>By the store's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Unexpired points, newest first.</summary>
    public required IEnumerable<RetainedPointDocument> Points { get; init; }

    /// <summary>Expired points, and leftovers of captures that were cut short, whose bytes are deleted now.</summary>
    public required IEnumerable<PurgedPointDocument> Purge { get; init; }

    /// <summary>Packs that points need which stay.</summary>
    public required PackTotal Needed { get; init; }

    /// <summary>Packs that only expired points need, or points that expire now; they are purged seven days after that.</summary>
    public required PackTotal Expired { get; init; }

    /// <summary>Packs that nothing needs, and that are too young or immutable yet.</summary>
    public required PackTotal Waiting { get; init; }

    /// <summary>Packs that are deleted now.</summary>
    public required PackTotal Purged { get; init; }

    /// <summary>Disk images that no point names, left by captures that were cut short, which are deleted now.</summary>
    public required IEnumerable<string> Images { get; init; }

    /// <summary>Movers' snapshots that no point names, left by captures that failed or were cut short, which are deleted now.</summary>
    public required IEnumerable<string> Files { get; init; }

    /// <summary>Why something stays that should go, for a person.</summary>
    public required IEnumerable<string> Obstacles { get; init; }

    /// <summary>What was done of it; left out of a plan.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PruneResult? Done { get; init; }

    public static PruneDocument Of(PrunePlan plan, PruneResult? done = null) =>
        new()
        {
            Cluster = plan.Cluster.ToString(),
            Time = plan.At,
            Points = [.. plan.Points.Select(RetainedPointDocument.Of)],
            Purge = [.. plan.Purge.Select(p => new PurgedPointDocument(p.Point, p.ExpiredAt, [.. p.Volumes.Select(v => v.ToString())]))],
            Needed = plan.Needed,
            Expired = plan.Expired,
            Waiting = plan.Waiting,
            Purged = plan.Purged,
            Images = [.. plan.Images.Select(i => i.Path)],
            Files = [.. plan.Files.Select(f => f.Snapshot)],
            Obstacles = plan.Obstacles,
            Done = done,
        };
}

/// <summary>What retention decides on a point.</summary>
public sealed record RetainedPointDocument
{
    public required PointId Point { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required PointState State { get; init; }

    /// <summary>Null: a person asked for it.</summary>
    public required string? Policy { get; init; }
    public required bool Expires { get; init; }

    /// <summary>Why it stays; empty where it expires.</summary>
    public required IEnumerable<KeptDocument> Kept { get; init; }

    /// <summary>The rule that is applied to it; null: none is.</summary>
    public required string? Rule { get; init; }

    public static RetainedPointDocument Of(RetentionDecision decision) =>
        new()
        {
            Point = decision.Point.Id,
            Time = decision.Point.PinnedAt,
            State = decision.Point.State,
            Policy = decision.Point.Policy?.ToString(),
            Expires = decision.Expires,
            Kept = [.. decision.Kept.Select(k => new KeptDocument(k.Rule, k.Period, k.Number, k.Of, k.ToString()))],
            Rule = decision.Rule,
        };
}

/// <param name="Period">The hour, day, week, month or year whose last point it is, until when it is immutable, or why it is held.</param>
/// <param name="Number">Which one of the last so many; 0 where nothing is counted.</param>
/// <param name="Of">How many the rule keeps; 0 where nothing is counted.</param>
/// <param name="Text">For a person.</param>
public sealed record KeptDocument(KeepRule Rule, string? Period, int Number, int Of, string Text);

/// <param name="ExpiredAt">Null: it was never sealed.</param>
/// <param name="Volumes">Data of volumes that is deleted with it.</param>
public sealed record PurgedPointDocument(PointId Point, DateTimeOffset? ExpiredAt, IEnumerable<string> Volumes);
