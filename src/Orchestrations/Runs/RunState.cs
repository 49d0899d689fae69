namespace Holdfast.Orchestrations.Runs;

public enum RunKind
{
    /// <summary>Of one cluster.</summary>
    Capture,

    /// <summary>Captures of several clusters.</summary>
    Fleet,

    /// <summary>A plan that was made, and not applied.</summary>
    Plan,
    Restore,

    /// <summary>Points that no rule keeps were expired, and old ones purged, in all of the vault.</summary>
    Retention,

    /// <summary>What the vault holds was verified.</summary>
    Verification,

    /// <summary>What the replicas of the vault didn't have was copied to them.</summary>
    Replication,

    /// <summary>The plan of a recovery over several scopes that was made, and not applied.</summary>
    RecoveryPlan,

    /// <summary>A recovery: restores of several scopes, group by group, each as a part of the run.</summary>
    Recovery,
}

public enum RunState
{
    Running,

    /// <summary>A restore whose plan is made and waits for <see cref="RunEvents.Approval"/>.</summary>
    WaitingForApproval,

    /// <summary>A recovery that waits between two groups for <see cref="RunEvents.Continue"/>.</summary>
    Paused,

    /// <summary>It was cancelled, and running activities come to a safe place.</summary>
    Cancelling,
    Succeeded,

    /// <summary>Done, but for what the report names: gaps of a point, failed steps of a restore, clusters of a fleet.</summary>
    Partial,

    /// <summary>It has no result, or far less than was asked for; <see cref="RunReport.Failure"/> says why.</summary>
    Failed,

    /// <summary>Stopped by a person, denied, or not approved in time.</summary>
    Cancelled,

    /// <summary>Not begun, because the policy's last run is still running.</summary>
    Skipped,
}
