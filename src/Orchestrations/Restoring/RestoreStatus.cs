using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Applying;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Shows how far a plan or a restore is as its run's status, and logs what it waits for. Part of an orchestrator: depends only on its
/// history.
/// </summary>
internal sealed partial class RestoreStatus(TaskOrchestrationContext context, RestoreSubject subject, RunKind kind)
{
    private PlanMade? plan;
    private RestoreAdvance? last;
    private DateTimeOffset? appliedFrom;
    private int stages;
    private string? preparing;
    private PointId? safetyPoint;
    private ContentDigest? newCluster;

    public DateTimeOffset StartedAt { get; } = new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    /// <summary>Something may have been applied.</summary>
    public bool Begun => appliedFrom is not null;

    public RunState State { get; set; } = RunState.Running;

    public string? Message { get; private set; }

    public DateTimeOffset? ApprovalUntil { get; private set; }

    /// <summary>Of what is to be approved: the plan of the new cluster while that is, and else the restore's.</summary>
    public ContentDigest? Digest => newCluster ?? plan?.Digest;

    /// <summary>The cluster to restore into is being made.</summary>
    public void Prepare(string phase, string? message)
    {
        (preparing, Message) = (phase, RunResult.Cut(message));
        Show();
    }

    /// <summary>An approval of the new cluster's plan is waited for; null: no longer.</summary>
    public void Review(ContentDigest? digest) => (newCluster, State, ApprovalUntil, Message) = (digest, RunState.Running, null, null);

    /// <summary>An approval is waited for.</summary>
    public void Wait(DateTimeOffset until, string? message)
    {
        (State, ApprovalUntil, Message) = (RunState.WaitingForApproval, until, message);
        Show();
    }

    public void Planned(PlanMade made)
    {
        (preparing, plan, safetyPoint) = (null, made, made.SafetyPoint);
        Show();
    }

    /// <summary>The target's state before the restore is captured.</summary>
    public void Secure(PointId point) => (preparing, safetyPoint) = (null, point);

    public void Apply()
    {
        (State, ApprovalUntil, Message) = (RunState.Running, null, null);
        appliedFrom = Now;
        Show();
    }

    public void Advance(RestoreAdvance advance)
    {
        if (advance.Phase != last?.Phase)
            stages++;
        if (advance.Waiting is { } waiting && waiting != last?.Waiting)
            LogWaiting(context.CreateReplaySafeLogger<RestoreStatus>(), subject.Run.ToString(), waiting);
        (last, Message) = (advance, advance.Waiting);
        Show();
    }

    public void Show() =>
        context.SetCustomStatus(
            new RunStatus
            {
                Run = subject.Run,
                Kind = kind,
                State = State,
                Phase =
                    State == RunState.WaitingForApproval && newCluster is not null ? $"{RunStatus.NewCluster}: waiting for approval"
                    : State == RunState.WaitingForApproval ? "waiting for approval"
                    : preparing ?? last?.Phase ?? (Begun ? "applying" : RunStatus.Planning),
                StartedAt = StartedAt,
                Cluster = subject.Target,
                Objects = last?.Done ?? 0,
                ExpectedObjects = plan?.Steps ?? 0,
                ObjectsPerSecond =
                    appliedFrom is { } from && last is not null && Now > from ? Math.Round(last.Done / (Now - from).TotalSeconds, 1) : 0,
                Errors = last?.Failed ?? 0,
                UnitsDone = Math.Min(stages, plan?.Stages ?? 0),
                Units = plan?.Stages ?? 0,
                PlanDigest = Digest,
                SafetyPoint = safetyPoint,
                ApprovalUntil = ApprovalUntil,
                Message = Message,
            }
        );

    [LoggerMessage(LogLevel.Information, "Restore {Run} waits for {What}")]
    private static partial void LogWaiting(ILogger log, string run, string what);
}
