using System.Collections.Immutable;
using Holdfast.Functions.Access;
using Holdfast.Functions.App;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Standby;

namespace Holdfast.Functions.Api.Routing;

/// <summary>
/// The API as one delegate, the same for requests from a socket (<c>serve</c>) and for those that a Functions host forwards: who asks,
/// where to, whether they may, the route, and every failure as a problem document.
/// </summary>
internal sealed class ApiPipeline(HoldfastApp app, Authenticator authenticator, ImmutableArray<ApiRoute> routes)
{
    public const string Prefix = "/api";

    public RequestDelegate Build(IServiceProvider services)
    {
        var builder = new ApplicationBuilder(services);
        builder.Use(next => http => ProblemAnswers.GuardAsync(http, next, app.Log));
        builder.UseRouting();
        builder.Use(next => http => AdmitAsync(http, next));
        builder.UseEndpoints(Map);
        return builder.Build();
    }

    private void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var route in routes)
            endpoints.MapMethods(Prefix + route.Path, [route.Method], http => RunAsync(http, route)).WithMetadata(route);
    }

    /// <summary>An anonymous caller learns nothing about what exists.</summary>
    private async Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        var route = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>();
        var caller = route?.Needs == Roles.None ? authenticator.Recognize(http.Request) : authenticator.Admit(http.Request);
        if (caller is not null)
            http.Features.Set(caller);
        if (route is not null && route.Needs != Roles.None && !caller!.Has(route.Needs))
        {
            if (route.Mutates && app.Works)
                await Auditing.DeniedAsync(new(http, app, caller), route);
            throw new ProblemException(
                Problem.Forbidden(
                    $"'{route.Operation}' needs one of the roles {route.Needs.Names()}, and {caller.Name} has {caller.Roles.Names()}"
                )
            );
        }
        if (route is { Needs: not Roles.None } && !app.Works)
            throw new AppFaultException(app.Faults);
        await next(http);
    }

    private async Task RunAsync(HttpContext http, ApiRoute route)
    {
        var request = new ApiRequest(http, app, http.Features.Get<Caller>());
        var guarded = route.WritesVault ? route with { Handle = of => AsOwnerAsync(route, of) } : route;
        var answer = route.Mutates ? await Auditing.AroundAsync(guarded, request) : await guarded.Handle(request);
        await answer.WriteAsync(http);
    }

    private async Task<Answer> AsOwnerAsync(ApiRoute route, ApiRequest request) =>
        await StandbyGate.IsOpenAsync(app.Environment, app.Settings.Standby, request.Cancellation)
            ? await route.Handle(request)
            : throw new ProblemException(
                Problem.Conflict(
                    "this service is a standby, and its vault is a replica that another service writes to: take over first "
                        + "(POST /takeover), or ask the other service"
                )
            );
}
