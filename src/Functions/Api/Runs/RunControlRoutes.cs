using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Api.Runs;

/// <summary>What people decide about a run: to stop it, to resume it, whether its plan is right.</summary>
internal static class RunControlRoutes
{
    public static readonly ApiRoute Cancel = new(
        "POST",
        "/runs/{run}/cancel",
        "runs.cancel",
        "Stop a run at the next safe place; its report says how to resume it",
        Roles.AnyOperator,
        CancelAsync
    )
    {
        Takes = ApiJson.Plain.NewCancellation,
        Gives = [new(202, "It will stop", ApiJson.Plain.StartedRun) { HasLocation = true }],
        Problems = [400, 404, 409, 415, 422],
    };

    public static readonly ApiRoute Approve = new(
        "POST",
        "/runs/{run}/approve",
        "runs.approve",
        "Approve or deny the plan a restore or a recovery is waiting on. By default the requester can't approve their own plan",
        Roles.AnyOperator,
        ApproveAsync
    )
    {
        Takes = ApiJson.Plain.NewApproval,
        Gives = [new(202, "The run was notified", ApiJson.Plain.StartedRun) { HasLocation = true }],
        Problems = [400, 403, 404, 409, 415, 422],
    };

    public static readonly ApiRoute Resume = new(
        "POST",
        "/runs/{run}/resume",
        "runs.resume",
        "Continue a restore or a recovery that was stopped or partially failed, or a recovery that is paused between two groups",
        Roles.AnyOperator,
        ResumeAsync
    )
    {
        Gives = [new(202, "It continues", ApiJson.Plain.StartedRun) { HasLocation = true }],
        Problems = [404, 409],
    };

    private static async Task<Answer> CancelAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var reason = (await request.BodyAsync(ApiJson.Plain.NewCancellation)).Reason;
        Bound("/reason", reason, Cancellation.LongestReason);
        await RequireRunningAsync(request, run);
        return await RaiseAsync(request, run, RunEvents.Cancel, new Cancellation(request.Caller.Id, reason));
    }

    private static async Task<Answer> ApproveAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var approval = await request.BodyAsync(ApiJson.Plain.NewApproval);
        Bound("/comment", approval.Comment, Approval.LongestComment);
        var instance = await RequireRunningAsync(request, run);
        var status = RunSummary.Of(instance)?.Status;
        if (status?.State != RunState.WaitingForApproval)
            throw new ProblemException(
                Problem.Conflict($"run {run} isn't waiting for an approval: it is {status?.State.ToString() ?? "just beginning"}")
            );
        if (status.PlanDigest != approval.Plan)
            throw new ProblemException(
                Problem.Invalid(
                    $"run {run} is waiting for approval of a different plan",
                    new ProblemError("/plan", $"the run's plan has the digest {status.PlanDigest}: read it first")
                )
            );
        // What is applied is what is kept, not what the run remembers of it: that it was changed since is said now.
        if (approval.Decision == ApprovalDecision.Approved && await KeptDigestAsync(request, run, instance, status) != approval.Plan)
            throw new ProblemException(
                Problem.Invalid(
                    $"the stored plan of run {run} isn't the one you reviewed",
                    new ProblemError("/plan", "it was changed or is gone: plan again")
                )
            );
        if (approval.Decision == ApprovalDecision.Approved && IsOwn(instance, request.Caller) && !request.App.Settings.SelfApproval)
        {
            throw new ProblemException(Problem.Forbidden(ApprovalTerms.OwnRequest));
        }
        var decided = new Approval(approval.Decision, approval.Plan, request.Caller.Id, approval.Comment)
        {
            ByRequesterAllowed = request.App.Settings.SelfApproval,
        };
        return await RaiseAsync(request, run, RunEvents.Approval, decided);
    }

    /// <summary>Of the plan that is to be approved: the new cluster's, the recovery's, or the restore's.</summary>
    private static async Task<ContentDigest?> KeptDigestAsync(
        ApiRequest request,
        RunId run,
        OrchestrationMetadata instance,
        RunStatus status
    )
    {
        var environment = request.App.Environment;
        if (status.IsOfNewCluster)
            return (await KeptNewCluster.ReadAsync(environment, run, request.Cancellation))?.Digest;
        return status.Kind == RunKind.Recovery
            ? (await RecoveryPlans.ReadAsync(environment, RecoveryRoutes.PlanOf(instance, null)?.Run ?? run, request.Cancellation))?.Digest
            : (await RestorePlans.ReadAsync(environment, run, request.Cancellation))?.Digest;
    }

    private static async Task<Answer> ResumeAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var (instance, report) = await RunRoutes.FindAsync(request, run);
        if (instance is { IsCompleted: false })
            return RunSummary.Of(instance)?.Status is { State: RunState.Paused, Group: { } group }
                ? await RaiseAsync(request, run, RunEvents.Continue, new Confirmation(group, request.Caller.Id))
                : throw new ProblemException(Problem.Conflict($"run {run} is still running"));
        if (run.Whole is { } parent)
            throw new ProblemException(Problem.Conflict($"run {run} is a part of run {parent}: resume that one"));
        if (report is null)
            throw new ProblemException(
                Problem.Conflict($"run {run} ended in the engine without a report; one follows within minutes: try again then")
            );
        if (!IsResumable(report))
            throw new ProblemException(
                Problem.Conflict($"a {report.Kind} run in state {report.State} can't be resumed: start a new run; completed work is reused")
            );
        var approval = RequiredApproval(request, report);
        if (report.Approval is { Decision: ApprovalDecision.Denied } || (approval is null && !WasAllowed(instance, report)))
            throw new ProblemException(
                Problem.Conflict($"run {run} never had the approval that it waited for, and can't be resumed: start a new run of its plan")
            );
        return await RunStarts.RestartAsync(
            request,
            run,
            kept =>
                report.Recovery is { } recovery
                    ? kept with
                    {
                        Recovery = Resumed(request, report, recovery, approval),
                    }
                    : kept with
                    {
                        Restore = Resumed(request, report, approval),
                    }
        );
    }

    private static bool IsResumable(RunReport report) =>
        report.State is (RunState.Partial or RunState.Failed or RunState.Cancelled)
        && report is ({ Kind: RunKind.Restore, Cluster: not null, Plan: not null } or { Kind: RunKind.Recovery, Recovery: not null });

    private static RestoreOrder Resumed(ApiRequest request, RunReport report, ApprovalTerms? approval) =>
        new()
        {
            Run = report.Run,
            Target = report.Cluster!.Value,
            RequestedBy = request.Caller.Id,
            Resume = true,
            NewCluster = report.NewCluster is { } made ? new() { Name = made.Name } : null,
            Approval = approval,
        };

    private static RecoveryOrder Resumed(ApiRequest request, RunReport report, RecoveryReport recovery, ApprovalTerms? approval) =>
        new()
        {
            Run = report.Run,
            RequestedBy = request.Caller.Id,
            Resume = true,
            Plan = recovery.Plan,
            Approval = approval,
        };

    /// <summary>As the settings are now: a run that was begun before an approval was required waits for one before it continues.</summary>
    private static ApprovalTerms? RequiredApproval(ApiRequest request, RunReport report) =>
        report.Approval is { Decision: ApprovalDecision.Approved } ? null : RestoreRoutes.Required(request);

    /// <summary>One that never had the approval it waited for continues only where it is asked for again.</summary>
    private static bool WasAllowed(OrchestrationMetadata? instance, RunReport report) =>
        report.Restore is not null
        || report.Approval is { Decision: ApprovalDecision.Approved }
        || report.Recovery?.Groups.Any(group => group.Restores.Any(restore => restore.State is not null)) == true
        || OrderOf(instance) is RestoreOrder { Approval: null } or RecoveryOrder { Approval: null };

    private static void Bound(string path, string? text, int longest)
    {
        if (text?.Length > longest)
            throw new ProblemException(
                Problem.Invalid("the text is too long", new ProblemError(path, $"has {text.Length} characters: use at most {longest}"))
            );
    }

    /// <summary>An event for a run that has ended meanwhile is dropped by the engine; its state says how it ended.</summary>
    private static async Task<Answer> RaiseAsync(ApiRequest request, RunId run, string name, object payload)
    {
        await request.Engine.RaiseEventAsync(run.ToString(), name, payload, request.Cancellation);
        return RunStarts.Accepted(request, run);
    }

    private static async Task<OrchestrationMetadata> RequireRunningAsync(ApiRequest request, RunId run)
    {
        var (instance, _) = await RunRoutes.FindAsync(request, run);
        return instance is { IsCompleted: false } ? instance : throw new ProblemException(Problem.Conflict($"run {run} has ended"));
    }

    /// <summary>The orchestration looks again: what is asked here saves a caller from waiting for nothing.</summary>
    private static bool IsOwn(OrchestrationMetadata instance, Caller caller) => OrderOf(instance)?.RequestedBy == caller.Id;

    /// <summary>Of a restore or a recovery. Null: the engine doesn't say, or it is of another kind.</summary>
    public static OrderRef? OrderOf(OrchestrationMetadata? instance)
    {
        if (instance?.SerializedInput is not { } input)
            return null;
        try
        {
            return instance.Name == Orchestrators.Recovery
                ? JsonSerializer.Deserialize(input, HoldfastJson.Default.RecoveryOrder)
                : JsonSerializer.Deserialize(input, HoldfastJson.Default.RestoreOrder);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
