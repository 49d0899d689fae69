using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Recovers several scopes: plans all their restores, then makes them group by group, each as a part of the run; or plans only.
/// </summary>
public sealed record RecoveryOrder : OrderRef
{
    /// <summary>
    /// With each restore's point by its id, and its target by its registered name. Null where <see cref="Plan"/> is given, which has it;
    /// else, in a reference, it is in the stored order (<see cref="RunOrders"/>).
    /// </summary>
    public RecoveryDocument? Document { get; init; }

    /// <summary>The plan to apply, and nothing else; null: the run makes its own.</summary>
    public PlanReference? Plan { get; init; }

    /// <summary>It ends once it is planned.</summary>
    public bool PlanOnly { get; init; }

    /// <summary>The document is that of a drill.</summary>
    public bool IsDrill { get; init; }

    /// <summary>Set: the plan must be approved before it is applied.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>
    /// The run was begun before, and stopped: it continues with its plan (<see cref="Plan"/>), passes over groups that are done and
    /// restores that are complete, and resumes the others.
    /// </summary>
    public bool Resume { get; init; }

    /// <inheritdoc cref="PlanOrder.Reference"/>
    public RecoveryOrder Reference() => this with { Document = null };

    public RunKind Kind => PlanOnly ? RunKind.RecoveryPlan : RunKind.Recovery;
}

/// <summary>A person's word that what a recovery paused for is done.</summary>
/// <param name="Group">The group after which it paused: a word that comes late doesn't end another pause.</param>
/// <param name="By">As an audit names them.</param>
public sealed record Confirmation(string Group, string By);
