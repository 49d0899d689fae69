using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Capture.Planning;

/// <summary>Decides, of the types that exist, what is taken and at which version. Pure.</summary>
internal static class TypeChoice
{
    /// <summary>
    /// Every type once, sorted by group, then resource; group versions that couldn't be listed appear as the resource <c>*</c>.
    /// </summary>
    public static ImmutableArray<PlannedType> Of(ApiSurface surface, CustomTypes custom, CaptureRequest request)
    {
        var chosen = surface.Resources.GroupBy(r => r.GroupResource).Select(versions => Version([.. versions], surface, custom)).ToList();
        var duplicates = Duplicates(chosen);
        var types = chosen
            .Select(api => Plan(api, custom, Rule(api)))
            .Concat(Completeness.Unlisted(surface, custom, request.Scope))
            .Concat(surface.Failures.Select(f => Failed(f, request)));
        return
        [
            .. types
                .OrderBy(t => t.Type.Group, StringComparer.Ordinal)
                .ThenBy(t => t.Type.Resource, StringComparer.Ordinal)
                .ThenBy(t => t.Type.Version, StringComparer.Ordinal),
        ];

        string? Rule(ApiResource api) =>
            ExclusionRules.Of(api, request.Scope, custom.Find(api.GroupResource) is not null)
            ?? duplicates.GetValueOrDefault(api.GroupResource);
    }

    private static PlannedType Plan(ApiResource api, CustomTypes custom, string? rule)
    {
        var definition = custom.Find(api.GroupResource);
        var readable = api.Can("list") && api.Can("get");
        return new()
        {
            Type = new(api.Group, api.Version, api.Resource, api.Kind, api.Namespaced),
            State =
                rule is not null ? TypeState.Excluded
                : readable ? TypeState.Captured
                : TypeState.Failed,
            Rule = rule,
            Error =
                rule is null && !readable
                    ? "it has a CustomResourceDefinition, and discovery lists it without the verbs list and get "
                        + $"({string.Join(", ", api.Verbs)}): its objects can't be read"
                    : null,
            Definition = definition?.Definition ?? "",
            DefinitionRevision = definition?.Revision ?? "",
            Fingerprintable =
                custom.Unreadable is null && definition is not { Converted: true } && !custom.Odd.ContainsKey(api.GroupResource),
        };
    }

    private static PlannedType Failed(DiscoveryFailure failure, CaptureRequest request)
    {
        var expected = request.ExpectedAbsentGroups.Contains(failure.Group);
        return new()
        {
            Type = new(failure.Group, failure.Version, "*", "*", false),
            State = expected ? TypeState.Excluded : TypeState.Failed,
            Rule = expected ? ExclusionRules.ExpectedAbsent : null,
            Error = expected ? null : failure.Message,
        };
    }

    private static ApiResource Version(ApiResource[] versions, ApiSurface surface, CustomTypes custom)
    {
        if (
            custom.Find(versions[0].GroupResource)?.StorageVersion is { } stored
            && Array.Find(versions, v => v.Version == stored) is { } atStorage
        )
            return atStorage;
        var preferred = surface.PreferredVersions.GetValueOrDefault(versions[0].Group);
        return Array.Find(versions, v => v.Version == preferred) ?? versions.MaxBy(v => v.Version, VersionPriority.Comparer)!;
    }

    /// <summary>Of types that are stored as one, all but the one that is taken, each with its rule.</summary>
    private static Dictionary<string, string> Duplicates(List<ApiResource> types)
    {
        var rules = new Dictionary<string, string>();
        foreach (var same in types.Where(t => t.Can("list")).GroupBy(Stored).Where(g => g.Count() > 1))
        {
            var taken = same.MinBy(t => (t.Group == "extensions", t.Group.Length))!;
            foreach (var other in same.Where(t => t != taken))
                rules[other.GroupResource] = $"{ExclusionRules.Duplicate} of {taken.GroupResource}";
        }
        return rules;
    }

    /// <summary>
    /// What two names of one stored type have in common: the server's hash, or where it gives none the resources that are known to have
    /// moved.
    /// </summary>
    private static string Stored(ApiResource type) =>
        type switch
        {
            { StorageVersionHash: { Length: > 0 } hash } => "hash " + hash,
            { GroupResource: KnownTypes.Events or KnownTypes.EventsOfEventsGroup } => KnownTypes.Events,
            { Resource: "deployments" or "replicasets" or "daemonsets", Group: "extensions" or "apps" } => type.Resource,
            { Resource: "ingresses" or "networkpolicies", Group: "extensions" or "networking.k8s.io" } => type.Resource,
            { Resource: "podsecuritypolicies", Group: "extensions" or "policy" } => type.Resource,
            _ => type.GroupResource,
        };
}

/// <summary>
/// Orders API versions as Kubernetes does: v2 over v1, v1 over v1beta2 over v1beta1 over v1alpha1, those over any other name.
/// </summary>
internal static class VersionPriority
{
    public static readonly IComparer<string> Comparer = Comparer<string>.Create(
        (a, b) =>
        {
            var order = Rank(a).CompareTo(Rank(b));
            return order != 0 ? order : string.CompareOrdinal(b, a);
        }
    );

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        if (version.Length < 2 || version[0] != 'v' || !char.IsAsciiDigit(version[1]))
            return default;
        var end = 1;
        while (end < version.Length && char.IsAsciiDigit(version[end]))
            end++;
        if (!int.TryParse(version.AsSpan(1, end - 1), out var major))
            return default;
        if (end == version.Length)
            return (3, major, 0);
        var (stability, tail) = version.AsSpan(end) switch
        {
            ['b', 'e', 't', 'a', .. var n] => (2, n.ToString()),
            ['a', 'l', 'p', 'h', 'a', .. var n] => (1, n.ToString()),
            _ => (0, ""),
        };
        return int.TryParse(tail, out var minor) ? (stability, major, minor) : default;
    }
}
