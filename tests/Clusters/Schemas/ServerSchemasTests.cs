using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Schemas;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Schemas;

/// <summary>A server that publishes no schema of a type, and one whose schema can't be read, give different results.</summary>
public sealed class ServerSchemasTests
{
    private const string DefinitionPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tanks.example.com";
    private const string Whole = "/openapi/v2";
    private const string Index = "/openapi/v3";
    private const string Part = "/openapi/v3/apis/example.com/v1";

    private const string Definition = """{"spec":{"versions":[{"name":"v1","schema":{"openAPIV3Schema":{"properties":{"spec":{}}}}}]}}""";

    private const string IndexDocument = $$"""{"paths":{"apis/example.com/v1":{"serverRelativeURL":"{{Part}}"} } }""";

    private const string Kinds = """
        {"properties":{"spec":{}},"x-kubernetes-group-version-kind":[{"group":"example.com","version":"v1","kind":"Tank"}]}
        """;

    private static readonly ApiResource Tanks = new("example.com", "v1", "tanks", "Tank", true, ["create"]);

    [Theory]
    [InlineData(DefinitionPath, Definition)]
    [InlineData(Whole, $$"""{"definitions":{"Tank":{{Kinds}} } }""")]
    public async Task A_schema_is_found_where_the_server_has_it(string path, string document)
    {
        var found = await FindAsync((path, 200, document));

        Assert.True(found.Schema?.Knows("spec"));
        Assert.Null(found.Unread);
    }

    [Fact]
    public async Task A_server_that_has_none_of_the_documents_publishes_no_schema() => Assert.Equal(default, await FindAsync());

    [Fact]
    public async Task A_type_that_OpenApi_does_not_list_has_no_schema() =>
        Assert.Equal(default, await FindAsync((Index, 200, """{"paths":{}}""")));

    [Fact]
    public async Task Where_a_definition_may_not_be_read_OpenApi_has_the_type()
    {
        var found = await FindAsync(
            (DefinitionPath, 403, "{}"),
            (Index, 200, IndexDocument),
            (Part, 200, $$"""{"components":{"schemas":{"Tank":{{Kinds}} } } }""")
        );

        Assert.NotNull(found.Schema);
        Assert.Null(found.Unread);
    }

    [Theory]
    [InlineData(DefinitionPath, 403, "{}", ClusterFailure.Forbidden)]
    [InlineData(Index, 403, "{}", ClusterFailure.Forbidden)]
    [InlineData(Whole, 501, "{}", ClusterFailure.Broken)]
    [InlineData(DefinitionPath, 200, "<html>sign in</html>", ClusterFailure.Broken)]
    [InlineData(DefinitionPath, 200, """{"spec":{"versions":7}}""", ClusterFailure.Broken)]
    [InlineData(Whole, 200, """{"definitions":[]}""", ClusterFailure.Broken)]
    [InlineData(Whole, 200, """{"definitions":{"Tank":7}}""", ClusterFailure.Broken)]
    public async Task A_document_that_can_not_be_read_is_the_reason(string path, int status, string answer, ClusterFailure failure)
    {
        var found = await FindAsync((path, status, answer));

        Assert.Null(found.Schema);
        Assert.Equal((path, failure, path == DefinitionPath), (found.Unread!.Path, found.Unread.Failure, found.Unread.IsDefinition));
        Assert.Contains(path, found.Unread.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DefinitionPath)]
    [InlineData(Index)]
    [InlineData(Whole)]
    public async Task A_server_that_refused_for_a_moment_is_asked_again_by_the_next_caller(string path)
    {
        var refuses = true;
        (string, int, string)[] schemas = [(Whole, 200, $$"""{"definitions":{"Tank":{{Kinds}} } }""")];
        await using var server = await StubServer.StartAsync(context =>
            AnswerAsync(context, refuses ? [(path, 401, "{}"), .. schemas] : schemas)
        );
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        var read = new ServerSchemas(connection);
        await Assert.ThrowsAsync<ClusterException>(() => read.FindAsync(Tanks, default));
        refuses = false;

        Assert.NotNull((await read.FindAsync(Tanks, default)).Schema);
    }

    /// <summary>Every other path is answered 404.</summary>
    private static async Task<PublishedSchema> FindAsync(params (string Path, int Status, string Answer)[] answers)
    {
        await using var server = await StubServer.StartAsync(context => AnswerAsync(context, answers));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        return await new ServerSchemas(connection).FindAsync(Tanks, default);
    }

    private static Task AnswerAsync(HttpContext context, (string Path, int Status, string Answer)[] answers)
    {
        var (_, status, answer) = answers.FirstOrDefault(a => a.Path == context.Request.Path.Value, (Path: "", Status: 404, Answer: "{}"));
        return StubServer.Json(status, answer)(context);
    }
}
