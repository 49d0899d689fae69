using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Machine.Files;

namespace Holdfast.Control;

/// <summary>
/// A control container in a folder. A document is written aside, flushed and renamed to its name: readers and crashes see the old or the
/// new one, whole. Writers of one path take turns, also those of other processes of this machine; a process that dies lets go. An ETag is
/// of the file's time and content, so an editor's changes count, too. No link below the root is followed, and nothing but regular files is
/// opened.
/// </summary>
/// <param name="root">Made on the first write, with its parents.</param>
public sealed class FolderDocuments(string root, TimeProvider time) : IDocumentStore
{
    private readonly string root = Path.GetFullPath(root);
    private readonly RealFolder folder = new(Path.GetFullPath(root));
    private readonly WriteTurns turns = new(new(Path.GetFullPath(root)), $"{TemporaryFiles.Own}/locks", time);
    private readonly TemporaryFiles aside = new(new(Path.GetFullPath(root)), time);

    public UnusableDocuments Unusable { get; } = new();

    public Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation) =>
        TryAsync(path, () => ReadFileAsync(path, cancellation));

    public Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        InTurnAsync(
            path,
            async () => RegularFile.Exists(Of(path), Links.Refused) ? null : await WriteAsync(path, content, cancellation),
            cancellation
        );

    public Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation) =>
        InTurnAsync(
            path,
            async () => (await ReadFileAsync(path, cancellation))?.ETag == etag ? await WriteAsync(path, content, cancellation) : null,
            cancellation
        );

    public Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        InTurnAsync(path, () => WriteAsync(path, content, cancellation), cancellation);

    public Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation) =>
        InTurnAsync(
            path,
            async () =>
            {
                if (await ReadFileAsync(path, cancellation) is not { } present)
                    return true;
                if (etag is not null && present.ETag != etag)
                    return false;
                File.Delete(Of(path));
                NativeFiles.FlushFolder(Path.GetDirectoryName(Of(path))!);
                return true;
            },
            cancellation
        );

    public async IAsyncEnumerable<string> ListAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var slash = BlobPath.RequirePrefix(prefix).LastIndexOf('/') + 1;
        var paths = await TryAsync(prefix, () => Task.FromResult(Walk(prefix[..slash], prefix, after).ToList()));
        foreach (var path in paths)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return path;
        }
    }

    private async Task<StoredDocument?> ReadFileAsync(string path, CancellationToken cancellation)
    {
        using var handle = RegularFile.TryOpen(Of(path), Links.Refused);
        if (handle is null)
            return null;
        var length = RandomAccess.GetLength(handle);
        DocumentLimit.Require(path, length, root);
        var content = new byte[length];
        for (var done = 0; done < content.Length; )
        {
            var read = await RandomAccess.ReadAsync(handle, content.AsMemory(done), done, cancellation);
            if (read == 0)
                throw new IOException("it became shorter while it was read");
            done += read;
        }
        return new(content, ETagOf(File.GetLastWriteTimeUtc(handle), content));
    }

    private async Task<string?> WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var target = Of(path);
        OwnerOnly.CreateFolder(Path.GetDirectoryName(target)!);
        var written = NextTime(target);
        var temporary = await aside.WriteAsync(content, written, cancellation);
        try
        {
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        NativeFiles.FlushFolder(Path.GetDirectoryName(target)!);
        return ETagOf(written, content.Span);
    }

    /// <summary>
    /// Later than the file that is there, so that the same content written again has another ETag; whole microseconds, as most file systems
    /// keep them.
    /// </summary>
    private DateTime NextTime(string target)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var last = RegularFile.Exists(target, Links.Refused) ? File.GetLastWriteTimeUtc(target) : DateTime.MinValue;
        var next = now > last ? now : last.AddMilliseconds(1);
        return new(next.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
    }

    private static string ETagOf(DateTime written, ReadOnlySpan<byte> content) =>
        $"{written.Ticks.ToString("x", CultureInfo.InvariantCulture)}-{ContentDigest.Of(content).ToString()[..16]}";

    /// <summary>In the order of whole paths, which is not that of names: a folder <c>a</c> sorts as <c>a/</c>.</summary>
    private IEnumerable<string> Walk(string below, string prefix, string? after)
    {
        var directory = new DirectoryInfo(folder.FolderOf(below));
        if (!directory.Exists)
            yield break;
        var entries = directory
            .EnumerateFileSystemInfos()
            .Where(e => e is FileInfo or DirectoryInfo { LinkTarget: null })
            .Select(e => below + e.Name + (e is DirectoryInfo ? "/" : ""))
            .Where(p => BlobPath.IsValid(p.TrimEnd('/')))
            .Order(StringComparer.Ordinal);
        foreach (var path in entries)
        {
            if (path.EndsWith('/'))
            {
                if (
                    Leads(path, prefix)
                    && (after is null || string.CompareOrdinal(path, after) > 0 || after.StartsWith(path, StringComparison.Ordinal))
                )
                {
                    foreach (var deeper in Walk(path, prefix, after))
                        yield return deeper;
                }
            }
            else if (path.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(path, after) > 0))
            {
                yield return path;
            }
        }
    }

    /// <summary>Whether something below the folder may begin with the prefix.</summary>
    private static bool Leads(string folder, string prefix) =>
        folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal);

    private string Of(string path) => folder.Of(BlobPath.Require(path));

    private Task<T> InTurnAsync<T>(string path, Func<Task<T>> action, CancellationToken cancellation) =>
        TryAsync(
            BlobPath.Require(path),
            async () =>
            {
                using var turn = await turns.TakeAsync(path, cancellation);
                return await action();
            }
        );

    private async Task<T> TryAsync<T>(string path, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e, path);
        }
    }

    private ControlException Fault(Exception fault, string path)
    {
        var (failure, remedy) = FolderFaults.FailureOf(fault) switch
        {
            ArchiveFailure.Full => (ControlFailure.Full, "there is no room left. Free some; what is there is whole"),
            ArchiveFailure.Forbidden => (
                ControlFailure.Forbidden,
                "the file system refuses. Check the folder's owner and mode, and that it isn't mounted read-only"
            ),
            ArchiveFailure.Malformed => (
                ControlFailure.Malformed,
                "Holdfast makes no such thing. Find out who put it there, and remove it"
            ),
            _ => (ControlFailure.Unreachable, "Check the disk or network share, and try again"),
        };
        return new(
            failure,
            path,
            $"The control document {path} in {root} can't be read or written ({fault.Message.TrimEnd('.')}): {remedy}",
            fault
        );
    }
}
