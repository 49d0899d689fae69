using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Health;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Api;

/// <summary>Whether the app works, for probes that sign in nowhere: they learn no more than that.</summary>
internal static class HealthRoutes
{
    public static readonly ApiRoute Live = new(
        "GET",
        "/health/live",
        "health.live",
        "Whether the app answers",
        Roles.None,
        _ => Task.FromResult(Give(new(true, [])))
    )
    {
        Gives = [new(200, "It does", ApiJson.Plain.HealthDocument)],
    };

    public static readonly ApiRoute Ready = new(
        "GET",
        "/health/ready",
        "health.ready",
        "Whether the app can work: its settings, the vault, the control container",
        Roles.None,
        ReadyAsync
    )
    {
        Gives =
        [
            new(200, "It can", ApiJson.Plain.HealthDocument),
            new(503, "It can't; signed-in readers see why", ApiJson.Plain.HealthDocument),
        ],
    };

    private static async Task<Answer> ReadyAsync(ApiRequest request)
    {
        HealthCheck[] checks = request.App.Works
            ? await request.App.Readiness.LookAsync(request.Cancellation)
            : [new("settings", false, new AppFaultException(request.App.Faults).Message)];
        var (works, warnings) = (checks.All(c => c.Works), request.App.Warnings.All);
        return MayKnow(request)
            ? Give(new(works, checks) { Warnings = warnings })
            : Give(new(works, [.. checks.Select(Unexplained)]) { Warnings = [.. warnings.Select(Unexplained)] });
    }

    private static HealthCheck Unexplained(HealthCheck check) => check with { Message = null };

    private static HealthWarning Unexplained(HealthWarning warning) => warning with { Subject = null, Message = null };

    private static bool MayKnow(ApiRequest request) => request.SignedIn?.Has(Roles.AnyReader) == true;

    private static Answer Give(HealthDocument health) => Answer.Of(health.Works ? 200 : 503, health, ApiJson.Plain.HealthDocument);
}
