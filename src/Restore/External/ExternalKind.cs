using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.External;

/// <summary>An operator whose objects stand for resources outside the cluster.</summary>
/// <param name="Name">As its users know it.</param>
/// <param name="Is">The object is one of its; asked with the type's API group.</param>
/// <param name="Id">What the cloud knows the resource by; null: nothing outside was made for the object.</param>
/// <param name="PauseAnnotation">While it has <paramref name="Paused"/>, the operator changes nothing outside.</param>
/// <param name="Attached">
/// The annotation's value once the operator may act again, where the point had none; null: it is taken away.
/// </param>
internal sealed record ExternalKind(
    string Name,
    Func<string, JsonObject, bool> Is,
    Func<JsonObject, string?> Id,
    string PauseAnnotation,
    string Paused,
    string? Attached
)
{
    private const string AzureAnnotation = ExternalIdPlaces.AzureId;
    private const string CrossplaneName = ExternalIdPlaces.CrossplaneName;

    /// <remarks>
    /// Azure Service Operator: https://azure.github.io/azure-service-operator/guide/annotations/ (with <c>skip</c> it only reads, and makes
    /// nothing that is missing; with <c>detach-on-delete</c> it deletes nothing outside) and .../guide/adoption/ (a resource of the same
    /// name and owner is taken up). Crossplane: https://docs.crossplane.io/latest/managed-resources/managed-resources/ (the annotation with
    /// the external name decides which resource it is; a paused one isn't reconciled).
    /// </remarks>
    public static readonly ExternalKind[] All =
    [
        new(
            "Azure Service Operator",
            (group, manifest) =>
                group.EndsWith(".azure.com", StringComparison.Ordinal)
                && (manifest.Object("spec").Text("azureName") is not null || Annotation(manifest, AzureAnnotation) is not null),
            manifest => Annotation(manifest, AzureAnnotation) ?? manifest.Object("status").Text("id"),
            "serviceoperator.azure.com/reconcile-policy",
            "skip",
            "detach-on-delete"
        ),
        new(
            "Crossplane",
            (_, manifest) =>
                manifest.Object("spec").Object("providerConfigRef") is not null
                && manifest.Object("spec").Object("forProvider") is not null,
            manifest => manifest.Object("status").Object("atProvider").Text("id") ?? Annotation(manifest, CrossplaneName),
            "crossplane.io/paused",
            "true",
            null
        ),
        new(
            "Crossplane",
            (_, manifest) => IsComposite(manifest.Object("spec")) || IsComposite(manifest.Object("spec").Object("crossplane")),
            manifest => Composed(manifest.Object("spec")) ?? Composed(manifest.Object("spec").Object("crossplane")),
            "crossplane.io/paused",
            "true",
            null
        ),
    ];

    public static ExternalKind? Of(string group, JsonObject manifest) =>
        BuiltInGroups.Have(group) ? null : Array.Find(All, kind => kind.Is(group, manifest));

    /// <summary>
    /// Databases say in their status how far they can be taken back: <c>earliestRestoreDate</c> and the like, at any depth. Null: unknown.
    /// </summary>
    public static DateTimeOffset? EarliestRestore(JsonNode? status)
    {
        if (status is JsonObject map)
            foreach (var (name, value) in map)
            {
                if (name.StartsWith("earliestRestor", StringComparison.OrdinalIgnoreCase) && Time(value) is { } time)
                    return time;
                if (EarliestRestore(value) is { } below)
                    return below;
            }
        return null;
    }

    private static DateTimeOffset? Time(JsonNode? value) =>
        value is JsonValue text
        && text.TryGetValue(out string? written)
        && DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;

    /// <summary>The name by which the object takes up its resource, where a mapping may change it. Null: it has none.</summary>
    public static string? ResourceName(JsonObject manifest) =>
        manifest.Object("spec").Text(ExternalIdPlaces.AzureName) ?? Annotation(manifest, CrossplaneName);

    private static string? Annotation(JsonObject manifest, string key) => manifest.Object("metadata").Object("annotations").Text(key);

    private static bool IsComposite(JsonObject? spec) =>
        spec.Object("compositionRef") is not null && (spec.Object("resourceRef") is not null || spec.Array("resourceRefs") is not null);

    /// <summary>A claim leads to a composite, and that to what it is made of.</summary>
    private static string? Composed(JsonObject? spec)
    {
        var names = spec.Objects("resourceRefs").Append(spec.Object("resourceRef")).Select(r => r.Text("name")).OfType<string>().ToList();
        return names.Count == 0 ? null : string.Join(", ", names);
    }
}
