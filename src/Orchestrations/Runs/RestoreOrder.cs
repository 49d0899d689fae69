using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Plans a restore and keeps the plan, for a <see cref="RestoreOrder"/> that names it.</summary>
public sealed record PlanOrder : OrderRef
{
    /// <summary>
    /// Names the point, the cluster that it is of, and what to restore of it how. Null in a reference: it is in the stored order
    /// (<see cref="RunOrders"/>).
    /// </summary>
    public RestoreRequest? Request { get; init; }

    /// <summary>The cluster to restore into.</summary>
    public required ClusterName Target { get; init; }

    /// <summary>As an orchestration is started with it.</summary>
    public PlanOrder Reference() => this with { Request = null };
}

/// <summary>Restores: plans and applies the plan, or applies one that was made before.</summary>
public sealed record RestoreOrder : OrderRef
{
    /// <summary>
    /// Null where <see cref="Plan"/> is given, which has it, or where a run is resumed; else, in a reference, it is in the stored order
    /// (<see cref="RunOrders"/>).
    /// </summary>
    public RestoreRequest? Request { get; init; }

    /// <summary>The cluster to restore into.</summary>
    public required ClusterName Target { get; init; }

    /// <summary>
    /// The target isn't there yet: it is made first, and registered under that name. Null: it is. In a reference, only what is said of it
    /// in a few words; the rest is in the stored order.
    /// </summary>
    public NewClusterRequest? NewCluster { get; init; }

    /// <summary>The plan to apply, and nothing else; null: the run makes its own.</summary>
    public PlanReference? Plan { get; init; }

    /// <summary>Set: the plan must be approved before it is applied.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>
    /// The run was begun before, and stopped: it continues with its plan from its outcomes, and tries again what failed. An approval is
    /// asked for only where <see cref="Approval"/> says so.
    /// </summary>
    public bool Resume { get; init; }

    /// <inheritdoc cref="PlanOrder.Reference"/>
    public RestoreOrder Reference() =>
        this with
        {
            Request = null,
            NewCluster = NewCluster is null ? null : new() { Name = NewCluster.Name },
        };
}

/// <param name="Run">The run that made the plan.</param>
/// <param name="Digest">What the plan must be, to the byte.</param>
public sealed record PlanReference(RunId Run, ContentDigest Digest);

/// <summary>
/// Who may approve, and for how long it is waited for. Without an approval in that time the run ends as cancelled and nothing is changed.
/// </summary>
public sealed record ApprovalTerms
{
    /// <summary>Why an approval by the one who asked for the run doesn't count.</summary>
    public const string OwnRequest = "the requester can't approve their own plan; another person must (see HOLDFAST_SELF_APPROVAL)";

    /// <summary>Default 24 hours.</summary>
    public TimeSpan Timeout
    {
        get => field == default ? TimeSpan.FromHours(24) : field;
        init;
    }

    /// <summary>The requester may approve it as well. Default: only another person.</summary>
    public bool ByRequester { get; init; }

    /// <summary>Why it is waited for where the request didn't ask for it: the setting, for a person. Null: the request did.</summary>
    public string? Because { get; init; }
}

public enum ApprovalDecision
{
    Approved,
    Denied,
}

/// <summary>A person's decision about a plan. One that names another plan is shown in the run's status and doesn't count.</summary>
/// <param name="PlanDigest">Of the plan that was reviewed.</param>
/// <param name="By">Who decided, as an audit names them.</param>
public sealed record Approval(ApprovalDecision Decision, ContentDigest PlanDigest, string By, string? Comment = null)
{
    /// <summary>Characters; what is longer is cut.</summary>
    public const int LongestComment = 500;

    /// <summary>
    /// True: the settings at the time of the decision let the requester approve, whatever they said when the restore was asked for.
    /// Null: those of that time count.
    /// </summary>
    public bool? ByRequesterAllowed { get; init; }
}

/// <param name="By">Who cancelled, as an audit names them.</param>
public sealed record Cancellation(string By, string? Reason = null)
{
    /// <inheritdoc cref="Approval.LongestComment"/>
    public const int LongestReason = 500;
}
