using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Recovery;

/// <summary>Every restore of a recovery, planned: what was looked at and approved as one, and is applied in this order.</summary>
public sealed record RecoveryPlan
{
    public const string FormatName = "holdfast-recovery-plan";
    public const int CurrentVersion = 2;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The plan's own name, 12 lower-case hex digits, and that of the run that applies it.</summary>
    [JsonPropertyName("run")]
    public required string Name { get; init; }
    public required DateTimeOffset PlannedAt { get; init; }
    public required ImmutableArray<PlannedGroup> Groups { get; init; }

    /// <summary>True: of the document's drill, not of the recovery itself. Null: of the recovery.</summary>
    public bool? Drill { get; init; }

    /// <summary>Of the plan without it; set in a written plan (<see cref="RecoveryPlanDocument"/>).</summary>
    public ContentDigest? Digest { get; init; }

    /// <summary>What only the service that keeps the plan can make of its digest (<see cref="PlanKey"/>). Null: it is in a file.</summary>
    public string? Binding { get; init; }

    [JsonIgnore]
    public IEnumerable<PlannedRestore> Restores => Groups.SelectMany(g => g.Restores);

    /// <summary>
    /// The achieved recovery time of a recovery whose restores are all complete, in seconds: planning, and then from the beginning of the
    /// first group to the end of the last, without the pauses between groups.
    /// </summary>
    public double RtoSeconds(DateTimeOffset appliedFrom, DateTimeOffset endedAt, double pausedSeconds) =>
        Math.Round(Restores.Sum(r => r.PlanSeconds ?? 0) + (endedAt - appliedFrom).TotalSeconds - pausedSeconds, 3);
}

public sealed record PlannedGroup
{
    public required string Name { get; init; }
    public required ImmutableArray<PlannedRestore> Restores { get; init; }
    public ImmutableArray<RecoveryCheck>? Checks { get; init; }
    public string? Pause { get; init; }
    public bool? ContinueOnPartial { get; init; }

    public static PlannedGroup Of(RecoveryGroup group, IEnumerable<PlannedRestore> restores) =>
        new()
        {
            Name = group.Name,
            Restores = [.. restores],
            Checks = group.Checks,
            Pause = group.Pause,
            ContinueOnPartial = group.ContinueOnPartial,
        };
}

/// <summary>One restore of a recovery, planned: what an approver has to know of its plan, and which plan that is.</summary>
/// <param name="Digest">Of the plan: names exactly that one.</param>
/// <param name="Cluster">The cluster that the point is of.</param>
/// <param name="Counts">Steps by action.</param>
/// <param name="Incomplete">How many objects will not come back, or not as they were.</param>
public sealed record PlannedRestore(
    string Name,
    RecoveryTarget Target,
    ContentDigest Digest,
    ClusterName Cluster,
    PointId Point,
    ImmutableSortedDictionary<string, int> Counts,
    int Incomplete
)
{
    /// <summary>How long planning took; null: the plan doesn't say.</summary>
    public double? PlanSeconds { get; init; }

    /// <summary>In a file: the plan itself. Null: a service keeps it apart, with the run that made it.</summary>
    public RestorePlan? Plan { get; init; }

    /// <summary>The plan of a recovery from a file, which always has it.</summary>
    [JsonIgnore]
    public RestorePlan Whole => Plan ?? throw new InvalidOperationException($"the plan of {Name} is kept apart");

    /// <param name="plan">With its digest.</param>
    public static PlannedRestore Of(string name, RecoveryTarget target, RestorePlan plan) =>
        new(
            name,
            target,
            plan.Digest ?? PlanDocument.Digest(plan),
            plan.Request.Cluster,
            plan.Request.Point,
            plan.Steps.GroupBy(s => s.Action.ToString()).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            plan.Steps.Count(s => s.Incomplete)
        )
        {
            PlanSeconds = plan.PlanSeconds,
        };
}
