using System.Net;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Custom types for tests, in a group of their own.</summary>
internal static class CustomType
{
    public const string Group = "capture.test";

    public static string Path(string plural) => $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{Group}";

    /// <summary>A namespaced type with one version, unless it is there already.</summary>
    public static async Task CreateAsync(
        RawApi api,
        string plural,
        string schema = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}"""
    ) => await CreateAsync(api, plural, [Version("v1", schema)], null);

    public static string Version(string name, string schema, bool stored = true) =>
        $$$"""{"name":"{{{name}}}","served":true,"storage":{{{(stored ? "true" : "false")}}},"schema":"""
        + $$$"""{"openAPIV3Schema": {{{schema}}} } }""";

    public static async Task CreateAsync(RawApi api, string plural, string[] versions, string? conversion)
    {
        var kind = char.ToUpperInvariant(plural[0]) + plural[1..^1];
        var (status, text) = await api.SendAsync(
            HttpMethod.Post,
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{Group}}}"},
             "spec":{"group":"{{{Group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","singular":"{{{plural[
                ..^1
            ]}}}","kind":"{{{kind}}}","listKind":"{{{kind}}}List"},
              "versions":[{{{string.Join(',', versions)}}}]{{{(conversion is null ? "" : ",\"conversion\":" + conversion)}}}}}
            """,
            "application/json"
        );
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict, text);
    }
}
