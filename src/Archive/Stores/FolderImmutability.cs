using System.Globalization;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Until when each blob of a folder vault must stay, as empty files <c>.holdfast/until/PATH/TIME</c>. The latest counts, so two processes that extend at once can't
/// shorten anything. Advisory: it binds this program, not whoever owns the folder.
/// </summary>
internal sealed class FolderImmutability(string folder)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Whole seconds, rounded up.</summary>
    public void Extend(string path, DateTimeOffset until)
    {
        if (Until(path) >= until)
            return;
        var rounded = until.UtcDateTime.AddTicks(TimeSpan.TicksPerSecond - 1);
        var file = Path.Combine(Of(path), rounded.ToString(TimeFormat, CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Of(path));
        using (File.Open(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            // The name says it all.
        }
        NativeFiles.FlushFolder(Of(path));
    }

    public DateTimeOffset? Until(string path)
    {
        DateTimeOffset? latest = null;
        if (!Directory.Exists(Of(path)))
            return null;
        foreach (var file in Directory.EnumerateFiles(Of(path)))
        {
            if (DateTimeOffset.TryParseExact(Path.GetFileName(file), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
                && (latest is null || until > latest))
                latest = until;
        }
        return latest;
    }

    public void Forget(string path)
    {
        if (Directory.Exists(Of(path)))
            Directory.Delete(Of(path), recursive: true);
    }

    private string Of(string path) => Path.Combine(folder, path);
}
