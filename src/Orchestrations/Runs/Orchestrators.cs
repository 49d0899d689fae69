namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The orchestrations that are started from outside, by name. Each takes the reference of an order and returns a <see cref="RunResult"/>,
/// with the whole of it in the run's <see cref="RunReport"/>; the instance's id is the order's run id.
/// </summary>
public static class Orchestrators
{
    /// <summary>Takes a <see cref="CaptureOrderRef"/>.</summary>
    public const string Capture = "CaptureCluster";

    /// <summary>Takes a <see cref="FleetOrderRef"/>.</summary>
    public const string Fleet = "CaptureFleet";

    /// <summary>Takes a <see cref="PlanOrder"/>: makes a plan, and changes nothing.</summary>
    public const string Plan = "PlanRestore";

    /// <summary>Takes a <see cref="RestoreOrder"/>.</summary>
    public const string Restore = "Restore";

    /// <summary>Takes a <see cref="RetentionOrder"/>.</summary>
    public const string Retention = "ApplyRetention";

    /// <summary>Takes a <see cref="VerificationOrder"/>.</summary>
    public const string Verification = "VerifyVault";

    /// <summary>Takes a <see cref="ReplicationOrder"/>.</summary>
    public const string Replication = "ReplicateVault";

    /// <summary>Takes a <see cref="RecoveryOrder"/>.</summary>
    public const string Recovery = "Recover";

    /// <summary>Takes a <see cref="TickOrder"/>; its instance id is <see cref="TickOrder.InstanceId"/>.</summary>
    public const string Schedule = "RunDuePolicies";

    /// <summary>Takes a <see cref="NotifyOrder"/>; its instance id is <see cref="NotifyOrder.InstanceId"/>. It has no report.</summary>
    public const string Notify = "DeliverNotifications";
}

/// <summary>The events that runs wait for.</summary>
public static class RunEvents
{
    /// <summary>With an <see cref="Approval"/>; for a restore or a recovery that waits for one.</summary>
    public const string Approval = "approval";

    /// <summary>
    /// With a <see cref="Cancellation"/>; any run takes it at any time, and ends as <see cref="RunState.Cancelled"/> with a report that
    /// says how to continue.
    /// </summary>
    public const string Cancel = "cancel";

    /// <summary>With a <see cref="Confirmation"/>; for a recovery that is paused between two groups.</summary>
    public const string Continue = "continue";
}
