using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Restore;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Failures on their way from an activity's exception to a run's report: which side failed, and why. Pure.</summary>
public static class RunFailures
{
    private const string Cluster = "cluster";
    private const string Vault = "vault";
    private const string Control = "control";
    private const string Capture = "capture";
    private const string Restore = "restore";
    private const string Kubeconfig = "kubeconfig";
    private const string Registration = "registration";
    private const string Files = "files";
    public const string Run = "run";
    internal const string Bug = "bug";
    private const int LongestEngineMessage = 1024;

    /// <summary>The reason of a run that was cancelled.</summary>
    internal const string Cancelled = nameof(RunState.Cancelled);

    /// <summary>The reason of a run that ended without a report of its own.</summary>
    public const string Lost = "Lost";

    /// <summary>The reason of a step that the engine failed: its worker process crashed, or it took too long.</summary>
    public const string Engine = "Engine";

    private static readonly HashSet<string> Sides = [Cluster, Vault, Control, Capture, Restore, Kubeconfig, Registration, Files, Run, Bug];

    internal static bool IsSide(string text) => Sides.Contains(text);

    /// <returns>The same failure as an orchestrator in another process can read it.</returns>
    public static ActivityFailedException Classify(Exception fault) =>
        fault switch
        {
            ClusterException e => new(Cluster, $"{e.Failure}", e.Message, e.IsTransient, e),
            ArchiveException e => new(Vault, $"{e.Failure}", e.Message, e.IsTransient, e),
            ControlException e => new(Control, $"{e.Failure}", e.Message, e.IsTransient, e),
            CaptureException e => new(Capture, $"{e.Failure}", e.Message, isTransient: false, e),
            RestoreException e => new(Restore, $"{e.Refusal}", e.Message, isTransient: false, e),
            RegistrationException e => new(Registration, "Unusable", e.Message, isTransient: false, e),
            KubeconfigException e => new(Kubeconfig, "Unusable", e.Message, isTransient: false, e),
            // vaults and clusters have exceptions of their own: these are files of this machine, such as the outcomes of a restore
            IOException or UnauthorizedAccessException => new(
                Files,
                fault.GetType().Name,
                fault.Message,
                isTransient: fault is IOException,
                fault
            ),
            TimeoutException or OperationCanceledException => new(Bug, fault.GetType().Name, fault.Message, isTransient: true, fault),
            _ => new(Bug, fault.GetType().Name, fault.Message, isTransient: false, fault),
        };

    /// <summary>
    /// Whether a failed activity is worth another attempt. What isn't an activity's own failure is the engine's, most often a crash.
    /// </summary>
    internal static bool MayPass(TaskFailureDetails details) => Read(details)?.IsTransient ?? true;

    /// <summary>Why a task failed, with the original exception where it was thrown in this process.</summary>
    public static RunFailure Of(TaskFailedException failed)
    {
        if (Cause(failed) is { } here)
            return Of(here.Side, here.Reason, here.Text) with { Cause = here.InnerException ?? here };
        return Read(failed.FailureDetails) is { } read
            ? Of(read.Side, read.Reason, read.Text)
            : new(
                Run,
                Engine,
                $"the engine failed '{failed.TaskName}': {failed.FailureDetails.ErrorType}: "
                    + $"{RunResult.Cut(failed.FailureDetails.ErrorMessage, LongestEngineMessage)}",
                "Check the function app's logs for a crash or a time-out of this run, then start it again; completed work is reused"
            );
    }

    /// <summary>Of what an activity itself met without ending.</summary>
    internal static RunFailure OfException(Exception fault)
    {
        var met = Classify(fault);
        return Of(met.Side, met.Reason, met.Text);
    }

    internal static bool IsCancelled(RunFailure failure) => failure is { Side: Run, Reason: Cancelled };

    /// <summary>The report was written on behalf of a run that left none; the run may still write its own.</summary>
    public static bool IsLoss(RunReport report) => report.Failure is { Side: Run, Reason: Lost };

    private static ActivityFailedException? Cause(Exception failed)
    {
        for (var inner = failed.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is ActivityFailedException here)
                return here;
        }
        return null;
    }

    private static ActivityFailedException? Read(TaskFailureDetails? details)
    {
        for (; details is not null; details = details.InnerFailure)
        {
            if (ActivityFailedException.TryRead(details.ErrorMessage) is { } read)
                return read;
        }
        return null;
    }

    internal static RunFailure OfCancelling(string what, string next) => new(Run, nameof(RunState.Cancelled), what, next);

    private static RunFailure Of(string side, string reason, string message) =>
        new(
            side,
            reason,
            message,
            side switch
            {
                Cluster when Enum.TryParse<ClusterFailure>(reason, out var failure) => Next(failure),
                Vault when Enum.TryParse<ArchiveFailure>(reason, out var failure) => Next(failure),
                Control when Enum.TryParse<ControlFailure>(reason, out var failure) => Next(failure),
                Run when reason == Lost => "Check the engine's logs for this run, then start it again; completed work is reused",
                Bug => "This is a bug in Holdfast: please report it with the logs of this run",
                _ => null,
            }
        );

    private static string? Next(ClusterFailure failure) =>
        failure switch
        {
            ClusterFailure.Unreachable =>
                "Check the cluster's endpoint, the network and the CA in its registration; the next run tries again",
            ClusterFailure.NotAuthenticated => "Renew the credentials that the cluster's registration names",
            ClusterFailure.Forbidden => "Grant the permission (infra/kubernetes)",
            ClusterFailure.Throttled or ClusterFailure.Broken => "Look at the API server's health; the next run tries again",
            _ => null,
        };

    /// <summary>The messages about single documents say what to do themselves.</summary>
    private static string? Next(ControlFailure failure) =>
        failure switch
        {
            ControlFailure.NotFound => "Check the setting that names the control container",
            ControlFailure.Unreachable => "Check the control container's storage account or disk and the network; the next run tries again",
            ControlFailure.Forbidden => "Check the permissions of the app's identity on the control container",
            ControlFailure.Full => "Make room for the control container",
            _ => null,
        };

    private static string? Next(ArchiveFailure failure) =>
        failure switch
        {
            ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed =>
                "'holdfast verify' names everything that is damaged; other points may be whole",
            ArchiveFailure.Untrusted => "Restore another point, or list the keys that signed it in HOLDFAST_PUBLIC_KEYS (docs/settings.md)",
            ArchiveFailure.NewerVersion => "Use a newer Holdfast",
            ArchiveFailure.Unreachable => "Check the storage account and the network; the next run tries again",
            ArchiveFailure.Forbidden => "Check the permissions of the app's identity on the storage account",
            ArchiveFailure.Full => "Make room, or use another vault",
            _ => null,
        };
}
