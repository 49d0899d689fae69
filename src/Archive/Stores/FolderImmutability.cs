using System.Globalization;
using Holdfast.Machine.Files;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Until when each blob of a folder vault must be kept, as empty files <c>.holdfast/until/PATH/TIME</c>. The latest counts, so two
/// processes that extend at once can't shorten anything. Advisory: it binds this program, not whoever owns the folder.
/// </summary>
internal sealed class FolderImmutability(RealFolder root)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Whole seconds, rounded up.</summary>
    public void Extend(string path, DateTimeOffset until)
    {
        if (Until(path) >= until)
            return;
        var rounded = until.UtcDateTime.AddTicks(TimeSpan.TicksPerSecond - 1);
        var folder = Of(path);
        OwnerOnly.CreateFolder(folder);
        var file = Path.Combine(folder, rounded.ToString(TimeFormat, CultureInfo.InvariantCulture));
        if (!RegularFile.Exists(file, Links.Refused))
            Create(file);
        NativeFiles.FlushFolder(folder);
    }

    public DateTimeOffset? Until(string path)
    {
        DateTimeOffset? latest = null;
        foreach (var (_, until) in Times(Of(path)))
        {
            if (latest is null || until > latest)
                latest = until;
        }
        return latest;
    }

    public void Forget(string path)
    {
        var folder = Of(path);
        foreach (var (file, _) in Times(folder).ToList())
            File.Delete(file);
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    /// <summary>The file's name is its content.</summary>
    private static void Create(string file)
    {
        try
        {
            OwnerOnly.CreateFile(file).Dispose();
        }
        catch (IOException) when (RegularFile.Exists(file, Links.Refused))
        {
            // another process has just written the same
        }
    }

    private static IEnumerable<(string File, DateTimeOffset Until)> Times(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (
                DateTimeOffset.TryParseExact(
                    Path.GetFileName(file),
                    TimeFormat,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var until
                )
            )
                yield return (file, until);
        }
    }

    private string Of(string path) => root.FolderOf($"{TemporaryFiles.Own}/until/{path}");
}
