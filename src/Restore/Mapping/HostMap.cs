using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>Which host stands for another: exact ones, and all below a domain. Pure.</summary>
internal sealed class HostMap
{
    private const string Wildcard = "*.";
    private readonly Dictionary<string, MappingUse> exact = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By the domain with its dot, the longest first.</summary>
    private readonly List<(string Below, MappingUse By)> below = [];

    public static HostMap Of(IReadOnlyDictionary<string, string> map, Action<string, string> refuse)
    {
        var hosts = new HostMap();
        foreach (var (captured, mapped) in map)
        {
            if ((WhyNot(captured) ?? WhyNot(mapped)) is { } why)
                refuse(captured, why);
            else if (IsWildcard(captured) != IsWildcard(mapped))
                refuse(captured, $"'{captured}' and '{mapped}' are both hosts, or both all hosts of a domain: *.OLD=*.NEW");
            else
                hosts.Add(new(MappingKind.Host, captured, mapped));
        }
        hosts.below.Sort((a, b) => b.Below.Length.CompareTo(a.Below.Length));
        return hosts;
    }

    /// <returns>The host that stands for it, and the mapping that says so; null: none does.</returns>
    public (string Host, MappingUse By)? Map(string host)
    {
        if (exact.TryGetValue(host, out var same))
            return (same.New, same);
        foreach (var (suffix, by) in below)
            if (host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return (host[..^suffix.Length] + by.New[1..], by);
        return null;
    }

    /// <summary>A name of the cluster's own DNS, which no one outside asks for.</summary>
    public static bool IsOfCluster(string host) =>
        !host.Contains('.')
        || host.EndsWith(".svc", StringComparison.OrdinalIgnoreCase)
        || host.Contains(".svc.", StringComparison.OrdinalIgnoreCase);

    private void Add(MappingUse use)
    {
        if (IsWildcard(use.Old))
            below.Add((use.Old[1..], use));
        else
            exact[use.Old] = use;
    }

    private static bool IsWildcard(string host) => host.StartsWith(Wildcard, StringComparison.Ordinal);

    private static string? WhyNot(string host) =>
        NameRule.Group.IsValid(IsWildcard(host) ? host[Wildcard.Length..] : host)
            ? null
            : $"'{host}' isn't a host: write shop.example.com, or *.example.com for all hosts below, in lower case";
}
