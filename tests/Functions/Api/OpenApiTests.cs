using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.OpenApi;

namespace Holdfast.Functions.Tests.Api;

public sealed class OpenApiTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task The_committed_description_is_the_one_that_the_code_gives() =>
        Assert.True(
            Repository.Read("docs/openapi.json") == Encoding.UTF8.GetString(await OpenApiDocument.OfAsync(Routes.All)),
            "docs/openapi.json is old: dotnet run --project src/Functions -- openapi --write $PWD/docs/openapi.json"
        );

    [Fact]
    public async Task The_app_serves_the_same_to_everyone()
    {
        var answer = await bench.SendAsync(HttpMethod.Get, "/api/openapi.json", null, null);

        Assert.Equal(Repository.Read("docs/openapi.json"), answer.Is(HttpStatusCode.OK).Body);
    }

    [Fact]
    public async Task Every_route_is_in_it_with_its_values_and_its_problems()
    {
        var document = JsonNode.Parse(await OpenApiDocument.OfAsync(Routes.All))!;

        foreach (var route in Routes.All)
        {
            var operation = document["paths"]![ApiPipeline.Prefix + route.Path]![route.Method.ToLowerInvariant()]!;
            Assert.Equal(route.Operation, (string)operation["operationId"]!);
            Assert.Equal(route.Path.Count(c => c == '{'), operation["parameters"]?.AsArray().Count(p => (string)p!["in"]! == "path") ?? 0);
            Assert.Contains("500", operation["responses"]!.AsObject().Select(r => r.Key));
        }
    }

    [Fact]
    public async Task It_is_valid_for_a_reader_of_OpenAPI()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(Encoding.UTF8.GetString(await OpenApiDocument.OfAsync(Routes.All)), "json");

        Assert.Equal([], read.Diagnostic!.Errors.Concat(read.Diagnostic.Warnings).Select(e => $"{e.Pointer}: {e.Message}"));
        Assert.Equal(Routes.All.Length, read.Document!.Paths.Sum(path => path.Value.Operations!.Count));
    }

    [Theory]
    [InlineData("ClusterName", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    [InlineData("PointId", "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$")]
    [InlineData("ContentDigest", "^[0-9a-f]{64}$")]
    public async Task Texts_that_have_a_form_are_described_by_it(string schema, string pattern)
    {
        var schemas = JsonNode.Parse(await OpenApiDocument.OfAsync(Routes.All))!["components"]!["schemas"]!;

        Assert.Equal(("string", pattern), ((string?)schemas[schema]!["type"], (string?)schemas[schema]!["pattern"]));
    }

    /// <summary>The library has JSON options of its own: if they differed from the API's, it would describe other documents.</summary>
    [Fact]
    public async Task It_describes_the_JSON_that_the_API_reads_and_writes()
    {
        var schemas = JsonNode.Parse(await OpenApiDocument.OfAsync(Routes.All))!["components"]!["schemas"]!;

        Assert.Equal(["plan"], schemas["NewApproval"]!["required"]!.AsArray().Select(name => (string)name!));
        Assert.False((bool)schemas["NewApproval"]!["additionalProperties"]!);
        Assert.Equal("Approved", (string?)schemas["ApprovalDecision"]!["enum"]![0]);
        Assert.Equal("integer", (string?)schemas["Problem"]!["properties"]!["status"]!["type"]);
        Assert.Null(schemas["Problem"]!["additionalProperties"]);
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = JsonNode.Parse(await OpenApiDocument.OfAsync(Routes.All))!;
        var schemas = document["components"]!["schemas"]!.AsObject().Select(s => $"#/components/schemas/{s.Key}").ToHashSet();

        Assert.All(References(document), reference => Assert.Contains(reference, schemas));
    }

    private static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject o => o.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue value ? [(string)value!] : References(p.Value)),
            JsonArray a => a.SelectMany(References),
            _ => [],
        };
}
