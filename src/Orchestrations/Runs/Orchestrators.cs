namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The orchestrations that are started from outside, by name. Each takes the order beside it and gives a <see cref="RunResult"/>, with the
/// whole of it in the run's <see cref="RunReport"/>; the instance's id is the order's run id.
/// </summary>
public static class Orchestrators
{
    /// <summary>Takes a <see cref="CaptureOrder"/>.</summary>
    public const string CaptureCluster = "CaptureCluster";

    /// <summary>Takes a <see cref="FleetOrder"/>.</summary>
    public const string CaptureFleet = "CaptureFleet";

    /// <summary>Takes a <see cref="PlanOrder"/>: makes a plan, and changes nothing.</summary>
    public const string PlanRestore = "PlanRestore";

    /// <summary>Takes a <see cref="RestoreOrder"/>.</summary>
    public const string Restore = "Restore";

    /// <summary>Takes a <see cref="TickOrder"/>; its instance id is <see cref="TickOrder.InstanceId"/>.</summary>
    public const string RunDuePolicies = "RunDuePolicies";
}

/// <summary>The events that runs wait for.</summary>
public static class RunEvents
{
    /// <summary>With an <see cref="Approval"/>; for a restore that waits for one.</summary>
    public const string Approval = "approval";

    /// <summary>
    /// With a <see cref="Cancellation"/>; any run takes it at any time, and ends as <see cref="RunState.Cancelled"/> with a report that
    /// says how to go on.
    /// </summary>
    public const string Cancel = "cancel";
}
