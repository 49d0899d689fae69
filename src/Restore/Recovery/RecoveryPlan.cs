using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Recovery;

/// <summary>Every restore of a recovery, planned: what was looked at and approved as one, and is applied in this order.</summary>
public sealed record RecoveryPlan
{
    public const string FormatName = "holdfast-recovery-plan";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The plan's own name, 12 lower-case hex digits, and that of the run that applies it.</summary>
    [JsonPropertyName("run")]
    public required string Name { get; init; }
    public required DateTimeOffset PlannedAt { get; init; }
    public required ImmutableArray<PlannedGroup> Groups { get; init; }

    /// <summary>Of the plan without it; set in a written plan (<see cref="RecoveryPlanDocument"/>).</summary>
    public ContentDigest? Digest { get; init; }

    [JsonIgnore]
    public IEnumerable<PlannedRestore> Restores => Groups.SelectMany(g => g.Restores);
}

public sealed record PlannedGroup
{
    public required string Name { get; init; }
    public required ImmutableArray<PlannedRestore> Restores { get; init; }
    public ImmutableArray<RecoveryCheck>? Checks { get; init; }
    public string? Pause { get; init; }
    public bool? ContinueOnPartial { get; init; }
}

public sealed record PlannedRestore(string Name, RecoveryTarget Target, RestorePlan Plan);
