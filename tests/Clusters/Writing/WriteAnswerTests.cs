using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.TestKit.Faults;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Writing;

/// <summary>Answers that no server of the suite can be made to give.</summary>
public sealed class WriteAnswerTests
{
    private static readonly ApiResource Secrets = new("", "v1", "secrets", "Secret", true, ["create"]);
    private static readonly WriteOptions Options = new("a b");

    [Theory]
    [InlineData(200, "", WriteStatus.Done)]
    [InlineData(202, "", WriteStatus.Done)]
    [InlineData(400, "BadRequest", WriteStatus.Invalid)]
    [InlineData(403, "Forbidden", WriteStatus.Forbidden)]
    [InlineData(405, "MethodNotAllowed", WriteStatus.Invalid)]
    [InlineData(409, "AlreadyExists", WriteStatus.AlreadyExists)]
    [InlineData(409, "Conflict", WriteStatus.Conflict)]
    [InlineData(413, "RequestEntityTooLarge", WriteStatus.Invalid)]
    [InlineData(415, "UnsupportedMediaType", WriteStatus.Invalid)]
    [InlineData(422, "Invalid", WriteStatus.Invalid)]
    [InlineData(500, "InternalError", WriteStatus.Unavailable)]
    [InlineData(504, "Timeout", WriteStatus.Unavailable)]
    public async Task A_status_means(int code, string reason, WriteStatus expected)
    {
        await using var server = await StartAsync(
            Json(code, $$"""{"kind":"Status","metadata":{},"details":{"reason":"inner"},"message":"why","reason":"{{reason}}"}""")
        );
        using var connection = Connect(server);

        var result = await new ResourceWriter(connection).CreateAsync(Secrets, "shop", "{}"u8.ToArray(), Options, default);

        Assert.Equal((expected, code), (result.Status, result.Code));
        Assert.Equal(expected == WriteStatus.Done ? (null, null) : (reason, "why"), (result.Reason, result.Message));
    }

    [Theory]
    [InlineData("<html>signed in</html>")]
    [InlineData("[]")]
    [InlineData("{}{}")]
    [InlineData("{\"metadata\":")]
    [InlineData("")]
    [InlineData("""{"metadata":{},"metadata":{"name":"other"}}""")]
    [InlineData("""{"metadata":{"name":"\ud800"}}""")]
    public async Task An_answer_that_is_not_an_object_is_not_a_success(string body)
    {
        await using var server = await StartAsync(Json(200, body));
        using var connection = Connect(server);

        var result = await new ResourceWriter(connection).CreateAsync(Secrets, "shop", "{}"u8.ToArray(), Options, default);

        Assert.Equal((WriteStatus.Unavailable, 200), (result.Status, result.Code));
    }

    [Fact]
    public async Task A_proxys_page_is_quoted_in_short()
    {
        await using var server = await StartAsync(Json(502, "<html>\n<body>" + new string('x', 500)));
        using var connection = Connect(server);

        var result = await new ResourceWriter(connection).CreateAsync(Secrets, "shop", "{}"u8.ToArray(), Options, default);

        Assert.Equal(WriteStatus.Unavailable, result.Status);
        Assert.StartsWith("<html> <body>xxx", result.Message, StringComparison.Ordinal);
        Assert.InRange(result.Message!.Length, 1, 200);
    }

    [Fact]
    public async Task Requests_are_what_the_api_server_expects()
    {
        await using var server = await StartAsync(Json(200, "{}"));
        using var connection = Connect(server);
        var writer = new ResourceWriter(connection);
        var all = Options with { DryRun = true, Force = true, Subresource = "status" };

        await writer.CreateAsync(Secrets, "shop", "{}"u8.ToArray(), Options, default);
        await writer.ReplaceAsync(Secrets, "shop", "a:b", "{}"u8.ToArray(), all, default);
        await writer.ApplyAsync(Secrets, "shop", "a", "{}"u8.ToArray(), all, default);
        await writer.MergePatchAsync(Secrets, "shop", "a", "{}"u8.ToArray(), Options, default);
        await writer.DeleteAsync(Secrets, "shop", "a", "u", null, "Foreground", default);

        Assert.Equal(
            [
                "POST /api/v1/namespaces/shop/secrets?fieldManager=a%20b&fieldValidation=Ignore application/json",
                "PUT /api/v1/namespaces/shop/secrets/a:b/status?fieldManager=a%20b&fieldValidation=Ignore&dryRun=All application/json",
                "PATCH /api/v1/namespaces/shop/secrets/a/status?fieldManager=a%20b&fieldValidation=Ignore&dryRun=All&force=true "
                    + "application/apply-patch+yaml",
                "PATCH /api/v1/namespaces/shop/secrets/a?fieldManager=a%20b&fieldValidation=Ignore application/merge-patch+json",
                "DELETE /api/v1/namespaces/shop/secrets/a application/json",
            ],
            server.Requests.Select(r => $"{r.Method} {r.Target} {r.Headers["Content-Type"]}")
        );
    }

    [Theory]
    [
        InlineData("shop", ""),
        InlineData("shop", "."),
        InlineData("shop", ".."),
        InlineData("shop", "../../nodes/n"),
        InlineData("shop", "a/status"),
        InlineData("shop", "a%2Fstatus")
    ]
    [InlineData("..", "a"), InlineData("", "a"), InlineData("a/b", "a")]
    public async Task A_name_that_would_lead_elsewhere_is_never_sent(string ns, string name)
    {
        await using var server = await StartAsync(Json(200, "{}"));
        using var connection = Connect(server);
        var writer = new ResourceWriter(connection);

        WriteResult[] results =
        [
            await writer.GetAsync(Secrets, ns, name, default),
            await writer.ReplaceAsync(Secrets, ns, name, "{}"u8.ToArray(), Options, default),
            await writer.ApplyAsync(Secrets, ns, name, "{}"u8.ToArray(), Options, default),
            await writer.MergePatchAsync(Secrets, ns, name, "{}"u8.ToArray(), Options, default),
            await writer.DeleteAsync(Secrets, ns, name, null, null, "Background", default),
        ];

        Assert.All(results, r => Assert.Equal(WriteStatus.Invalid, r.Status));
        Assert.Empty(server.Requests);
    }

    private static ClusterConnection Connect(StubServer server) =>
        new(new() { Server = server.Url }, TimeProvider.System, new Connections.NoJitter());
}
