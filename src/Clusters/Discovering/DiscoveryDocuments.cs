using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Clusters.Discovering;

/// <summary>Reads discovery's documents. Throws if a document isn't one of them.</summary>
internal static class DiscoveryDocuments
{
    /// <summary>The answer to <c>/api</c> or <c>/apis</c>, in any of its three forms.</summary>
    public static ImmutableArray<GroupVersion> ParseRoot(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return root.GetProperty("kind"u8).GetString() switch
        {
            "APIGroupDiscoveryList" => [.. root.GetProperty("items"u8).EnumerateArray().SelectMany(Aggregated)],
            "APIGroupList" => [.. root.GetProperty("groups"u8).EnumerateArray().SelectMany(Classic)],
            "APIVersions" => [.. root.GetProperty("versions"u8).EnumerateArray().Select((v, i) => new GroupVersion("", Text(v), i == 0))],
            var kind => throw new JsonException($"kind {kind} isn't a discovery document"),
        };
    }

    /// <summary>An APIResourceList. Of the subresources, only <c>status</c> is read.</summary>
    public static ImmutableArray<ApiResource> ParseResources(ReadOnlyMemory<byte> body, GroupVersion version)
    {
        using var document = JsonDocument.Parse(body);
        var listed = document.RootElement.GetProperty("resources"u8);
        if (listed.ValueKind == JsonValueKind.Null)
            return [];
        var withStatus = listed
            .EnumerateArray()
            .Select(r => Text(r, "name"))
            .Where(n => n.EndsWith("/status", StringComparison.Ordinal))
            .ToHashSet();
        var resources = ImmutableArray.CreateBuilder<ApiResource>();
        foreach (var resource in listed.EnumerateArray())
        {
            var name = Text(resource, "name");
            if (name.Contains('/'))
                continue;
            resources.Add(
                new ApiResource(
                    version.Group,
                    version.Version,
                    name,
                    Text(resource, "kind"),
                    resource.GetProperty("namespaced"u8).GetBoolean(),
                    Verbs(resource)
                )
                {
                    HasStatus = withStatus.Contains($"{name}/status"),
                    StorageVersionHash = resource.TryGetProperty("storageVersionHash"u8, out var hash) ? hash.GetString() : null,
                }
            );
        }
        return resources.DrainToImmutable();
    }

    private static IEnumerable<GroupVersion> Classic(JsonElement group)
    {
        var name = Text(group, "name");
        var preferred = group.TryGetProperty("preferredVersion"u8, out var p) ? Text(p, "version") : null;
        foreach (var version in group.GetProperty("versions"u8).EnumerateArray().Select(v => Text(v, "version")))
        {
            preferred ??= version;
            yield return new GroupVersion(name, version, version == preferred);
        }
    }

    /// <summary>Versions are in order of preference. A stale one repeats its backend's last answer, which may no longer be true.</summary>
    private static IEnumerable<GroupVersion> Aggregated(JsonElement group)
    {
        var name = group.GetProperty("metadata"u8).TryGetProperty("name"u8, out var n) ? Text(n) : "";
        var first = true;
        foreach (var element in group.GetProperty("versions"u8).EnumerateArray())
        {
            var version = new GroupVersion(name, Text(element, "version"), first);
            first = false;
            yield return element.TryGetProperty("freshness"u8, out var freshness) && freshness.ValueEquals("Stale"u8)
                ? version with
                {
                    Failure =
                        $"The API server can't reach the backend of {version.Name} (stale). See the APIService "
                        + $"{version.Version}.{version.Group}.",
                }
                : version with
                {
                    Resources = AggregatedResources(element, version),
                };
        }
    }

    private static ImmutableArray<ApiResource> AggregatedResources(JsonElement element, GroupVersion version)
    {
        if (!element.TryGetProperty("resources"u8, out var listed) || listed.ValueKind == JsonValueKind.Null)
            return [];
        var resources = ImmutableArray.CreateBuilder<ApiResource>();
        foreach (var resource in listed.EnumerateArray())
        {
            // Without verbs, it is only the parent of subresources.
            if (Verbs(resource) is { IsEmpty: false } verbs)
            {
                resources.Add(
                    new ApiResource(
                        version.Group,
                        version.Version,
                        Text(resource, "resource"),
                        Text(resource.GetProperty("responseKind"u8), "kind"),
                        resource.GetProperty("scope"u8).ValueEquals("Namespaced"u8),
                        verbs,
                        HasStatus(resource)
                    )
                );
            }
        }
        return resources.DrainToImmutable();
    }

    private static bool HasStatus(JsonElement resource) =>
        resource.TryGetProperty("subresources"u8, out var subresources)
        && subresources.ValueKind == JsonValueKind.Array
        && subresources.EnumerateArray().Any(s => s.GetProperty("subresource"u8).ValueEquals("status"u8));

    private static ImmutableArray<string> Verbs(JsonElement resource) =>
        resource.TryGetProperty("verbs"u8, out var verbs) && verbs.ValueKind == JsonValueKind.Array
            ? [.. verbs.EnumerateArray().Select(Text)]
            : [];

    private static string Text(JsonElement parent, string property) => Text(parent.GetProperty(property));

    private static string Text(JsonElement element) => element.GetString() ?? throw new JsonException("null instead of a name");
}
