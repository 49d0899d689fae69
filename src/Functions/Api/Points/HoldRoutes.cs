using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Vault.Holds;

namespace Holdfast.Functions.Api.Points;

/// <summary>Keeps points from expiring and being deleted, whatever their policy says. Who did it, when and why is in the audit.</summary>
internal static class HoldRoutes
{
    private const int LongestReason = 500;

    public static readonly ApiRoute Add = new(
        "POST",
        "/points/{cluster}/{point}/hold",
        "points.hold",
        "Hold a recovery point: it neither expires nor is deleted until the hold is removed",
        Roles.AnyOperator,
        AddAsync
    )
    {
        Takes = ApiJson.Plain.NewHold,
        Gives = [new(200, "It is held; by whom and why stays as it was if it was held already", ApiJson.Plain.HoldDocument)],
        Problems = [400, 404, 409, 422],
        WritesVault = true,
    };

    public static readonly ApiRoute Remove = new(
        "DELETE",
        "/points/{cluster}/{point}/hold",
        "points.release",
        "End a recovery point's hold: from then on its policy decides again",
        Roles.AnyOperator,
        RemoveAsync
    )
    {
        Gives = [new(200, "It isn't held", ApiJson.Plain.HoldDocument)],
        Problems = [404, 409],
        WritesVault = true,
    };

    private static async Task<Answer> AddAsync(ApiRequest request)
    {
        var reason = (await request.BodyAsync(ApiJson.Plain.NewHold)).Reason;
        if (reason is not { Length: > 0 and <= LongestReason })
            throw new ProblemException(
                Problem.Invalid("the hold has no usable reason", new ProblemError("/reason", $"say why in 1 to {LongestReason} characters"))
            );
        request.AuditDetail = reason;
        var (holds, point) = (Holds(request), await PointRoutes.RequireAsync(request));
        var result = await holds.AddAsync(point, request.Caller.Name, reason, request.App.Time.GetUtcNow(), request.Cancellation);
        var hold = await holds.FindAsync(point, request.Cancellation);
        return Answer.Ok(HoldDocument.Of(point, request.Cluster(), hold, result), ApiJson.Plain.HoldDocument);
    }

    private static async Task<Answer> RemoveAsync(ApiRequest request)
    {
        var point = await PointRoutes.RequireAsync(request);
        var result = await Holds(request).RemoveAsync(point, request.Cancellation);
        return Answer.Ok(HoldDocument.Of(point, request.Cluster(), null, result), ApiJson.Plain.HoldDocument);
    }

    private static PointHolds Holds(ApiRequest request) => new(request.App.Environment.Vault, request.Cluster());
}
