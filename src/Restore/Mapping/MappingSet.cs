using System.Collections.Immutable;
using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>The mappings of a request, checked. Thread-safe.</summary>
internal sealed class MappingSet
{
    /// <summary>Of one kind.</summary>
    public const int Most = 10_000;

    private const int LongestId = 2048;

    private static readonly IReadOnlyDictionary<string, string> Empty = ImmutableSortedDictionary<string, string>.Empty;

    public static readonly MappingSet None = new(new(), []);

    private readonly IReadOnlyDictionary<string, string> classes;
    private readonly IReadOnlyDictionary<string, string> ids;

    private MappingSet(Mappings mappings, List<string> problems)
    {
        Registries = RegistryMap.Of(Checked(MappingKind.Registry, mappings.Registries, problems), Refuse(MappingKind.Registry));
        Hosts = HostMap.Of(Checked(MappingKind.Host, mappings.Hosts, problems), Refuse(MappingKind.Host));
        NodeSelectors = LabelMap.Of(
            MappingKind.NodeSelector,
            Checked(MappingKind.NodeSelector, mappings.NodeSelectors, problems),
            Refuse(MappingKind.NodeSelector)
        );
        Tolerations = LabelMap.Of(
            MappingKind.Toleration,
            Checked(MappingKind.Toleration, mappings.Tolerations, problems),
            Refuse(MappingKind.Toleration)
        );
        classes = Checked(MappingKind.PriorityClass, mappings.PriorityClasses, problems);
        foreach (var (captured, mapped) in classes)
        foreach (var name in (string[])[captured, mapped])
            if (!NameRule.Group.IsValid(name))
                Refuse(MappingKind.PriorityClass)(captured, $"'{name}' can't name a priority class");
        ids = Checked(MappingKind.ExternalId, mappings.ExternalIds, problems);
        foreach (var (captured, mapped) in ids)
            if (captured.Length == 0 || mapped.Length == 0 || captured.Length > LongestId || mapped.Length > LongestId)
                Refuse(MappingKind.ExternalId)(captured, $"an identifier has 1 to {LongestId} characters");
        All =
        [
            .. Uses(MappingKind.Registry, mappings.Registries),
            .. Uses(MappingKind.Host, mappings.Hosts),
            .. Uses(MappingKind.NodeSelector, mappings.NodeSelectors),
            .. Uses(MappingKind.Toleration, mappings.Tolerations),
            .. Uses(MappingKind.PriorityClass, mappings.PriorityClasses),
            .. Uses(MappingKind.ExternalId, mappings.ExternalIds),
        ];

        Action<string, string> Refuse(MappingKind kind) =>
            (captured, why) => problems.Add($"{MappingUse.Option(kind)} of '{Short(captured)}' can't be used: {why}");
    }

    /// <summary>Every mapping of the request.</summary>
    public ImmutableArray<MappingUse> All { get; }
    public RegistryMap Registries { get; }
    public HostMap Hosts { get; }
    public LabelMap NodeSelectors { get; }
    public LabelMap Tolerations { get; }

    /// <exception cref="RestoreException">BadRequest, with all that is wrong.</exception>
    public static MappingSet Of(Mappings? mappings)
    {
        if (mappings is null)
            return None;
        var problems = new List<string>();
        var set = new MappingSet(mappings, problems);
        return problems.Count == 0 ? set : throw new RestoreException(RestoreRefusal.BadRequest, [.. problems]);
    }

    public bool HasExternalIds => ids.Count > 0;

    public MappingUse? PriorityClass(string captured) => Find(classes, MappingKind.PriorityClass, captured);

    public MappingUse? ExternalId(string captured) => Find(ids, MappingKind.ExternalId, captured);

    private static MappingUse? Find(IReadOnlyDictionary<string, string> map, MappingKind kind, string captured) =>
        map.TryGetValue(captured, out var mapped) ? new(kind, captured, mapped) : null;

    private static IEnumerable<MappingUse> Uses(MappingKind kind, IReadOnlyDictionary<string, string>? map) =>
        (map ?? Empty).Select(m => new MappingUse(kind, m.Key, m.Value));

    private static IReadOnlyDictionary<string, string> Checked(
        MappingKind kind,
        ImmutableSortedDictionary<string, string>? map,
        List<string> problems
    )
    {
        if (map is null)
            return Empty;
        if (map.Count > Most)
            problems.Add($"{MappingUse.Option(kind)}: {map.Count} are given, and {Most} are the most");
        foreach (var (captured, _) in map.Where(m => m.Value is null))
            problems.Add($"{MappingUse.Option(kind)} of '{Short(captured)}' can't be used: nothing stands for it");
        // by ordinal, whatever the request was read with
        return map.Where(m => m.Value is not null).Take(Most).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
