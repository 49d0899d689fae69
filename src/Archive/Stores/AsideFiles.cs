using System.Text.RegularExpressions;
using Holdfast.Machine.Files;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Files that are written aside and flushed before they get a name, so that readers and crashes see all of one or none. What a killed
/// process leaves aside is removed once it is a day old; nothing else that lies there ever is. Thread-safe, also between processes.
/// </summary>
/// <param name="root">The store's folder: what is aside must lie on the same file system.</param>
public sealed partial class AsideFiles(RealFolder root, TimeProvider time)
{
    /// <summary>The folder below a store's that holds what is no blob or document.</summary>
    public const string Own = ".holdfast";

    private const string Below = Own + "/tmp";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private static long last;
    private int cleaned;

    /// <param name="written">The file's time; null: now.</param>
    /// <returns>The file's path; whoever asked gives it its name, or deletes it.</returns>
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
