namespace Holdfast.Orchestrations.Failures;

/// <summary>The codes of failures that no exception's own reason names.</summary>
public static class FailureCode
{
    public const string Cancelled = nameof(Cancelled);

    /// <summary>An approver denied the plan.</summary>
    public const string Denied = nameof(Denied);

    /// <summary>The time for an approval is over.</summary>
    public const string NotApproved = nameof(NotApproved);

    /// <summary>The run ended without a report of its own.</summary>
    public const string Lost = nameof(Lost);

    /// <summary>The engine failed a step: its worker process crashed, or it took too long.</summary>
    public const string Engine = nameof(Engine);

    /// <summary>The process stopped while an activity ran.</summary>
    public const string Interrupted = nameof(Interrupted);

    /// <summary>No order of the run is stored: it has ended, or its start was taken back.</summary>
    public const string NoOrder = nameof(NoOrder);

    /// <summary>A fleet had no cluster to capture.</summary>
    public const string NoClusters = nameof(NoClusters);

    /// <summary>Not one cluster of a fleet was captured.</summary>
    public const string NoneCaptured = nameof(NoneCaptured);

    /// <summary>The policy's previous run is still capturing every cluster.</summary>
    public const string Overlap = nameof(Overlap);

    /// <summary>The cluster to restore into couldn't be made.</summary>
    public const string NewCluster = nameof(NewCluster);

    /// <summary>The point that a restore which deletes begins with isn't whole.</summary>
    public const string SafetyPoint = nameof(SafetyPoint);

    /// <summary>A group of a recovery isn't complete, or a check after it failed.</summary>
    public const string RecoveryStopped = nameof(RecoveryStopped);

    /// <summary>Verification found damage.</summary>
    public const string Damaged = nameof(Damaged);

    /// <summary>A kubeconfig can't be used.</summary>
    public const string Kubeconfig = nameof(Kubeconfig);

    /// <summary>A cluster's registration can't be used.</summary>
    public const string Registration = nameof(Registration);
}
