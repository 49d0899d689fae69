using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Machine.Terminals;
using Holdfast.Restore;

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

    /// <summary>The cluster captured, or restored into; null for a fleet.</summary>
    public ClusterName? Cluster { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public double Seconds { get; init; }
    public double ObjectsPerSecond { get; init; }

    /// <summary>Why it failed, or how a cancelled one goes on.</summary>
    public RunFailure? Failure { get; init; }

    /// <summary>Of a capture that made a point.</summary>
    public CaptureReport? Capture { get; init; }

    /// <summary>From the last point before to this one: how much could have been lost.</summary>
    public double? AchievedRpoSeconds { get; init; }

    /// <summary>Of a plan, and of a restore once it is planned.</summary>
    public PlanSummary? Plan { get; init; }

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

    /// <summary>What happened that is no flaw: a run that makes up for missed ones.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <param name="Side">Who failed: <c>cluster</c>, <c>vault</c>, <c>control</c>, <c>capture</c>, <c>restore</c>, <c>kubeconfig</c>,
/// <c>registration</c>,
/// <c>files</c> (of the machine that runs it), <c>run</c>, <c>bug</c>.</param>
/// <param name="Reason">For code to decide on: a <see cref="Clusters.ClusterFailure"/>, an <see cref="ArchiveFailure"/>, a
/// <see cref="Control.ControlFailure"/>, a <see cref="CaptureFailure"/>, a <see cref="RestoreRefusal"/>, by name.</param>
/// <param name="Message">What, where and why, for a person.</param>
/// <param name="Next">What to do; null where the message says it.</param>
public sealed record RunFailure(string Side, string Reason, string Message, string? Next = null)
{
    /// <summary>The exception itself, where it was thrown in the process that now reads this; never stored.</summary>
    [JsonIgnore]
    public Exception? Cause { get; init; }
}

/// <summary>One cluster's part of a fleet's run, with a report of its own.</summary>
/// <param name="Reason">Why it isn't Succeeded; the first of several.</param>
public sealed record FleetPart(ClusterName Cluster, RunId Run, RunState State, PointId? Point = null, string? Reason = null);

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
            _ => report.Clusters.FirstOrDefault(c => c.State is not RunState.Succeeded) is { } part
                ? $"{part.Cluster}: {part.Reason}"
                : null,
        };
}
