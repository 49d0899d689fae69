using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control;
using Holdfast.Control.Clouds;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Machine.Terminals;
using Holdfast.Restore;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Failures;

/// <summary>Why something was not done: made once, where it happens (<see cref="Of(Exception)"/>), and carried as it is.</summary>
/// <param name="Side">Who failed.</param>
/// <param name="Code">For code to decide on: a <see cref="ClusterFailure"/>, an <see cref="ArchiveFailure"/>, a
/// <see cref="ControlFailure"/>, an <see cref="CloudFailure"/>, a <see cref="CaptureFailure"/> or a
/// <see cref="RestoreRefusal"/> by name, a
/// <see cref="FailureCode"/>, or the type of an exception.</param>
/// <param name="Message">What, where and why, for a person; holds no secret.</param>
/// <param name="Next">What to do; null where the message says it.</param>
public sealed record Failure(FailureSide Side, [property: JsonPropertyName("reason")] string Code, string Message, string? Next = null)
{
    private const int LongestEngineMessage = 1024;

    /// <summary>Trying again may help.</summary>
    [JsonIgnore]
    public bool IsTransient { get; init; }

    /// <summary>The exception itself, where it was thrown in the process that now reads this: a bug's stack. Never stored.</summary>
    [JsonIgnore]
    public Exception? Cause { get; init; }

    /// <summary>
    /// All that is wrong with a request, each by itself, in the process that found it; empty where the message is about one thing. Never
    /// stored: the message has them.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<string> Problems
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    [JsonIgnore]
    public bool IsCancelled => Code == FailureCode.Cancelled;

    /// <summary>Someone decided against it: nothing went wrong.</summary>
    [JsonIgnore]
    public bool IsDecision => Code is FailureCode.Cancelled or FailureCode.Denied or FailureCode.NotApproved;

    /// <summary>The report that has it was written on behalf of a run that left none; the run may still write its own.</summary>
    [JsonIgnore]
    public bool IsLoss => Code == FailureCode.Lost;

    internal static Failure OfCancelling(string message, string next) => new(FailureSide.Caller, FailureCode.Cancelled, message, next);

    /// <summary>Of any exception; of an activity or an orchestration that failed, the failure that it carries.</summary>
    public static Failure Of(Exception fault) =>
        fault switch
        {
            ActivityFailedException e => e.Failure,
            TaskFailedException e => OfTask(e),
            ClusterException e => OfFault(FailureSide.Cluster, $"{e.Failure}", e, e.IsTransient),
            ArchiveException e => OfFault(FailureSide.Vault, $"{e.Failure}", e, e.IsTransient),
            ControlException e => OfFault(FailureSide.Control, $"{e.Failure}", e, e.IsTransient),
            CaptureException e => OfFault(FailureSide.Caller, $"{e.Failure}", e) with { Problems = e.Problems },
            RestoreException e => OfFault(FailureSide.Caller, $"{e.Refusal}", e) with { Problems = e.Problems },
            NewClusterException e => OfFault(FailureSide.Caller, FailureCode.NewCluster, e) with { Problems = e.Problems },
            CloudException e => OfFault(FailureSide.Cloud, $"{e.Failure}", e, e.IsTransient),
            RegistrationException => OfFault(FailureSide.Caller, FailureCode.Registration, fault),
            KubeconfigException e => OfFault(FailureSide.Caller, FailureCode.Kubeconfig, e) with { Problems = e.Problems },
            // vaults and clusters have exceptions of their own: these are files of this machine, such as the outcomes of a restore
            IOException or UnauthorizedAccessException => OfFault(FailureSide.Cloud, fault.GetType().Name, fault, fault is IOException),
            TimeoutException or OperationCanceledException => OfFault(FailureSide.Bug, fault.GetType().Name, fault, isTransient: true),
            _ => OfFault(FailureSide.Bug, fault.GetType().Name, fault),
        };

    /// <summary>What isn't an activity's own failure is the engine's, most often a crash.</summary>
    private static Failure OfTask(TaskFailedException failed) =>
        CarriedBy(failed)
        ?? Read(failed.FailureDetails)
        ?? Of(
            FailureSide.Cloud,
            FailureCode.Engine,
            $"the engine failed '{failed.TaskName}': {failed.FailureDetails.ErrorType}: "
                + $"{CutText.To(LongestEngineMessage, failed.FailureDetails.ErrorMessage)}"
        );

    /// <summary>Whether a failed activity is worth another attempt.</summary>
    internal static bool MayPass(TaskFailureDetails details) => Read(details)?.IsTransient ?? true;

    internal static Failure Of(FailureSide side, string code, string message) => new(side, code, message, FailureAdvice.For(side, code));

    private static Failure OfFault(FailureSide side, string code, Exception fault, bool isTransient = false) =>
        Of(side, code, fault.Message) with
        {
            IsTransient = isTransient,
            Cause = fault,
        };

    /// <summary>Of an activity that failed in this process.</summary>
    internal static Failure? CarriedBy(Exception failed)
    {
        for (var inner = failed.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is ActivityFailedException here)
                return here.Failure;
        }
        return null;
    }

    private static Failure? Read(TaskFailureDetails? details)
    {
        for (; details is not null; details = details.InnerFailure)
        {
            if (ActivityFailedException.TryRead(details.ErrorMessage) is { } read)
                return read;
        }
        return null;
    }
}
