using System.Text.Json.Nodes;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Types;

/// <summary>
/// Which types are served now: the built-in ones and those that CustomResourceDefinitions define. Thread-safe: readers see one state.
/// </summary>
internal sealed class TypeCatalog
{
    private readonly ObjectStore store;
    private readonly ServedType[] builtIn;
    private readonly Lock refreshing = new();
    private volatile State state;

    /// <param name="release">Null: current types.</param>
    public TypeCatalog(ObjectStore store, SimulatedRelease? release = null)
    {
        this.store = store;
        builtIn = [.. BuiltInTypes.All(store, release)];
        state = new State(builtIn, []);
        Definitions = Get("apiextensions.k8s.io", "customresourcedefinitions");
        ApiServices = Get("apiregistration.k8s.io", "apiservices");
        Namespaces = Get("", "namespaces");
    }

    public ServedType Definitions { get; }

    public ServedType ApiServices { get; }

    public ServedType Namespaces { get; }

    public IReadOnlyList<ServedType> All => state.Types;

    /// <summary>Group versions of an APIService whose backend never answers.</summary>
    public IReadOnlyList<(string Group, string Version)> Dead => state.Dead;

    public ServedType? Find(string group, string version, string resource) => state.ByPath.GetValueOrDefault((group, version, resource));

    /// <summary>The type of a table's objects, at any version; null if its definition is gone.</summary>
    public ServedType? Of(ObjectTable table) => state.ByTable.GetValueOrDefault(table);

    public ServedType? FindKind(string apiVersion, string kind) =>
        state.Types.FirstOrDefault(t => t.Kind == kind && t.ApiVersion == apiVersion);

    /// <summary>A type at any of its versions.</summary>
    public ServedType Get(string group, string resource) => state.Types.First(t => t.Group == group && t.Resource == resource);

    /// <summary>Reads definitions and API services again; call it after each change of one.</summary>
    public void Refresh()
    {
        // If two refresh concurrently, the later read must win.
        lock (refreshing)
            state = Read();
    }

    private State Read()
    {
        var custom = Contents(Definitions).SelectMany(TypesOf);
        var dead = Contents(ApiServices)
            .Select(service => service["spec"]!)
            .Where(spec => spec["service"] is not null)
            .Select(spec => ((string)spec["group"]!, (string)spec["version"]!));
        return new State([.. builtIn, .. custom], [.. dead]);
    }

    private IEnumerable<JsonObject> Contents(ServedType type) =>
        store.Read(type.Table, null, "", "", 0)!.Items.Select(StoredContent.Decode);

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
                Traits =
                    Traits.Generation
                    | Traits.VersionedUpdates
                    | (version["subresources"]?["status"] is null ? Traits.None : Traits.Status),
                IsCustom = true,
                Singular = (string?)names["singular"] ?? kind.ToLowerInvariant(),
                ShortNames = names["shortNames"] is JsonArray shortNames ? [.. shortNames.Select(n => (string)n!)] : [],
                ListKindName = (string?)names["listKind"],
                StorageIdentity = $"{group}/{(string?)stored}/{kind}",
                Table = store.Table($"{plural}.{group}"),
            };
        }
    }

    private sealed class State(IReadOnlyList<ServedType> types, IReadOnlyList<(string, string)> dead)
    {
        public IReadOnlyList<ServedType> Types { get; } = types;

        public IReadOnlyList<(string Group, string Version)> Dead { get; } = dead;

        // A definition can't replace a built-in type.
        public Dictionary<(string, string, string), ServedType> ByPath { get; } = Index(types, t => (t.Group, t.Version, t.Resource));

        public Dictionary<ObjectTable, ServedType> ByTable { get; } = Index(types, t => t.Table);

        private static Dictionary<T, ServedType> Index<T>(IReadOnlyList<ServedType> types, Func<ServedType, T> by)
            where T : notnull
        {
            Dictionary<T, ServedType> index = [];
            foreach (var type in types)
                index.TryAdd(by(type), type);
            return index;
        }
    }
}
