using System.Text.Json.Nodes;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <summary>
/// What the server adds to a CustomResourceDefinition. Its schema is stored but not used: nothing is pruned, defaulted or refused.
/// </summary>
internal static class CustomDefinition
{
    /// <summary>Keeps a deleted definition until its objects are gone.</summary>
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>Names the type in full and establishes it at once.</summary>
    public static void Accept(ServedType type, JsonObject definition, string now)
    {
        var name = (string)definition["metadata"]!["name"]!;
        if (
            definition["spec"] is not JsonObject spec
            || spec["names"] is not JsonObject names
            || spec["versions"] is not JsonArray versions
            || (string?)names["plural"] is not { } plural
            || (string?)names["kind"] is not { } kind
            || (string?)spec["group"] is not { } group
            || !versions.All(v => (string?)v?["name"] is { Length: > 0 })
        )
        {
            throw ApiError.Invalid(
                type,
                name,
                "spec",
                "FieldValueRequired",
                "Required value: group, names.plural, names.kind and versions with a name each"
            );
        }
        if (name != $"{plural}.{group}")
            throw ApiError.Invalid(
                type,
                name,
                "metadata.name",
                "FieldValueInvalid",
                $"Invalid value: \"{name}\": must be spec.names.plural+\".\"+spec.group"
            );
        names["singular"] ??= kind.ToLowerInvariant();
        names["listKind"] ??= kind + "List";
        spec["conversion"] ??= new JsonObject { ["strategy"] = "None" };
        definition["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)
            ),
            ["acceptedNames"] = names.DeepClone(),
            ["storedVersions"] = new JsonArray([.. versions.Where(IsStorage).Select(v => v!["name"]!.DeepClone())]),
        };
    }

    /// <summary>A version that has become the storage version is listed as stored from then on.</summary>
    public static void RememberStoredVersion(JsonObject definition)
    {
        if (
            definition["status"]?["storedVersions"] is JsonArray stored
            && definition["spec"]?["versions"] is JsonArray versions
            && (string?)versions.FirstOrDefault(IsStorage)?["name"] is { } name
            && !stored.Any(v => (string?)v == name)
        )
        {
            stored.Add((JsonNode)name);
        }
    }

    private static bool IsStorage(JsonNode? version) => (bool?)version!["storage"] == true;

    private static JsonObject Condition(string type, string reason, string message, string now) =>
        new()
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastTransitionTime"] = now,
            ["reason"] = reason,
            ["message"] = message,
        };
}
