using System.Text.RegularExpressions;
using Holdfast.Machine.Files;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Files that are written to a temporary name and flushed before they get their final one, so that readers and crashes see a whole file or
/// none. Files left by a killed process are removed once they are a day old; nothing else ever is. Thread-safe, also between processes.
/// </summary>
/// <param name="root">The store's folder: temporary files must be on the same file system.</param>
public sealed partial class TemporaryFiles(RealFolder root, TimeProvider time)
{
    /// <summary>The subfolder of a store for files that aren't blobs or documents.</summary>
    public const string Own = ".holdfast";

    private const string Below = Own + "/tmp";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private static long last;
    private int cleaned;

    /// <param name="written">The file's time; null: now.</param>
    /// <returns>The file's path; the caller renames it or deletes it.</returns>
    public async Task<string> WriteAsync(ReadOnlyMemory<byte> content, DateTime? written, CancellationToken cancellation)
    {
        var folder = root.FolderOf(Below);
        OwnerOnly.CreateFolder(folder);
        RemoveLeftovers(folder);
        var file = Path.Combine(folder, NextName());
        await using var stream = OwnerOnly.CreateFile(file);
        try
        {
            await stream.WriteAsync(content, cancellation);
            if (written is { } at)
                File.SetLastWriteTimeUtc(stream.SafeFileHandle, at);
            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            return file;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    private string NextName() =>
        $"holdfast-{Environment.MachineName}-{Environment.ProcessId}-{time.GetTimestamp()}-{Interlocked.Increment(ref last)}.tmp";

    private void RemoveLeftovers(string folder)
    {
        if (Interlocked.Exchange(ref cleaned, 1) == 1)
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (
                OwnName().IsMatch(file.Name)
                && file.LinkTarget is null
                && new DateTimeOffset(file.LastWriteTimeUtc) < time.GetUtcNow() - LeftoverAge
            )
                file.Delete();
        }
    }

    [GeneratedRegex(@"^holdfast-.+-[0-9]+-[0-9]+-[0-9]+\.tmp$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnName();
}
