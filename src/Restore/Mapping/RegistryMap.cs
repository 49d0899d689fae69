using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Holdfast.Restore.Mapping;

/// <summary>From which registry images come: the beginning of a reference is another, its tag and digest stay. Pure.</summary>
/// <remarks>Source of how a reference is completed: https://pkg.go.dev/github.com/distribution/reference</remarks>
internal sealed partial class RegistryMap
{
    private const string Default = "docker.io";

    /// <summary>The longest first.</summary>
    private readonly ImmutableArray<(string Old, string New)> prefixes;

    private RegistryMap(IEnumerable<(string Old, string New)> prefixes) =>
        this.prefixes = [.. prefixes.OrderByDescending(p => p.Old.Length).ThenBy(p => p.Old, StringComparer.Ordinal)];

    public static RegistryMap Of(IReadOnlyDictionary<string, string> map, Action<string, string> refuse)
    {
        foreach (var (captured, mapped) in map)
        foreach (var text in (string[])[captured, mapped])
            if (WhyNot(text) is { } why)
                refuse(captured, $"'{text}' {why}");
        return new(map.Select(m => (m.Key, m.Value)));
    }

    /// <returns>The image's new reference, and the mapping that gave it; null: none is of it.</returns>
    public (string Image, MappingUse By)? Map(string image)
    {
        var (name, rest) = Split(image);
        var full = Complete(name);
        foreach (var (captured, mapped) in prefixes)
            if (full.StartsWith(captured, StringComparison.Ordinal) && (full.Length == captured.Length || full[captured.Length] == '/'))
                return (mapped + full[captured.Length..] + rest, new(MappingKind.Registry, captured, mapped));
        return null;
    }

    /// <summary>The host of a mapping's registry.</summary>
    public static string HostOf(string prefix) => prefix.Split('/')[0];

    private static string? WhyNot(string text)
    {
        if (!Prefix().IsMatch(text))
            return "isn't the beginning of an image's name: write a registry, or with it a path, without tag and digest";
        return IsHost(text.Split('/')[0]) ? null : $"names no registry: write {Default}/{text} for images of Docker Hub";
    }

    /// <summary>The name, and the tag and digest with what separates them.</summary>
    private static (string Name, string Suffix) Split(string image)
    {
        var end = image.IndexOf('@');
        var name = end < 0 ? image : image[..end];
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
            end = colon;
        return end < 0 ? (image, "") : (image[..end], image[end..]);
    }

    private static string Complete(string name)
    {
        var slash = name.IndexOf('/');
        if (slash < 0)
            return $"{Default}/library/{name}";
        var host = name[..slash];
        if (!IsHost(host))
            return $"{Default}/{name}";
        if (host is not (Default or "index.docker.io"))
            return name;
        var path = name[(slash + 1)..];
        return path.Contains('/') ? $"{Default}/{path}" : $"{Default}/library/{path}";
    }

    private static bool IsHost(string part) => part.Contains('.') || part.Contains(':') || part == "localhost";

    [GeneratedRegex(
        @"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Prefix();
}
