using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Machine.Terminals;
using Holdfast.Orchestrations.Failures;
using Holdfast.Restore;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// What a run did, and what it didn't and why: <c>runs/RUN.json</c> of the control store, written when the run ends. Holds no secret.
/// </summary>
public sealed record RunReport
{
    public required RunId Run { get; init; }
    public required RunKind Kind { get; init; }

    /// <summary>Succeeded, Partial, Failed, Cancelled or Skipped.</summary>
    public required RunState State { get; init; }
    public required string RequestedBy { get; init; }
    public string? Policy { get; init; }

    /// <summary>The cluster captured, or restored into; null for a fleet and a recovery.</summary>
    public ClusterName? Cluster { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public double Seconds { get; init; }
    public double ObjectsPerSecond { get; init; }

    /// <summary>Why it failed, or how a cancelled one is resumed.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Of a capture that made a point.</summary>
    public CaptureReport? Capture { get; init; }

    /// <summary>Of a capture: the hooks around its snapshots, in the order in which they ran; null: none ran.</summary>
    public ImmutableArray<HookOutcome>? Hooks { get; init; }

    /// <summary>From the last point before to this one: how much could have been lost.</summary>
    public double? AchievedRpoSeconds { get; init; }

    /// <summary>Of a plan, and of a restore once it is planned.</summary>
    public PlanSummary? Plan { get; init; }

    /// <summary>Of a restore into a cluster that it made.</summary>
    public NewClusterReport? NewCluster { get; init; }

    /// <summary>Of a restore that applied something.</summary>
    public RestoreReport? Restore { get; init; }

    /// <summary>Who decided about the plan, where that was asked for.</summary>
    public Approval? Approval { get; init; }
    public Cancellation? Cancelled { get; init; }

    /// <summary>Of a fleet: each cluster's part.</summary>
    public ImmutableArray<FleetPart> Clusters
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Of a run of retention: what became of each cluster's points; null for others.</summary>
    public ImmutableArray<PrunedCluster>? Retention { get; init; }

    /// <summary>Of a verification: what was found of each cluster; null for others.</summary>
    public ImmutableArray<VerifiedCluster>? Verification { get; init; }

    /// <summary>Of a replication: what was copied of each cluster into each replica; null for others.</summary>
    public ImmutableArray<ReplicatedCluster>? Replication { get; init; }

    /// <summary>Of a recovery, and of its plan, once it is planned.</summary>
    public RecoveryReport? Recovery { get; init; }

    /// <summary>What happened beside failures: a run that replaces missed ones.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>One cluster's part of a fleet's run, with a report of its own.</summary>
/// <param name="Reason">Why it isn't Succeeded; the first of several.</param>
public sealed record FleetPart(ClusterName Cluster, RunId Run, RunState State, PointId? Point = null, string? Reason = null)
{
    /// <summary>Who failed; null: nothing failed, or its report doesn't say.</summary>
    public FailureSide? Side { get; init; }
}

/// <param name="Counts">Steps by action.</param>
/// <param name="Name">The plan's own name: the field manager of its writes is <c>holdfast-NAME</c>.</param>
public sealed record PlanSummary(
    string Name,
    ContentDigest Digest,
    ClusterName Source,
    PointId Point,
    ImmutableSortedDictionary<string, int> Counts,
    ImmutableArray<string> Warnings
)
{
    /// <summary>Objects that will not come back, or not as they were, with the reason.</summary>
    public ImmutableArray<StepFailure> Incomplete
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>What a run's orchestration gives: its end in a few words.</summary>
/// <param name="Reason">Why it isn't Succeeded; the first of several.</param>
public sealed record RunResult(RunId Run, RunState State, PointId? Point = null, string? Reason = null)
{
    private const int LongestReason = 300;

    public long Objects { get; init; }
    public long Bytes { get; init; }

    public static RunResult Of(RunReport report) =>
        new(report.Run, report.State, report.Capture?.Point, Cut(report.Failure?.Message ?? FirstFlaw(report)))
        {
            Objects = report.Capture?.Objects ?? 0,
            Bytes = report.Capture?.Bytes ?? 0,
        };

    internal static string? Cut(string? text, int longest = LongestReason) => text is null ? null : CutText.To(longest, text);

    private static string? FirstFlaw(RunReport report) =>
        report switch
        {
            { Capture.Gaps: { IsDefaultOrEmpty: false } gaps } => $"{gaps[0].Resource}: {gaps[0].Reason}",
            { Restore.Failures: { IsDefaultOrEmpty: false } failures } =>
                $"{failures[0].Resource} {failures[0].Name}: {failures[0].Reason}",
            { Restore.Incomplete: { IsDefaultOrEmpty: false } flaws } => $"{flaws[0].Resource} {flaws[0].Name}: {flaws[0].Reason}",
            { Retention: { } pruned } => pruned.FirstOrDefault(p => p.Failure is not null || p.Problems.Length > 0) is { } flaw
                ? $"{flaw.Cluster}: {flaw.Failure ?? flaw.Problems[0]}"
                : null,
            { Verification: { } verified } => verified.FirstOrDefault(c => c.Failure is not null) is { } unread
                ? $"{unread.Cluster}: {unread.Failure}"
                : null,
            { Recovery: { } recovery } => recovery.FirstFlaw(),
            { Replication: { } copied } => copied.FirstOrDefault(c => c.IsFlawed) is { } behind ? FlawOf(behind) : null,
            _ => report.Clusters.FirstOrDefault(c => c.State is not RunState.Succeeded) is { } part
                ? $"{part.Cluster}: {part.Reason}"
                : null,
        };

    private static string FlawOf(ReplicatedCluster copied) =>
        $"{copied.Cluster} in {copied.Replica}: "
        + (copied.Failure ?? (copied.IsTakenOver ? "another service has taken it over" : copied.Findings[0]));
}
