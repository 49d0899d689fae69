using System.Collections.Concurrent;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Schemas;

/// <summary>
/// The schemas of the types that an API server serves, each read once: custom types' from their definitions, all others' from OpenAPI v3 where the server has it (1.24 and later), else from v2. Thread-safe.
/// </summary>
/// <remarks>Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition</remarks>
public sealed class ServerSchemas(ClusterConnection connection)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = ItemCutter.MaxDepth };

    private readonly ConcurrentDictionary<string, Lazy<Task<JsonDocument?>>> documents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string GroupResource, string Version), Task<Schema?>> types = new();

    /// <returns>Null: the server publishes none, or doesn't let it be read.</returns>
    public Task<Schema?> FindAsync(ApiResource type, CancellationToken cancellation) =>
        types.GetOrAdd((type.GroupResource, type.Version), _ => ReadAsync(type)).WaitAsync(cancellation);

    private async Task<Schema?> ReadAsync(ApiResource type)
    {
        if (type.Group.Contains('.', StringComparison.Ordinal) && await DocumentAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{type.GroupResource}") is { } definition)
            return OfDefinition(definition.RootElement, type.Version);
        if (await DocumentAsync("/openapi/v3") is not { } index)
            return await DocumentAsync("/openapi/v2") is { } all ? Find(all.RootElement, type, "definitions") : null;
        var path = type.Group.Length == 0 ? $"api/{type.Version}" : $"apis/{type.ApiVersion}";
        if (!TryGet(index.RootElement, out var entry, "paths", path, "serverRelativeURL") || entry.GetString() is not { } url || await DocumentAsync(url) is not { } document)
            return null;
        return Find(document.RootElement, type, "components", "schemas");
    }

    private static Schema? OfDefinition(JsonElement definition, string version)
    {
        if (!TryGet(definition, out var versions, "spec", "versions") || TryGet(definition, out var preserves, "spec", "preserveUnknownFields") && preserves.ValueKind == JsonValueKind.True)
            return null;
        foreach (var served in versions.EnumerateArray())
            if (served.TryGetProperty("name", out var name) && name.GetString() == version)
                return TryGet(served, out var schema, "schema", "openAPIV3Schema") ? Schema.OfDefinition(schema) : null;
        return null;
    }

    private static Schema? Find(JsonElement document, ApiResource type, params string[] place)
    {
        if (!TryGet(document, out var definitions, place))
            return null;
        foreach (var definition in definitions.EnumerateObject())
            if (definition.Value.TryGetProperty("x-kubernetes-group-version-kind", out var kinds) && kinds.EnumerateArray().Any(k => Names(k, type)))
                return Schema.Published(definition.Value, definitions);
        return null;
    }

    private static bool Names(JsonElement kind, ApiResource type) =>
        Text(kind, "kind") == type.Kind && Text(kind, "version") == type.Version && (Text(kind, "group") ?? "") == type.Group;

    private Task<JsonDocument?> DocumentAsync(string path) => documents.GetOrAdd(path, p => new(() => LoadAsync(p))).Value;

    // Shared by all callers, so that the cancellation of one must not end it.
    private async Task<JsonDocument?> LoadAsync(string path)
    {
        try
        {
            return JsonDocument.Parse(await connection.GetAsync(path, CancellationToken.None), Deep);
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.NotFound or ClusterFailure.Forbidden or ClusterFailure.Broken)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryGet(JsonElement from, out JsonElement found, params string[] path)
    {
        found = from;
        foreach (var name in path)
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return false;
        return true;
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetString() : null;
}
