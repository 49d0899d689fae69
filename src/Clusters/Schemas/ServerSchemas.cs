using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Schemas;

/// <summary>
/// The schemas of the types that an API server serves, each read once: custom types' from their definitions, all others' from OpenAPI v3
/// where the server has it (1.24 and later), else from v2. Documents aren't kept. Thread-safe.
/// </summary>
/// <remarks>Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition</remarks>
public sealed class ServerSchemas
{
    internal const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

    /// <summary>Schemas are read by recursion: no deeper than an object may be, of which a definition is one.</summary>
    internal static readonly JsonDocumentOptions Deep = new() { MaxDepth = AnswerLimits.Default.ObjectDepth };

    private const string Index = "/openapi/v3";
    private const string Whole = "/openapi/v2";

    private readonly SharedReads<TypeName, PublishedSchema> types;
    private readonly SharedReads<string, Answer<SchemaDefinitions>> published;

    /// <summary>The OpenAPI v3 path of each group and version.</summary>
    private readonly SharedReads<string, Answer<Dictionary<string, string>>> addresses;
    private readonly ClusterConnection connection;

    public ServerSchemas(ClusterConnection connection)
    {
        this.connection = connection;
        types = new(ReadAsync);
        published = new(path => LoadAsync<SchemaDefinitions>(path, path == Whole ? DefinitionsOfAll : DefinitionsOfPart));
        addresses = new(path => LoadAsync(path, Addresses));
    }

    /// <exception cref="ClusterException">The server can't be reached, doesn't accept the credentials, or is overloaded.</exception>
    public Task<PublishedSchema> FindAsync(ApiResource type, CancellationToken cancellation) =>
        types.GetAsync(new(type.Group, type.Version, type.Resource, type.Kind), cancellation);

    /// <summary>The type of an unreadable definition may be in OpenAPI: a failure counts only if the type is nowhere else.</summary>
    private async Task<PublishedSchema> ReadAsync(TypeName type)
    {
        var isCustom = type.Group.Contains('.', StringComparison.Ordinal);
        var definition = isCustom
            ? await LoadAsync($"{Definitions}{type.Resource}.{type.Group}", root => OfDefinition(root, type.Version))
            : default;
        if (definition.IsThere)
            return new(definition.Content);
        var found = await DefinitionsAsync(type);
        return found.Content?.Find(type.Group, type.Version, type.Kind) is { } schema
            ? new(schema)
            : new(null, definition.Unread ?? found.Unread);
    }

    private async Task<Answer<SchemaDefinitions>> DefinitionsAsync(TypeName type)
    {
        var parts = await addresses.GetAsync(Index, CancellationToken.None);
        if (parts.Content is not { } known)
        {
            var all = await published.GetAsync(Whole, CancellationToken.None);
            return all.IsThere ? all : new(false, null, parts.Unread ?? all.Unread);
        }
        var path = type.Group.Length == 0 ? $"api/{type.Version}" : $"apis/{type.Group}/{type.Version}";
        return known.GetValueOrDefault(path) is { } address ? await published.GetAsync(address, CancellationToken.None) : default;
    }

    internal static SchemaDefinitions? DefinitionsOfAll(JsonElement document) =>
        TryGet(document, out var found, "definitions") ? SchemaDefinitions.Published(found) : null;

    internal static SchemaDefinitions? DefinitionsOfPart(JsonElement document) =>
        TryGet(document, out var found, "components", "schemas") ? SchemaDefinitions.Published(found) : null;

    internal static Dictionary<string, string> Addresses(JsonElement index)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        if (TryGet(index, out var paths, "paths") && paths.ValueKind == JsonValueKind.Object)
            foreach (var path in paths.EnumerateObject())
                if (TryGet(path.Value, out var address, "serverRelativeURL") && address.ValueKind == JsonValueKind.String)
                    read[path.Name] = address.GetString()!;
        return read;
    }

    internal static Schema? OfDefinition(JsonElement definition, string version)
    {
        if (
            !TryGet(definition, out var versions, "spec", "versions")
            || (TryGet(definition, out var preserves, "spec", "preserveUnknownFields") && preserves.ValueKind == JsonValueKind.True)
        )
            return null;
        foreach (var served in versions.EnumerateArray())
            if (served.TryGetProperty("name", out var name) && name.GetString() == version)
                return TryGet(served, out var schema, "schema", "openAPIV3Schema") ? Schema.OfDefinition(schema) : null;
        return null;
    }

    // Shared by all callers, so one caller's cancellation must not end it.
    private async Task<Answer<T>> LoadAsync<T>(string path, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            return Read(path, await connection.GetAsync(path, CancellationToken.None), read);
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
        {
            return default;
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.Broken or ClusterFailure.TooLarge)
        {
            return new(false, null, new(path, e.Failure, e.Message));
        }
    }

    private Answer<T> Read<T>(string path, byte[] body, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body, Deep);
            return new(true, read(document.RootElement), null);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return new(false, null, Foreign(path));
        }
    }

    private UnreadSchema Foreign(string path) =>
        new(
            path,
            ClusterFailure.Broken,
            $"GET {path} of {connection.Server} returned a document without readable schemas. "
                + "Check what answers there: a proxy in between, or an aggregated API's server"
        );

    private static bool TryGet(JsonElement from, out JsonElement found, params string[] path)
    {
        found = from;
        foreach (var name in path)
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return false;
        return true;
    }

    private readonly record struct TypeName(string Group, string Version, string Resource, string Kind);

    /// <param name="IsThere">The document exists and was read.</param>
    /// <param name="Content">Null: the document doesn't have the type.</param>
    /// <param name="Unread">Why it couldn't be read.</param>
    private readonly record struct Answer<T>(bool IsThere, T? Content, UnreadSchema? Unread)
        where T : class;
}
