using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Recovering;

/// <summary>Shows how far a recovery is as its run's status. Part of an orchestrator: depends only on its history.</summary>
internal sealed class RecoveryStatus(TaskOrchestrationContext context, RecoveryOrder order)
{
    private RunState state = RunState.Running;
    private string phase = RunStatus.Planning;
    private string? message;
    private string? group;
    private DateTimeOffset? approvalUntil;
    private RecoveryPlanned? plan;
    private int done;
    private int failed;

    public DateTimeOffset StartedAt { get; } = new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    /// <summary>Something may have been applied.</summary>
    public bool Begun { get; private set; }

    public ContentDigest? Digest => plan?.Digest;

    /// <param name="number">Of the restore that is planned.</param>
    public void Planned(RecoveryPlanned made, int number)
    {
        (plan, done) = (made, made.Digest is null ? number + 1 : 0);
        Show();
    }

    /// <summary>An approval is waited for.</summary>
    public void Wait(DateTimeOffset until, string? what)
    {
        (state, phase, approvalUntil, message) = (RunState.WaitingForApproval, "waiting for approval", until, what);
        Show();
    }

    public void Apply()
    {
        (state, phase, approvalUntil, message, Begun) = (RunState.Running, "applying", null, null, true);
        Show();
    }

    /// <summary>Something of a group is done now.</summary>
    /// <param name="step">The restore or the check.</param>
    public void At(GroupBrief at, string step)
    {
        (state, group, message) = (RunState.Running, at.Name, null);
        phase = $"group {at.Number + 1} of {plan?.Groups ?? 0}, {at.Name}: {step}";
        Show();
    }

    public void Note(string? what)
    {
        message = what;
        Show();
    }

    public void Pause(GroupBrief after)
    {
        (state, group, phase) = (
            RunState.Paused,
            after.Name,
            $"paused after group {after.Number + 1} of {plan?.Groups ?? 0}, {after.Name}"
        );
        Note($"{after.Pause}: resume this run when that is done");
    }

    /// <summary>A restore has ended, now or in an earlier attempt.</summary>
    public void Ended(bool isComplete) => (done, failed) = (done + 1, isComplete ? failed : failed + 1);

    public void Cancelling()
    {
        state = RunState.Cancelling;
        Show();
    }

    public void Show() =>
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = order.Kind,
                State = state,
                Phase = phase,
                StartedAt = StartedAt,
                Errors = failed,
                UnitsDone = done,
                Units = plan?.Restores ?? 0,
                PlanDigest = Digest,
                Group = group,
                ApprovalUntil = approvalUntil,
                Message = message,
            }
        );
}
