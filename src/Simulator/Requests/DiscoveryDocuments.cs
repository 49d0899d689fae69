using System.Text.Json.Nodes;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Requests;

/// <summary>The discovery documents of the served types.</summary>
internal sealed class DiscoveryDocuments(TypeCatalog types, string serverVersion)
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <returns>Null: the path isn't one of discovery's.</returns>
    public JsonObject? Find(string[] segments) =>
        segments switch
        {
            ["version"] => Version(),
            ["openapi", "v2"] => new SchemaDocument(types).Read(),
            ["api"] => new JsonObject
            {
                ["kind"] = "APIVersions",
                ["versions"] = new JsonArray("v1"),
                ["serverAddressByClientCIDRs"] = new JsonArray(),
            },
            ["apis"] => new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = new JsonArray([.. Versions().Where(g => g.Key.Length > 0).Select(g => Group(g.Key, [.. g.Value]))]),
            },
            ["apis", var group] when Versions().TryGetValue(group, out var versions) => TopLevel(Group(group, [.. versions])),
            ["api", var version] => Resources("", version),
            ["apis", var group, var version] => Resources(group, version),
            _ => null,
        };

    private SortedDictionary<string, SortedSet<string>> Versions()
    {
        var groups = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (group, version) in types.All.Select(t => (t.Group, t.Version)).Concat(types.Dead))
        {
            if (!groups.TryGetValue(group, out var versions))
                groups.Add(group, versions = new SortedSet<string>(VersionPriority.Comparer));
            versions.Add(version);
        }
        return groups;
    }

    private static JsonObject Group(string name, string[] versions)
    {
        JsonObject Version(string v) => new() { ["groupVersion"] = $"{name}/{v}", ["version"] = v };
        return new JsonObject
        {
            ["name"] = name,
            ["versions"] = new JsonArray([.. versions.Select(Version)]),
            ["preferredVersion"] = Version(versions[0]),
        };
    }

    private static JsonObject TopLevel(JsonObject group)
    {
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    private JsonObject? Resources(string group, string version)
    {
        var served = types
            .All.Where(t => t.Group == group && t.Version == version)
            .OrderBy(t => t.Resource, StringComparer.Ordinal)
            .ToArray();
        if (served.Length == 0)
            return null;
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = served[0].ApiVersion,
            ["resources"] = new JsonArray([.. served.SelectMany(Entries)]),
        };
    }

    private IEnumerable<JsonObject> Entries(ServedType type)
    {
        var entry = new JsonObject
        {
            ["name"] = type.Resource,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
        };
        entry["verbs"] = Verbs(
            type.Has(Traits.Review) ? ["create"]
            : type == types.Namespaces ? AllVerbs.Except(["deletecollection"])
            : AllVerbs
        );
        if (type.ShortNames.Length > 0)
            entry["shortNames"] = Verbs(type.ShortNames);
        if (!type.Has(Traits.Review))
            entry["storageVersionHash"] = type.StorageVersionHash;
        yield return entry;
        if (type == types.Namespaces)
            yield return Subresource(type, "finalize", ["update"]);
        if (type.Has(Traits.Status))
            yield return Subresource(type, "status", ["get", "patch", "update"]);
    }

    private static JsonObject Subresource(ServedType type, string name, string[] verbs) =>
        new()
        {
            ["name"] = $"{type.Resource}/{name}",
            ["singularName"] = "",
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Verbs(verbs),
        };

    private static JsonArray Verbs(IEnumerable<string> verbs) => new([.. verbs.Select(v => JsonValue.Create(v))]);

    private JsonObject Version()
    {
        var numbers = serverVersion.TrimStart('v').Split('.', 3);
        return new JsonObject
        {
            ["major"] = numbers[0],
            ["minor"] = numbers.Length > 1 ? numbers[1] : "0",
            ["gitVersion"] = serverVersion,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "",
        };
    }
}
