using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Failures;

/// <summary>
/// What to do about a failure whose message doesn't say it. What the others advise depends on the case (which permission, whose
/// certificate) and is given in their messages. Pure.
/// </summary>
internal static class FailureAdvice
{
    private static readonly Dictionary<(FailureSide, string), string> Table = new()
    {
        [(FailureSide.Cluster, nameof(ClusterFailure.Unreachable))] =
            "'holdfast clusters check' shows whether the cluster answers; then run it again",
        [(FailureSide.Cluster, nameof(ClusterFailure.NotAuthenticated))] =
            "Renew the credentials that the kubeconfig or the cluster's registration names, then run it again",
        [(FailureSide.Vault, nameof(ArchiveFailure.Untrusted))] =
            "'holdfast points' lists what can't be trusted. Use another point, or name the keys that signed this one (--public-key, or "
            + "HOLDFAST_PUBLIC_KEYS of the service); --allow-unsigned accepts a point without a signature",
        [(FailureSide.Vault, FailureCode.Damaged)] =
            "'holdfast verify' lists all of it. Capture again, restore the vault's blobs from their versions or from a replica, and find"
            + " out who changed them",
        [(FailureSide.Vault, nameof(ArchiveFailure.NewerVersion))] = "Use a newer Holdfast",
        [(FailureSide.Vault, nameof(ArchiveFailure.Unreachable))] = "Check the vault's address and the network, then run it again",
        [(FailureSide.Vault, nameof(ArchiveFailure.Forbidden))] = "Check what the identity in use may do in the vault",
        [(FailureSide.Vault, nameof(ArchiveFailure.Full))] = "Make room or use another vault, then run it again",
        [(FailureSide.Control, nameof(ControlFailure.NotFound))] =
            "Check the name of the control container or folder (--control, or HOLDFAST_CONTROL of the service)",
        [(FailureSide.Control, nameof(ControlFailure.Unreachable))] =
            "Check the control container's address or disk and the network, then run it again",
        [(FailureSide.Control, nameof(ControlFailure.Forbidden))] = "Check what the identity in use may do in the control container",
        [(FailureSide.Control, nameof(ControlFailure.Full))] = "Make room for the control container, then run it again",
        [(FailureSide.Cloud, FailureCode.Engine)] =
            "Check the function app's logs for a crash or a time-out of this run, then start it again; completed work is reused",
        [(FailureSide.Cloud, FailureCode.Lost)] = "Check the engine's logs for this run, then start it again; completed work is reused",
    };

    public static string? For(FailureSide side, string code) =>
        side == FailureSide.Bug
            ? "This is a bug in Holdfast: please report it with the logs of this run"
            : Table.GetValueOrDefault((side, code));
}
