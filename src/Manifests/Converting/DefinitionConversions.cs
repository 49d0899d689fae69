using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>CustomResourceDefinitions, which in v1beta1 said for all versions what v1 says for each.</summary>
internal static class DefinitionConversions
{
    private const string Approved = "api-approved.kubernetes.io";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Reshape(
            "custom-resource-definitions",
            ["CustomResourceDefinition"],
            ["apiextensions.k8s.io/v1beta1"],
            "apiextensions.k8s.io/v1",
            "version, validation, subresources and additionalPrinterColumns (JSONPath becomes jsonPath) go into each of versions; the "
                + "conversion's webhookClientConfig and conversionReviewVersions go into conversion.webhook; preserveUnknownFields, true "
                + "by default, and scope, Namespaced by default, become explicit; a definition of a group below k8s.io or kubernetes.io "
                + "gets the annotation that v1 asks for",
            "kubernetes: apiextensions-apiserver/pkg/apis/apiextensions/v1beta1/{conversion,defaults}.go; deprecation guide, v1.22",
            Definition
        ),
    ];

    private static void Definition(ConvertedManifest subject)
    {
        if (subject.Spec is not { } spec)
            return;
        Versions(spec);
        Conversions(spec);
        spec.TryAdd("preserveUnknownFields", true);
        spec.TryAdd("scope", "Namespaced");
        var group = spec.Text("group") ?? "";
        if (!IsProtected(group))
            return;
        var annotations = subject.Manifest.Ensure("metadata").Ensure("annotations");
        if (annotations.TryAdd(Approved, "unapproved, converted from apiextensions.k8s.io/v1beta1"))
            subject.Note($"gets the annotation {Approved}, without which v1 takes no definition of the group {group}");
    }

    private static void Versions(JsonObject spec)
    {
        var old = spec.Take("version");
        if (spec.Array("versions") is null or { Count: 0 })
            spec["versions"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = old,
                    ["served"] = true,
                    ["storage"] = true,
                }
            );
        var (schema, subresources, columns) = (spec.Take("validation"), spec.Take("subresources"), spec.Take("additionalPrinterColumns"));
        foreach (var version in spec.Objects("versions"))
        {
            Give(version, "schema", schema);
            Give(version, "subresources", subresources);
            Give(version, "additionalPrinterColumns", columns);
            foreach (var column in version.Objects("additionalPrinterColumns"))
                if (column.Take("JSONPath") is { } path)
                    column["jsonPath"] = path;
        }
    }

    private static void Give(JsonObject version, string name, JsonNode? common)
    {
        if (common is not null)
            version.TryAdd(name, common.DeepClone());
    }

    private static void Conversions(JsonObject spec)
    {
        if (spec.Object("conversion") is not { } conversion)
            return;
        var (client, reviews) = (conversion.Take("webhookClientConfig"), conversion.Take("conversionReviewVersions"));
        if (conversion.Text("strategy") != "Webhook")
            return;
        conversion["webhook"] = new JsonObject
        {
            ["clientConfig"] = client,
            ["conversionReviewVersions"] = reviews ?? new JsonArray("v1beta1"),
        };
    }

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io"
        || group.EndsWith(".k8s.io", StringComparison.Ordinal)
        || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);
}
