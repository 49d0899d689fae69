namespace Holdfast.Capture.Changes;

public enum SuspicionKind
{
    /// <summary>Many objects are gone.</summary>
    MassDeletion,

    /// <summary>Someone is newly bound to <c>cluster-admin</c>.</summary>
    ClusterAdmin,

    /// <summary>An admission webhook is new, or calls another address.</summary>
    Webhook,

    /// <summary>A workload newly runs privileged, or in a namespace of its node.</summary>
    PrivilegedWorkload,

    /// <summary>The data of many Secrets changed.</summary>
    SecretChurn,
}

/// <summary>A change since the cluster's last point that a person should look at. Holds no secret.</summary>
/// <param name="Count">How many objects.</param>
/// <param name="Message">What changed, for a person.</param>
public sealed record SuspiciousChange(SuspicionKind Kind, int Count, string Message);
