using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Recoveries over several scopes: planned as one, approved as one, applied group by group.</summary>
internal static class RecoveryRoutes
{
    public static readonly ApiRoute Plan = RunStarts.Route(
        "/recovery-plans",
        "recoveries.plan",
        "Plan a recovery, or its drill: what each of its restores would do; nothing is changed",
        ApiJson.Plain.NewRecoveryPlan,
        "The plan is being made",
        PlanAsync
    );

    public static readonly ApiRoute Start = RunStarts.Route(
        "/recoveries",
        "recoveries.start",
        "Recover: apply a plan that was made, or plan and apply, group by group",
        ApiJson.Plain.NewRecovery,
        "The recovery was started",
        StartAsync
    );

    public static readonly ApiRoute Read = new(
        "GET",
        "/recoveries/{run}",
        "recoveries.read",
        "Read a recovery, or its plan: group by group what is planned and what has become of it",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Gives = [new(200, "The recovery", ApiJson.Plain.RecoveryView)],
        Problems = [404, 422],
    };

    /// <summary>The plan that a recovery applies; null: it makes its own, and hasn't yet.</summary>
    public static PlanReference? PlanOf(OrchestrationMetadata? instance, RunReport? report) =>
        report?.Recovery?.Plan ?? (RunControlRoutes.OrderOf(instance) as RecoveryOrder)?.Plan;

    private static async Task<Answer> PlanAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var asked = ApiRequest.Parse(body, ApiJson.Plain.NewRecoveryPlan);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var order = Order(request, run) with
                {
                    Document = await new RecoveryTerms(request).ResolveAsync(asked),
                    IsDrill = asked.Drill,
                    PlanOnly = true,
                };
                await RunStarts.StartAsync(request, kept => kept with { Recovery = order });
            }
        );
    }

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var asked = ApiRequest.Parse(body, ApiJson.Plain.NewRecovery);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var order = Order(request, run) with { Approval = RestoreRoutes.Approval(request, asked.Approval) };
                order = asked.Plan is { } plan
                    ? order with
                    {
                        Plan = await MadeAsync(request, asked, plan),
                    }
                    : order with
                    {
                        Document = await new RecoveryTerms(request).ResolveAsync(asked),
                        IsDrill = asked.Drill,
                    };
                await RunStarts.StartAsync(request, kept => kept with { Recovery = order });
            }
        );
    }

    private static RecoveryOrder Order(ApiRequest request, RunId run) => new() { Run = run, RequestedBy = request.Caller.Id };

    private static async Task<PlanReference> MadeAsync(ApiRequest request, NewRecovery asked, PlanReference plan)
    {
        if (asked.Recovery is not null || asked.Drill)
            throw RecoveryTerms.Invalid([new("/plan", "a plan fixes everything: remove the other members")]);
        var report = await RunRoutes.Reports(request).ReadAsync(plan.Run, request.Cancellation);
        if (report is not { Kind: RunKind.RecoveryPlan, Recovery.Plan: { } made })
            throw RecoveryTerms.Invalid([
                new(
                    "/plan/run",
                    report is null
                        ? $"there is no recovery plan of run '{plan.Run}', or it isn't made yet"
                        : $"run '{plan.Run}' made no recovery plan: it is a {report.Kind} run that {report.State}"
                ),
            ]);
        return made == plan
            ? plan
            : throw RecoveryTerms.Invalid([
                new("/plan/digest", $"the recovery plan of run '{plan.Run}' has the digest {made.Digest}: look at it first"),
            ]);
    }

    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var (instance, report) = await RunRoutes.FindAsync(request, run);
        var summary = report is not null ? RunSummary.Of(report) : RunSummary.Of(instance!);
        if (summary is not { Kind: RunKind.Recovery or RunKind.RecoveryPlan })
            throw new ProblemException(Problem.NotFound($"run '{run}' is no recovery: GET /runs/{run} shows it"));
        var planned = PlanOf(instance, report)?.Run ?? run;
        var plan =
            await RecoveryPlans.ReadAsync(request.App.Environment, planned, request.Cancellation)
            ?? throw new ProblemException(
                Problem.NotFound($"run '{run}' has made no plan, or not yet: GET /runs/{run} shows how far it is")
            );
        var groups = await RecoveryPlans.GroupsAsync(request.App.Environment, run, plan, request.Cancellation);
        return Answer.Ok(RecoveryView.Of(summary, planned, plan, groups), ApiJson.Plain.RecoveryView);
    }
}
