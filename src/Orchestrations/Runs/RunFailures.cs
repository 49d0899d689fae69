using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Durable;
using Holdfast.Protection.Capture;
using Holdfast.Protection.Registration;
using Holdfast.Protection.Restore;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Failures on their way from an activity's exception to a run's report: the type of one names the side that failed and the reason, <c>cluster/Unreachable</c>. Pure.</summary>
public static class RunFailures
{
    private const string Cluster = "cluster";
    private const string Vault = "vault";
    private const string Capture = "capture";
    private const string Restore = "restore";
    private const string Kubeconfig = "kubeconfig";
    private const string Registration = "registration";
    private const string Files = "files";
    public const string Run = "run";
    private const string Bug = "bug";

    /// <summary>The type of a failure by which an activity says that its run was cancelled.</summary>
    internal const string Cancelled = $"{Run}/Cancelled";

    /// <summary>The reason of a run that the engine lost, or a part of one.</summary>
    public const string Lost = "Lost";

    /// <returns>The same failure as a caller in another process can read it; null: a bug.</returns>
    public static ActivityFailedException? Classify(Exception fault) => fault switch
    {
        ClusterException e => new($"{Cluster}/{e.Failure}", e.Message, e.IsTransient, e),
        ArchiveException e => new($"{Vault}/{e.Failure}", e.Message, e.IsTransient, e),
        CaptureException e => new($"{Capture}/{e.Failure}", e.Message, isTransient: false, e),
        RestoreException e => new($"{Restore}/{e.Refusal}", e.Message, isTransient: false, e),
        RegistrationException e => new($"{Registration}/Unusable", e.Message, isTransient: false, e),
        KubeconfigException e => new($"{Kubeconfig}/Unusable", e.Message, isTransient: false, e),
        // vaults and clusters say so themselves: what is left are this machine's files, such as a restore's outcomes
        IOException or UnauthorizedAccessException => new($"{Files}/{fault.GetType().Name}", fault.Message, isTransient: fault is IOException, fault),
        _ => null,
    };

    public static RunFailure Of(TaskFailureDetails details)
    {
        var slash = details.ErrorType.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? new(Bug, details.ErrorType, details.ErrorMessage, "This is a bug in Holdfast: please report it with the logs of this run")
            : Of(details.ErrorType[..slash], details.ErrorType[(slash + 1)..], details.ErrorMessage);
    }

    /// <summary>The failure as whoever runs the steps in one process would have met it.</summary>
    public static Exception ToException(RunFailure failure) => failure.Side switch
    {
        Cluster when Enum.TryParse<ClusterFailure>(failure.Reason, out var reason) => new ClusterException(reason, failure.Message),
        Vault when Enum.TryParse<ArchiveFailure>(failure.Reason, out var reason) => new ArchiveException(reason, failure.Message),
        Capture when Enum.TryParse<CaptureFailure>(failure.Reason, out var reason) => new CaptureException(reason, failure.Message),
        Restore when Enum.TryParse<RestoreRefusal>(failure.Reason, out var reason) => new RestoreException(reason, failure.Message),
        Registration => new RegistrationException(failure.Message),
        Kubeconfig => new KubeconfigException(failure.Message),
        Files => new IOException(failure.Message),
        Run => new OperationCanceledException(failure.Message),
        _ => new InvalidOperationException($"{failure.Reason}: {failure.Message}"),
    };

    /// <summary>The run itself never told how it ended: somebody told it of the run, and may be wrong by now.</summary>
    public static bool IsLoss(RunReport report) => report.Failure is { Side: Run, Reason: Lost };

    internal static RunFailure OfCancelling(string what, string next) => new(Run, nameof(RunState.Cancelled), what, next);

    private static RunFailure Of(string side, string reason, string message) => new(side, reason, message, side switch
    {
        Cluster when Enum.TryParse<ClusterFailure>(reason, out var failure) => Next(failure),
        Vault when Enum.TryParse<ArchiveFailure>(reason, out var failure) => Next(failure),
        Run when reason == Lost => "Look at the engine's logs of this run, and begin it again: what was done is found again",
        _ => null,
    });

    private static string? Next(ClusterFailure failure) => failure switch
    {
        ClusterFailure.Unreachable => "Check the cluster's endpoint, the network and the CA in its registration; the next run tries again",
        ClusterFailure.NotAuthenticated => "Renew the credentials that the cluster's registration names",
        ClusterFailure.Forbidden => "Grant the permission (infra/kubernetes)",
        ClusterFailure.Throttled or ClusterFailure.Broken => "Look at the API server's health; the next run tries again",
        _ => null,
    };

    private static string? Next(ArchiveFailure failure) => failure switch
    {
        ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed => "'holdfast verify' names everything that is damaged; other points may be whole",
        ArchiveFailure.NewerVersion => "Use a newer Holdfast",
        ArchiveFailure.Unreachable => "Check the storage account and the network; the next run tries again",
        ArchiveFailure.Forbidden => "Check the permissions of the app's identity on the storage account",
        ArchiveFailure.Full => "Make room, or use another vault",
        _ => null,
    };
}
