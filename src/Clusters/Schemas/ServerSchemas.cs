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
public sealed class ServerSchemas
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = ItemCutter.MaxDepth };

    private readonly ConcurrentDictionary<string, Lazy<Task<SchemaDefinitions?>>> published = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string GroupResource, string Version), Task<Schema?>> types = new();
    private readonly ClusterConnection connection;

    /// <summary>Where OpenAPI v3 has each group and version; null: the server has no v3.</summary>
    private readonly Lazy<Task<Dictionary<string, string>?>> addresses;

    public ServerSchemas(ClusterConnection connection)
    {
        this.connection = connection;
        addresses = new(AddressesAsync);
    }

    /// <returns>Null: the server publishes none, or doesn't let it be read.</returns>
    public Task<Schema?> FindAsync(ApiResource type, CancellationToken cancellation) =>
        types.GetOrAdd((type.GroupResource, type.Version), _ => ReadAsync(type)).WaitAsync(cancellation);

    private async Task<Schema?> ReadAsync(ApiResource type)
    {
        if (type.Group.Contains('.', StringComparison.Ordinal))
        {
            using var definition = await DocumentAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{type.GroupResource}");
            if (definition is not null)
                return OfDefinition(definition.RootElement, type.Version);
        }
        return (await PublishedAsync(type))?.Find(type.Group, type.Version, type.Kind);
    }

    private async Task<SchemaDefinitions?> PublishedAsync(ApiResource type)
    {
        if (await addresses.Value is not { } known)
            return await DefinitionsAsync("/openapi/v2", "definitions");
        var path = type.Group.Length == 0 ? $"api/{type.Version}" : $"apis/{type.ApiVersion}";
        return known.GetValueOrDefault(path) is { } address ? await DefinitionsAsync(address, "components", "schemas") : null;
    }

    private async Task<Dictionary<string, string>?> AddressesAsync()
    {
        using var index = await DocumentAsync("/openapi/v3");
        if (index is null)
            return null;
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        if (TryGet(index.RootElement, out var paths, "paths") && paths.ValueKind == JsonValueKind.Object)
            foreach (var path in paths.EnumerateObject())
                if (TryGet(path.Value, out var address, "serverRelativeURL") && address.ValueKind == JsonValueKind.String)
                    read[path.Name] = address.GetString()!;
        return read;
    }

    private static Schema? OfDefinition(JsonElement definition, string version)
    {
        if (!TryGet(definition, out var versions, "spec", "versions")
            || (TryGet(definition, out var preserves, "spec", "preserveUnknownFields") && preserves.ValueKind == JsonValueKind.True))
            return null;
        foreach (var served in versions.EnumerateArray())
            if (served.TryGetProperty("name", out var name) && name.GetString() == version)
                return TryGet(served, out var schema, "schema", "openAPIV3Schema") ? Schema.OfDefinition(schema) : null;
        return null;
    }

    private Task<SchemaDefinitions?> DefinitionsAsync(string path, params string[] place) =>
        published.GetOrAdd(path, p => new(() => LoadAsync(p, place))).Value;

    private async Task<SchemaDefinitions?> LoadAsync(string path, string[] place)
    {
        using var document = await DocumentAsync(path);
        return document is not null && TryGet(document.RootElement, out var definitions, place) ? SchemaDefinitions.Published(definitions) : null;
    }

    // Shared by all callers, so that the cancellation of one must not end it.
    private async Task<JsonDocument?> DocumentAsync(string path)
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
}
