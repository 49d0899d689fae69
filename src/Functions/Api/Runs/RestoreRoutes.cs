using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Plans, and restores that apply them.</summary>
internal static class RestoreRoutes
{
    private const int LongestApprovalMinutes = 30 * 24 * 60;

    public static readonly ApiRoute Plan = RunStarts.Route(
        "/plans",
        "plans.make",
        "Plan a restore: what it would do, object by object; nothing is changed",
        ApiJson.Plain.RestoreTerms,
        "The plan is being made",
        PlanAsync
    );

    public static readonly ApiRoute Start = RunStarts.Route(
        "/restores",
        "restores.start",
        "Restore: apply a plan that was made, or plan and apply",
        ApiJson.Plain.NewRestore,
        "The restore was started",
        StartAsync
    );

    private static async Task<Answer> PlanAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var terms = ApiRequest.Parse(body, ApiJson.Plain.RestoreTerms);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var (restore, target) = await terms.ResolveAsync(request);
                var order = new PlanOrder
                {
                    Run = run,
                    Request = restore,
                    Target = target,
                    RequestedBy = request.Caller.Id,
                };
                await RunStarts.StartAsync(request, kept => kept with { Plan = order });
            }
        );
    }

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var restore = ApiRequest.Parse(body, ApiJson.Plain.NewRestore);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var approval = Approval(request, restore.Approval);
                var order = await OrderAsync(request, restore, run, approval);
                await RunStarts.StartAsync(request, kept => kept with { Restore = order });
            }
        );
    }

    private static async Task<RestoreOrder> OrderAsync(ApiRequest request, NewRestore restore, RunId run, ApprovalTerms? approval)
    {
        if (restore.Plan is { } plan)
            return new()
            {
                Run = run,
                Target = await TargetAsync(request, restore, plan),
                RequestedBy = request.Caller.Id,
                Plan = plan,
                Approval = approval,
            };
        RequireAdmin(request, restore.NewCluster);
        var (terms, target) = await restore.ResolveAsync(request, restore.NewCluster);
        return new()
        {
            Run = run,
            Request = terms,
            Target = target,
            NewCluster = restore.NewCluster,
            RequestedBy = request.Caller.Id,
            Approval = approval,
        };
    }

    /// <summary>It says who governs a cluster that is then registered: as registering does, that takes an Admin.</summary>
    private static void RequireAdmin(ApiRequest request, NewClusterRequest? made)
    {
        if (made is not null and not { Provider: NewClusterRequest.Registered } && !request.Caller.Has(Roles.Admin))
            throw new ProblemException(
                Problem.Forbidden($"making and registering a cluster needs the role Admin, and {request.Caller.Name} hasn't it")
            );
    }

    private static async Task<ClusterName> TargetAsync(ApiRequest request, NewRestore restore, PlanReference plan)
    {
        if (restore with { Plan = null, Approval = null } != new NewRestore())
            throw Invalid("/plan", "a plan fixes everything: remove the other members");
        var report = await RunRoutes.Reports(request).ReadAsync(plan.Run, request.Cancellation);
        if (report is not { Kind: RunKind.Plan, Plan: { } made, Cluster: { } target })
            throw Invalid(
                "/plan/run",
                report is null
                    ? $"there is no plan of run '{plan.Run}', or it isn't made yet"
                    : $"run '{plan.Run}' made no plan: it is a {report.Kind} run that {report.State}"
            );
        return made.Digest == plan.Digest
            ? target
            : throw Invalid("/plan/digest", $"the plan of run '{plan.Run}' has the digest {made.Digest}: look at it first");
    }

    /// <summary>What is asked for, or what the settings ask for; null: nothing.</summary>
    public static ApprovalTerms? Approval(ApiRequest request, NewApprovalTerms? asked)
    {
        if (asked is null)
            return Required(request);
        return asked.TimeoutMinutes is >= 1 and <= LongestApprovalMinutes
            ? new() { Timeout = TimeSpan.FromMinutes(asked.TimeoutMinutes), ByRequester = request.App.Settings.SelfApproval }
            : throw Invalid("/approval/timeoutMinutes", $"use 1 to {LongestApprovalMinutes}");
    }

    /// <summary>What the settings ask for now; null: nothing.</summary>
    public static ApprovalTerms? Required(ApiRequest request) =>
        request.App.Settings.ApprovalRequired
            ? new()
            {
                ByRequester = request.App.Settings.SelfApproval,
                Because = "HOLDFAST_APPROVAL=required: every restore needs an approval",
            }
            : null;

    private static ProblemException Invalid(string path, string message) =>
        new(Problem.Invalid("the restore request is invalid", new ProblemError(path, message)));
}
