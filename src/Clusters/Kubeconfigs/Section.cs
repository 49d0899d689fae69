using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>One mapping of a kubeconfig, which knows its place, so that problems can be reported with file, line and path.</summary>
internal sealed class Section(string file, string place, YamlMappingNode node, string? name = null)
{
    /// <summary>
    /// Whether the kubeconfig is a file, so that relative paths can be resolved. One that was given as text must not name files.
    /// </summary>
    public bool HasFolder => Path.IsPathRooted(file);

    /// <summary>The entry's name, or empty.</summary>
    public string Name => name ?? "";

    /// <summary>Null where the field is missing, null or empty, as kubectl has it.</summary>
    public string? Text(string key) =>
        Node(key) is YamlScalarNode { Value: { Length: > 0 } value } scalar && !IsNull(scalar) ? value : null;

    public bool Flag(string key) => Text(key) is "true" or "True" or "TRUE";

    public Section? Inner(string key) => Node(key) is YamlMappingNode mapping ? new(file, $"{place}.{key}", mapping) : null;

    /// <summary>The mappings of a list.</summary>
    public IEnumerable<Section> Inners(string key) =>
        Node(key) is YamlSequenceNode list
            ? list.Children.OfType<YamlMappingNode>().Select((m, i) => new Section(file, $"{place}.{key}[{i}]", m))
            : [];

    /// <summary>The scalars of a list.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        Node(key) is YamlSequenceNode list ? [.. list.Children.OfType<YamlScalarNode>().Select(s => s.Value ?? "")] : [];

    public IEnumerable<string> Keys => node.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "");

    public YamlNode? Node(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    /// <summary>A path as kubectl resolves it: relative to the file that holds it.</summary>
    public string? FilePath(string key) => Text(key) is { } path ? Path.GetFullPath(path, Path.GetDirectoryName(file)!) : null;

    /// <summary>Describes a problem with its place: <c>/home/jane/.kube/config:12: users[jane].user.client-key: ...</c></summary>
    public string Problem(string? key, string what)
    {
        var at = (key is null ? null : Node(key)) ?? node;
        return $"{file}:{at.Start.Line}: {place}{(key is null ? "" : "." + key)}: {what}";
    }

    /// <summary>
    /// A named list of a kubeconfig: <c>clusters: [{name, cluster: {...}}]</c>. The first definition of a name wins; an entry without a
    /// body has an empty one.
    /// </summary>
    public IReadOnlyDictionary<string, Section> Named(string list, string body)
    {
        var found = new Dictionary<string, Section>();
        foreach (var entry in Inners(list))
        {
            if (entry.Text("name") is { } key)
                found.TryAdd(key, new(file, $"{list}[{key}].{body}", entry.Node(body) as YamlMappingNode ?? new(), key));
        }
        return found;
    }

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~" or "Null" or "NULL";
}
