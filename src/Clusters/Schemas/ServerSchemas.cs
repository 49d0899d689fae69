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

    internal const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

    private readonly ConcurrentDictionary<string, Lazy<Task<Answer>>> documents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string GroupResource, string Version), Task<PublishedSchema>> types = new();

    /// <exception cref="ClusterException">The server can't be reached, doesn't accept the credentials, or is overloaded.</exception>
    public Task<PublishedSchema> FindAsync(ApiResource type, CancellationToken cancellation) =>
        types.GetOrAdd((type.GroupResource, type.Version), _ => ReadAsync(type)).WaitAsync(cancellation);

    /// <summary>The type of a definition that can't be read may be in OpenAPI: a failure counts where nothing has the type.</summary>
    private async Task<PublishedSchema> ReadAsync(ApiResource type)
    {
        var isCustom = type.Group.Contains('.', StringComparison.Ordinal);
        var definition = isCustom ? await DocumentAsync($"{Definitions}{type.GroupResource}") : default;
        if (definition.Document is { } defined)
            return In($"{Definitions}{type.GroupResource}", () => OfDefinition(defined.RootElement, type.Version));
        var published = await OfOpenApiAsync(type);
        return published.Schema is null ? new(null, definition.Unread ?? published.Unread) : published;
    }

    private async Task<PublishedSchema> OfOpenApiAsync(ApiResource type)
    {
        var index = await DocumentAsync("/openapi/v3");
        if (index.Document is not { } parts)
        {
            var all = await DocumentAsync("/openapi/v2");
            return all.Document is { } whole
                ? In("/openapi/v2", () => Find(whole.RootElement, type, "definitions"))
                : new(null, index.Unread ?? all.Unread);
        }
        var path = type.Group.Length == 0 ? $"api/{type.Version}" : $"apis/{type.ApiVersion}";
        if (!TryGet(parts.RootElement, out var entry, "paths", path, "serverRelativeURL") || entry.ValueKind != JsonValueKind.String)
            return default;
        var url = entry.GetString()!;
        var part = await DocumentAsync(url);
        return part.Document is { } document
            ? In(url, () => Find(document.RootElement, type, "components", "schemas"))
            : new(null, part.Unread);
    }

    private PublishedSchema In(string path, Func<Schema?> find)
    {
        try
        {
            return new(find());
        }
        catch (Exception e) when (DiscoveryDocuments.IsForeign(e))
        {
            return new(null, Foreign(path));
        }
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

    private Task<Answer> DocumentAsync(string path) => documents.GetOrAdd(path, p => new(() => LoadAsync(p))).Value;

    // Shared by all callers, so that the cancellation of one must not end it.
    private async Task<Answer> LoadAsync(string path)
    {
        try
        {
            return new(JsonDocument.Parse(await connection.GetAsync(path, CancellationToken.None), Deep));
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
        {
            return default;
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.Broken or ClusterFailure.TooLarge)
        {
            return new(null, new(path, e.Failure, e.Message));
        }
        catch (JsonException)
        {
            return new(null, Foreign(path));
        }
    }

    private UnreadSchema Foreign(string path) => new(
        path, ClusterFailure.Broken,
        $"GET {path} of {connection.Server} answers what is no document with schemas. "
            + "Look at what answers there: a proxy on the way, or an aggregated API's server");

    /// <param name="Document">Null: the server has none there, or <paramref name="Unread"/> says why it could not be read.</param>
    private readonly record struct Answer(JsonDocument? Document, UnreadSchema? Unread = null);

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
