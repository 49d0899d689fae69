using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>
/// An API server that no one should trust: it lists configmaps of any namespace and name that it likes, real ones forbid most of them.
/// </summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly StubServer server;

    private HostileServer(StubServer server) => this.server = server;

    public string Kubeconfig =>
        $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: "../../hostile", cluster: {server: "{{{server.Url}}}"}}]
            users: [{name: admin, user: {token: t}}]
            contexts: [{name: "../../hostile", context: {cluster: "../../hostile", user: admin}}]
            current-context: "../../hostile"
            """;

    /// <param name="items">Of configmaps, in the order of namespaces; as they stand in the list.</param>
    public static async Task<HostileServer> StartAsync(IReadOnlyList<string> items) =>
        new(await StubServer.StartAsync(context => AnswerAsync(context, items)));

    public static string Item(string? ns, string name) =>
        new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["uid"] = $"uid of {name}",
                ["resourceVersion"] = "7",
            },
            ["data"] = new JsonObject { ["name"] = name },
        }.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, IReadOnlyList<string> items) =>
        (
            context.Request.Path.Value switch
            {
                "/version" => StubServer.Json(200, """{"gitVersion":"v1.99.0/../../x"}"""),
                "/api" => StubServer.Json(200, """{"kind":"APIVersions","versions":["v1"]}"""),
                "/apis" => StubServer.Json(200, """{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"""),
                "/api/v1" => StubServer.Json(
                    200,
                    """{"kind":"APIResourceList","groupVersion":"v1","resources":"""
                        + $$"""[{{Type("configmaps", "ConfigMap", namespaced: true)}},"""
                        + $$"""{{Type("namespaces", "Namespace", namespaced: false)}}]}"""
                ),
                "/api/v1/namespaces/kube-system" => StubServer.Json(
                    200,
                    """{"metadata":{"name":"kube-system","uid":"11111111-2222-3333-4444-555555555555"}}"""
                ),
                "/api/v1/namespaces" => List([]),
                "/api/v1/configmaps" => List(items),
                _ => StubServer.Json(404, """{"kind":"Status","status":"Failure","reason":"NotFound","code":404}"""),
            }
        )(context);

    private static string Type(string name, string kind, bool namespaced) =>
        $$"""{"name":"{{name}}","kind":"{{kind}}","namespaced":{{(namespaced ? "true" : "false")}},"verbs":["create","get","list"]}""";

    private static RequestDelegate List(IEnumerable<string> items) =>
        StubServer.Json(
            200,
            $$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{{string.Join(',', items)}}]}"""
        );
}
