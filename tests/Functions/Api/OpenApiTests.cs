using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Functions.Api;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.OpenApi;

namespace Holdfast.Functions.Tests.Api;

public sealed class OpenApiTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public void The_committed_description_is_the_one_that_the_code_gives() =>
        Assert.True(
            Repository.Read("docs/openapi.json") == Encoding.UTF8.GetString(OpenApiDocument.Of(Routes.All)),
            "docs/openapi.json is old: dotnet run --project src/Functions -- openapi --write $PWD/docs/openapi.json");

    [Fact]
    public async Task The_app_serves_the_same_to_anybody() =>
        Assert.Equal(Repository.Read("docs/openapi.json"), (await bench.SendAsync(HttpMethod.Get, "/api/openapi.json", null, null)).Is(HttpStatusCode.OK).Body);

    [Fact]
    public void Every_route_is_in_it_with_its_values_and_its_problems()
    {
        var document = JsonNode.Parse(OpenApiDocument.Of(Routes.All))!;

        foreach (var route in Routes.All)
        {
            var operation = document["paths"]![ApiPipeline.Prefix + route.Path]![route.Method.ToLowerInvariant()]!;
            Assert.Equal(route.Operation, (string)operation["operationId"]!);
            Assert.Equal(route.Path.Count(c => c == '{'), operation["parameters"]?.AsArray().Count(p => (string)p!["in"]! == "path") ?? 0);
            Assert.Contains("500", operation["responses"]!.AsObject().Select(r => r.Key));
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var document = JsonNode.Parse(OpenApiDocument.Of(Routes.All))!;
        var schemas = document["components"]!["schemas"]!.AsObject().Select(s => $"#/components/schemas/{s.Key}").ToHashSet();

        Assert.All(References(document), reference => Assert.Contains(reference, schemas));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue value ? [(string)value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
