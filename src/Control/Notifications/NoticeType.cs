using System.Collections.Immutable;

namespace Holdfast.Control.Notifications;

/// <summary>What people are notified of, by the names that documents and messages have.</summary>
public static class NoticeType
{
    public const string RunFailed = "run.failed";
    public const string RunPartial = "run.partial";

    /// <summary>A cluster has no good point that is as young as the target's objective asks.</summary>
    public const string ObjectiveMissed = "objective.missed";

    /// <summary>A replica is further behind than the target's objective allows.</summary>
    public const string ReplicaLagging = "replica.lagging";

    /// <summary>A capture found changes that a person should look at.</summary>
    public const string SuspiciousChange = "change.suspicious";

    /// <summary>A verification found damage, or couldn't look at everything.</summary>
    public const string VerificationFailed = "verification.failed";

    /// <summary>Runs of a policy didn't take place at their time.</summary>
    public const string ScheduleMissed = "schedule.missed";

    /// <summary>Sent where the target has a <see cref="NotificationTarget.Digest"/>; no document lists it.</summary>
    public const string Digest = "digest.daily";

    /// <summary>Sent when a person asks for it; no document lists it.</summary>
    public const string Test = "test";

    /// <summary>Those that a document may choose from.</summary>
    public static ImmutableArray<string> Chosen { get; } =
    [RunFailed, RunPartial, ObjectiveMissed, ReplicaLagging, SuspiciousChange, VerificationFailed, ScheduleMissed];
}
