using System.Text.Json.Nodes;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Types;

/// <summary>Which types are served now: the built-in ones and those that CustomResourceDefinitions define. Thread-safe: readers see one state.</summary>
internal sealed class TypeCatalog
{
    private readonly ObjectStore _store;
    private readonly ServedType[] _builtIn;
    private volatile State _state;

    public TypeCatalog(ObjectStore store)
    {
        _store = store;
        _builtIn = [.. BuiltInTypes.All(store)];
        _state = new State(_builtIn, []);
        Definitions = Get("apiextensions.k8s.io", "customresourcedefinitions");
        ApiServices = Get("apiregistration.k8s.io", "apiservices");
        Namespaces = Get("", "namespaces");
    }

    public ServedType Definitions { get; }

    public ServedType ApiServices { get; }

    public ServedType Namespaces { get; }

    public IReadOnlyList<ServedType> All => _state.Types;

    /// <summary>Group versions that an APIService claims for a backend that never answers.</summary>
    public IReadOnlyList<(string Group, string Version)> Dead => _state.Dead;

    public ServedType? Find(string group, string version, string resource) => _state.ByPath.GetValueOrDefault((group, version, resource));

    public ServedType? FindKind(string apiVersion, string kind) => _state.Types.FirstOrDefault(t => t.Kind == kind && t.ApiVersion == apiVersion);

    /// <summary>A type at any of its versions.</summary>
    public ServedType Get(string group, string resource) => _state.Types.First(t => t.Group == group && t.Resource == resource);

    /// <summary>Reads definitions and API services again: to be called after each change of one.</summary>
    public void Refresh()
    {
        var custom = Contents(Definitions).SelectMany(TypesOf);
        var dead = Contents(ApiServices).Select(service => service["spec"]!)
            .Where(spec => spec["service"] is not null)
            .Select(spec => ((string)spec["group"]!, (string)spec["version"]!));
        _state = new State([.. _builtIn, .. custom], [.. dead]);
    }

    private IEnumerable<JsonObject> Contents(ServedType type) =>
        _store.Read(type.Table, null, "", "", 0)!.Items.Select(StoredContent.Decode);

    private IEnumerable<ServedType> TypesOf(JsonObject definition)
    {
        var spec = definition["spec"]!;
        var names = spec["names"]!;
        var (group, plural, kind) = ((string)spec["group"]!, (string)names["plural"]!, (string)names["kind"]!);
        var versions = spec["versions"]!.AsArray();
        var stored = versions.FirstOrDefault(v => (bool?)v!["storage"] == true)?["name"];
        foreach (var version in versions.Where(v => (bool?)v!["served"] == true))
        {
            yield return new ServedType
            {
                Group = group,
                Version = (string)version!["name"]!,
                Resource = plural,
                Kind = kind,
                Namespaced = (string?)spec["scope"] == "Namespaced",
                Traits = Traits.Generation | Traits.VersionedUpdates | (version["subresources"]?["status"] is null ? Traits.None : Traits.Status),
                IsCustom = true,
                Singular = (string?)names["singular"] ?? kind.ToLowerInvariant(),
                ShortNames = names["shortNames"] is JsonArray shortNames ? [.. shortNames.Select(n => (string)n!)] : [],
                ListKindName = (string?)names["listKind"],
                StorageIdentity = $"{group}/{(string?)stored}/{kind}",
                Table = _store.Table($"{plural}.{group}"),
            };
        }
    }

    private sealed class State(IReadOnlyList<ServedType> types, IReadOnlyList<(string, string)> dead)
    {
        public IReadOnlyList<ServedType> Types { get; } = types;

        public IReadOnlyList<(string Group, string Version)> Dead { get; } = dead;

        public Dictionary<(string, string, string), ServedType> ByPath { get; } = Index(types);

        // A definition can't take a built-in type's path.
        private static Dictionary<(string, string, string), ServedType> Index(IReadOnlyList<ServedType> types)
        {
            Dictionary<(string, string, string), ServedType> index = [];
            foreach (var type in types)
                index.TryAdd((type.Group, type.Version, type.Resource), type);
            return index;
        }
    }
}
