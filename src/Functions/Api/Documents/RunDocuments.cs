using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Api.Documents;

/// <summary>One run, running or ended.</summary>
/// <param name="EndedAt">Null: it is running.</param>
/// <param name="Message">What a person should know: why it failed, what it waits for.</param>
internal sealed record RunSummary(
    RunId Run,
    RunKind Kind,
    RunState State,
    ClusterName? Cluster,
    string? Policy,
    string? RequestedBy,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string? Message
)
{
    /// <summary>How far it is, while it is running.</summary>
    public RunStatus? Status { get; init; }

    public static RunSummary Of(RunReport report) =>
        new(
            report.Run,
            report.Kind,
            report.State,
            report.Cluster,
            report.Policy,
            report.RequestedBy,
            report.StartedAt,
            report.EndedAt,
            report.Failure?.Message
        );

    /// <summary>Of a run that has no report yet, or never got one. Null: the instance isn't a run.</summary>
    public static RunSummary? Of(OrchestrationMetadata instance)
    {
        if (!RunId.TryParse(instance.InstanceId, out var run) || KindOf(instance.Name) is not { } kind)
            return null;
        var status = RunStatus.TryRead(instance.SerializedCustomStatus);
        kind = status?.Kind ?? kind;
        return instance.IsCompleted
            ? new(
                run,
                kind,
                RunState.Failed,
                status?.Cluster,
                status?.Policy,
                null,
                instance.CreatedAt,
                instance.LastUpdatedAt,
                LostMessage(instance)
            )
            {
                Status = status,
            }
            : new(
                run,
                kind,
                status?.State ?? RunState.Running,
                status?.Cluster,
                status?.Policy,
                null,
                status?.StartedAt ?? instance.CreatedAt,
                null,
                status?.Message
            )
            {
                Status = status,
            };
    }

    private static RunKind? KindOf(string orchestrator) =>
        orchestrator switch
        {
            Orchestrators.Capture => RunKind.Capture,
            Orchestrators.Fleet => RunKind.Fleet,
            Orchestrators.Plan => RunKind.Plan,
            Orchestrators.Restore => RunKind.Restore,
            Orchestrators.Retention => RunKind.Retention,
            Orchestrators.Verification => RunKind.Verification,
            Orchestrators.Replication => RunKind.Replication,
            Orchestrators.Recovery => RunKind.Recovery,
            _ => null,
        };

    private static string LostMessage(OrchestrationMetadata instance) =>
        $"the engine ended it without a report ({instance.RuntimeStatus}): "
        + $"{instance.FailureDetails?.ErrorMessage ?? instance.SerializedOutput ?? "no reason given"}. Its report follows within "
        + "minutes";
}

/// <summary>
/// What to capture, and where. (Set, not init: what generated code leaves out of an init-only property is nothing, not its default.)
/// </summary>
internal sealed record NewCapture
{
    /// <summary>Registered clusters; with a policy, only these of its clusters. Empty with a policy: all that it covers.</summary>
    public ImmutableArray<ClusterName> Clusters { get; set; } = [];

    /// <summary>Capture as this policy says, now. What it says can't be given beside it.</summary>
    public string? Policy { get; set; }
    public CaptureScope? Scope
    {
        get;
        set => field = value?.WithMissingLists();
    }

    /// <summary>Make storage refuse to delete the points until this time.</summary>
    public DateTimeOffset? KeepUntil { get; set; }

    /// <summary>Whether that time can be taken back. Default: it can't.</summary>
    public ImmutabilityMode? KeepMode { get; set; }

    /// <summary>How the data of volumes is protected. Default: by snapshots.</summary>
    public VolumeHandling? Volumes { get; set; }

    /// <summary>Commands around the cutting of snapshots, as `hooks` of a policy, beside those of the policy and of pods.</summary>
    public JsonElement? Hooks { get; set; }

    /// <summary>Read everything again; reuse nothing of earlier points without reading it.</summary>
    public bool Full { get; set; }

    /// <summary>The name now refers to a different cluster: start a new history. For one cluster only.</summary>
    public bool NewIncarnation { get; set; }

    public CaptureRequest Request() =>
        new()
        {
            Scope = Scope ?? new(),
            KeepUntil = KeepUntil,
            KeepMode = KeepMode ?? default,
            Volumes = Volumes ?? default,
            Full = Full,
            NewIncarnation = NewIncarnation,
        };
}

/// <summary>What to verify.</summary>
/// <param name="Cluster">Null: every cluster of the vault.</param>
/// <param name="Sample">How many of a hundred packs are read, others on each day: 100 reads all, 0 none. Null: as daily.</param>
internal sealed record NewVerification(ClusterName? Cluster = null, int? Sample = null);

/// <param name="Plan">The digest of the plan that was looked at.</param>
internal sealed record NewApproval(ContentDigest Plan, ApprovalDecision Decision = ApprovalDecision.Approved, string? Comment = null);

/// <param name="Reason">Why the point is held.</param>
internal sealed record NewHold(string? Reason = null);

internal sealed record NewCancellation(string? Reason = null);

/// <summary>What was begun; its state is at the location.</summary>
internal sealed record StartedRun(RunId Run, string Location);
