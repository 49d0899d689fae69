namespace Holdfast.Cli.Output;

// As in Documents.cs: fields may be added, never renamed or removed.

internal sealed record PlannedRecoveryDocument
{
    public required string Run { get; init; }
    public required string Digest { get; init; }

    /// <summary>It is the document's drill that was planned.</summary>
    public required bool Drill { get; init; }
    public required IEnumerable<PlannedGroupDocument> Groups { get; init; }
}

internal sealed record PlannedGroupDocument
{
    public required string Name { get; init; }
    public required IEnumerable<PlannedRestoreDocument> Restores { get; init; }
    public required IEnumerable<string> Checks { get; init; }

    /// <summary>Null: no one is asked.</summary>
    public required string? Pause { get; init; }
    public required bool ContinueOnPartial { get; init; }
}

internal sealed record PlannedRestoreDocument(string Name, string? Context, PlannedDocument Plan);

internal sealed record RecoveredDocument
{
    public required string Run { get; init; }

    /// <summary><c>complete</c>, <c>partial</c>, <c>stopped</c> or <c>paused</c>.</summary>
    public required string State { get; init; }

    /// <summary>It is the document's drill that was done.</summary>
    public required bool Drill { get; init; }

    /// <summary>Why it was stopped or paused, and what to do; null: it reached its end.</summary>
    public required string? Reason { get; init; }

    /// <summary>Those that it reached, now or in an earlier attempt.</summary>
    public required IEnumerable<RecoveredGroupDocument> Groups { get; init; }

    /// <summary>The achieved recovery time of the whole, without its pauses; null: something isn't complete.</summary>
    public required double? RtoSeconds { get; init; }

    /// <summary>Of this attempt.</summary>
    public required double Seconds { get; init; }
}

/// <param name="Done">The next one may begin.</param>
internal sealed record RecoveredGroupDocument(string Name, bool Done, IEnumerable<RecoveredRestoreDocument> Restores);

/// <param name="Report">Null: it wasn't reached.</param>
internal sealed record RecoveredRestoreDocument(string Name, RestoreDocument? Report);
