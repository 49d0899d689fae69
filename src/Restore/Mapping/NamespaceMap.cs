using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Restore.Mapping;

/// <summary>Under which names namespaces of the point come back. Pure.</summary>
internal static class NamespaceMap
{
    private const int LongestName = 253;
    private const int HashBytes = 4;

    /// <param name="map">Null: each keeps its own.</param>
    [return: NotNullIfNotNull(nameof(captured))]
    public static string? Of(ImmutableSortedDictionary<string, string>? map, string? captured) =>
        captured is null ? null : map?.GetValueOrDefault(captured) ?? captured;

    /// <summary>
    /// What a cluster-scoped object that belongs to a namespace is called where its own name is taken: the namespace is added to it. The
    /// same for the same names, so that a restore that is repeated finds its own object.
    /// </summary>
    /// <param name="ns">In the target.</param>
    /// <param name="isOther">A name that something else has or will have.</param>
    public static string Beside(string name, string ns, Predicate<string> isOther)
    {
        var plain = $"{name}-{ns}";
        return plain.Length <= LongestName && !isOther(plain) ? plain : Hashed(name, ns);
    }

    private static string Hashed(string name, string ns)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{ns}")).AsSpan(0, HashBytes));
        var room = LongestName - hash.Length - 1;
        return $"{(name.Length > room ? name[..room] : name)}-{hash}";
    }
}
