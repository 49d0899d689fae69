using System.Buffers;

namespace Holdfast.Archive.Stores;

/// <summary>The rule for paths, enforced by every store so that a caller's mistake can't leave the vault.</summary>
public static class BlobPath
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-/"
    );

    /// <summary>Nothing but <c>a-z A-Z 0-9 . - /</c>, no empty segment, none that starts with a dot.</summary>
    public static bool IsValid(ReadOnlySpan<char> path) =>
        path.Length is > 0 and <= 512
        && !path.ContainsAnyExcept(Allowed)
        && path[0] is not ('/' or '.')
        && path[^1] != '/'
        && path.IndexOf("//", StringComparison.Ordinal) < 0
        && path.IndexOf("/.", StringComparison.Ordinal) < 0;

    /// <exception cref="ArgumentException">A bug: paths come from <see cref="Format.VaultPaths"/> only.</exception>
    public static string Require(string path) =>
        IsValid(path) ? path : throw new ArgumentException($"'{path}' isn't a path in a vault", nameof(path));

    /// <summary>A prefix of valid paths: empty, or a valid path with or without a closing <c>/</c>.</summary>
    public static string RequirePrefix(string prefix) =>
        prefix.Length == 0 || IsValid(prefix.EndsWith('/') ? prefix.AsSpan(0, prefix.Length - 1) : prefix)
            ? prefix
            : throw new ArgumentException($"'{prefix}' isn't a prefix of paths in a vault", nameof(prefix));
}
