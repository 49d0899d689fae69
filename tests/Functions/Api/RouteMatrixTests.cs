using System.Net;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.Tests.Api;

/// <summary>What holds for every route, whatever it does.</summary>
public sealed class RouteMatrixTests(ApiBench bench) : IClassFixture<ApiBench>
{
    public static TheoryData<string> Guarded => [.. Routes.All.Where(r => r.Needs != Roles.None).Select(r => r.Operation)];

    public static TheoryData<string> WithBody => [.. Routes.All.Where(r => r.Takes is not null).Select(r => r.Operation)];

    public static TheoryData<string> OfOneThing =>
        [
            .. Routes
                .All.Where(r =>
                    r.Path.Contains('{', StringComparison.Ordinal)
                    && (r.Method is "GET" or "DELETE")
                    && r.Path.Contains('{', StringComparison.Ordinal)
                )
                .Select(r => r.Operation),
        ];

    [Theory, MemberData(nameof(Guarded))]
    public async Task An_anonymous_caller_learns_nothing(string operation) =>
        (await SendAsync(operation, role: null)).Is(HttpStatusCode.Unauthorized);

    [Theory, MemberData(nameof(Guarded))]
    public async Task A_caller_whose_roles_are_none_of_ours_is_refused(string operation) =>
        (await SendAsync(operation, "Visitor")).Is(HttpStatusCode.Forbidden);

    [Theory, MemberData(nameof(Guarded))]
    public async Task A_role_that_the_route_does_not_name_is_refused(string operation)
    {
        foreach (
            var role in new[] { Roles.Reader, Roles.Operator, Roles.Admin, Roles.SecretReader }.Where(role =>
                (Find(operation).Needs & role) == Roles.None
            )
        )
            (await SendAsync(operation, role.ToString())).Is(HttpStatusCode.Forbidden);
    }

    [Theory, MemberData(nameof(WithBody))]
    public async Task A_body_that_is_not_JSON_is_refused(string operation) =>
        Assert.Contains(
            (await SendAsync(operation, "Admin", body: "{"))
                .Is(Find(operation).Method == "PUT" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest)
                .ErrorPaths,
            path => path is "" or "$"
        );

    [Theory, MemberData(nameof(WithBody))]
    public async Task A_misspelt_property_is_an_error_and_not_ignored(string operation)
    {
        var answer = await SendAsync(operation, "Admin", body: """{"naem":"x"}""");

        answer.Is(Find(operation).Method == "PUT" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest);
        Assert.Contains("/naem", answer.ErrorPaths);
    }

    [Theory, MemberData(nameof(WithBody))]
    public async Task A_body_of_another_media_type_is_refused(string operation)
    {
        var answer = await bench.SendAsync(new(Find(operation).Method), Path(operation), null, "Admin");

        answer.Is(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory, MemberData(nameof(OfOneThing))]
    public async Task What_there_is_none_of_is_not_found(string operation) =>
        (await SendAsync(operation, "Admin")).Is(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_path_that_does_not_exist_is_not_found_for_those_who_are_signed_in_only()
    {
        (await bench.SendAsync(HttpMethod.Get, "/api/nothing", null, "Reader")).Is(HttpStatusCode.NotFound);
        (await bench.SendAsync(HttpMethod.Get, "/api/nothing", null, null)).Is(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_take_is_refused_with_those_it_takes()
    {
        var answer = await bench.SendAsync(HttpMethod.Patch, "/api/policies/nightly", "{}", "Operator");

        answer.Is(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_and_says_what_it_gives()
    {
        Assert.Equal(Routes.All.Length, Routes.All.Select(r => r.Operation).Distinct().Count());
        Assert.All(Routes.All, route => Assert.NotEmpty(route.Gives));
    }

    [Fact]
    public void Whatever_changes_something_needs_an_operator_or_an_admin() =>
        Assert.All(Routes.All.Where(r => r.Mutates), route => Assert.Equal(Roles.None, route.Needs & ~Roles.AnyOperator));

    private static ApiRoute Find(string operation) => Routes.All.Single(r => r.Operation == operation);

    private static string Path(string operation) =>
        ApiPipeline.Prefix
        + Find(operation)
            .Path.Replace("{cluster}", "nowhere", StringComparison.Ordinal)
            .Replace("{policy}", "never", StringComparison.Ordinal)
            .Replace("{notification}", "never", StringComparison.Ordinal)
            .Replace("{point}", "20261122T053000Z-1a2b3c", StringComparison.Ordinal)
            .Replace("{run}", "20261122T053000Z-1a2b3c4d", StringComparison.Ordinal)
        + (operation == "points.diff" ? "?with=20261122T053000Z-1a2b3c" : "");

    private Task<ApiAnswer> SendAsync(string operation, string? role, string? body = null)
    {
        var route = Find(operation);
        return bench.SendAsync(new(route.Method), Path(operation), body ?? (route.Takes is null ? null : "{}"), role);
    }
}
