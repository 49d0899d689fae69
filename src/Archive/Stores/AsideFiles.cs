namespace Holdfast.Archive.Stores;

/// <summary>
/// Files that are written aside and flushed before they get a name, so that readers and crashes see all of one or none. What a killed process leaves aside is removed once it is a day old. Thread-safe, also
/// between processes.
/// </summary>
/// <param name="root">The store's folder: what is aside must lie on the same file system.</param>
public sealed class AsideFiles(string root, TimeProvider time)
{
    /// <summary>The folder below a store's that holds what is no blob or document.</summary>
    public const string Own = ".holdfast";

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private static long last;
    private readonly string folder = Path.Combine(root, Own, "tmp");
    private int cleaned;

    /// <param name="written">The file's time; null: now.</param>
    /// <returns>The file's path; whoever asked gives it its name, or deletes it.</returns>
    public async Task<string> WriteAsync(ReadOnlyMemory<byte> content, DateTime? written, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        RemoveLeftovers();
        var file = Path.Combine(folder, $"{Environment.MachineName}-{Environment.ProcessId}-{time.GetTimestamp()}-{Interlocked.Increment(ref last)}");
        try
        {
            using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            await RandomAccess.WriteAsync(handle, content, 0, cancellation);
            if (written is { } at)
                File.SetLastWriteTimeUtc(handle, at);
            RandomAccess.FlushToDisk(handle);
            return file;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    /// <summary>Makes a folder that outlives a loss of power, with those above it.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        CreateFolder(parent);
        Directory.CreateDirectory(folder);
        NativeFiles.FlushFolder(parent);
    }

    private void RemoveLeftovers()
    {
        if (Interlocked.Exchange(ref cleaned, 1) == 1)
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (new DateTimeOffset(file.LastWriteTimeUtc) < time.GetUtcNow() - LeftoverAge)
                file.Delete();
        }
    }
}
