using Holdfast.Control;

namespace Holdfast.Cli.Connections;

/// <summary>
/// Where what was read from vaults is kept for the next time: <c>$XDG_CACHE_HOME/holdfast</c> (default <c>~/.cache</c>), readable by its
/// owner only. It may be deleted at any time.
/// </summary>
internal static class CacheFolder
{
    /// <summary>Without a home nothing is kept.</summary>
    public static IDocumentStore Open(TimeProvider time) => Path is { } path ? new FolderDocuments(path, time) : new MemoryDocuments();

    private static string? Path =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && System.IO.Path.IsPathRooted(cache)
            ? System.IO.Path.Combine(cache, "holdfast")
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
            ? System.IO.Path.Combine(home, ".cache", "holdfast")
        : null;
}
