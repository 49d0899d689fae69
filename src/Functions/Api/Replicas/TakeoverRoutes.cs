using Holdfast.Control;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Standby;

namespace Holdfast.Functions.Api.Replicas;

/// <summary>Taking over what another service protected, from a replica of its vault, and giving it back.</summary>
internal static class TakeoverRoutes
{
    private const int LongestReason = 500;

    public static readonly ApiRoute Look = new(
        "GET",
        "/takeover",
        "takeover.look",
        "What a takeover would take from the vault's newest points, and what wouldn't work here",
        Roles.AnyOperator,
        LookAsync
    )
    {
        Gives = [new(200, "Nothing was changed", ApiJson.Plain.TakeoverDocument)],
        Problems = [409],
    };

    public static readonly ApiRoute Start = new(
        "POST",
        "/takeover",
        "takeover.start",
        "Take over the clusters of the vault: registrations and policies from their newest points. The other service's schedules leave "
            + "them alone once it sees this",
        Roles.Admin,
        StartAsync
    )
    {
        Takes = ApiJson.Plain.NewTakeover,
        Gives = [new(200, "It is done, or was before", ApiJson.Plain.TakeoverDocument)],
        Problems = [400, 409, 413, 415, 422],
    };

    public static readonly ApiRoute Return = new(
        "POST",
        "/takeover/return",
        "takeover.return",
        "End the takeover: this service's schedules stop, and those of the other one may run again",
        Roles.Admin,
        ReturnAsync
    )
    {
        Takes = ApiJson.Plain.NewReturn,
        Gives = [new(204, "It is over")],
        Problems = [400, 409, 413, 415, 422],
    };

    private static async Task<Answer> LookAsync(ApiRequest request)
    {
        RequireStandby(request);
        var state = await StandbyState.FindAsync(request.App.Environment.Control, request.Cancellation);
        var preview = await TakeoverPreview.ReadAsync(request.App.Environment, null, request.Cancellation);
        return Answer.Ok(Document(preview, state), ApiJson.Plain.TakeoverDocument);
    }

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var asked = await request.BodyAsync(ApiJson.Plain.NewTakeover);
        RequireStandby(request);
        RequireConfirmed(asked);
        var environment = request.App.Environment;
        var before = await StandbyState.FindAsync(environment.Control, request.Cancellation);
        if (before is not null && asked.Clusters?.All(before.Clusters.Contains) == false)
            throw new ProblemException(
                Problem.Conflict($"takeover {before.Number} is of other clusters: return it first (POST /takeover/return)")
            );
        var preview = await TakeoverPreview.ReadAsync(
            environment,
            before?.Clusters.ToArray() ?? asked.Clusters?.Distinct().ToArray(),
            request.Cancellation
        );
        RequirePossible(preview, before);
        request.AuditDetail = asked.Reason;
        var result = await new TakingOver(environment).RunAsync(preview, request.Caller.Name, asked.Reason!, request.Cancellation);
        return Answer.Ok(Document(preview, result.State) with { Taken = result.Taken, Kept = result.Kept }, ApiJson.Plain.TakeoverDocument);
    }

    private static async Task<Answer> ReturnAsync(ApiRequest request)
    {
        var asked = await request.BodyAsync(ApiJson.Plain.NewReturn);
        RequireStandby(request);
        if (!asked.Confirm)
            throw new ProblemException(
                Problem.Invalid("the return isn't confirmed", new ProblemError("/confirm", "send true: this service's schedules stop"))
            );
        var environment = request.App.Environment;
        if (await StandbyState.FindAsync(environment.Control, request.Cancellation) is not { } state)
            throw new ProblemException(Problem.Conflict("this service has taken over nothing"));
        if (await environment.Control.ListAsync(ControlPaths.Orders, null, request.Cancellation).AnyAsync(request.Cancellation))
            throw new ProblemException(Problem.Conflict("runs are under way: wait for them, or cancel them (GET /runs)"));
        request.AuditDetail = $"takeover {state.Number}";
        await new TakingOver(environment).ReturnAsync(state, request.Caller.Name, request.Cancellation);
        return Answer.Empty;
    }

    private static void RequireStandby(ApiRequest request)
    {
        if (!request.App.Settings.Standby)
            throw new ProblemException(
                Problem.Conflict("this service isn't a standby: only one with HOLDFAST_STANDBY=true takes over (docs/disaster-recovery.md)")
            );
    }

    private static void RequireConfirmed(NewTakeover asked)
    {
        var errors = new List<ProblemError>();
        if (!asked.Confirm)
            errors.Add(new("/confirm", "send true: from then on the other service's schedules leave these clusters alone"));
        if (asked.Reason is not { Length: > 0 and <= LongestReason })
            errors.Add(new("/reason", $"say why in 1 to {LongestReason} characters"));
        if (asked.Clusters is { Length: 0 })
            errors.Add(new("/clusters", "name one, or leave it out for all"));
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the takeover isn't confirmed", [.. errors]));
    }

    private static void RequirePossible(TakeoverPreview preview, StandbyState? ours)
    {
        var empty = preview.Clusters.Where(c => c.Point is null).Select(c => c.Cluster).ToList();
        if (preview.Clusters.IsEmpty || empty.Count > 0)
            throw new ProblemException(
                Problem.Invalid(
                    "there is nothing to take over",
                    new ProblemError(
                        "/clusters",
                        $"the vault has no point that can be trusted of {(empty.Count > 0 ? string.Join(", ", empty) : "any cluster")}"
                    )
                )
            );
        var taken = preview.Others.Active.FirstOrDefault(t =>
            t.Number != ours?.Number && t.Clusters.Any(c => preview.Clusters.Any(p => p.Cluster == c))
        );
        if (taken is not null)
            throw new ProblemException(
                Problem.Conflict(
                    $"takeover {taken.Number} by {taken.By} ({taken.Reason}) has {string.Join(", ", taken.Clusters)}: that service has "
                        + "to return it first"
                )
            );
    }

    private static TakeoverDocument Document(TakeoverPreview preview, StandbyState? state) =>
        new()
        {
            Standby = true,
            Active = state is { IsDone: true } ? state.Number : null,
            Clusters =
            [
                .. preview.Clusters.Select(c => new TakeoverCluster(c.Cluster, c.Point?.Id, c.Point?.Seal.PinnedAt, c.Needs, c.Problems)),
            ],
            Policies = [.. preview.Policies.Select(p => p.Name.ToString())],
            Problems = [.. preview.Problems, .. preview.Others.Problems],
        };
}
