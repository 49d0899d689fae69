using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Archive.Stores;

/// <summary>
/// A vault in a folder. A blob is written aside, flushed, and linked to its name, which fails when the name is taken: readers and crashes see all of it or none.
/// Files are read-only; immutability is recorded beside them and obeyed by this program (<see cref="ImmutabilitySupport.Advisory"/>): an owner of the folder, or root,
/// can still delete. Has no versions.
/// </summary>
/// <param name="root">Made on the first write, with its parents.</param>
public sealed class FolderStore(string root, TimeProvider time) : IBlobStore
{
    private readonly string root = Path.GetFullPath(root);
    private readonly FolderImmutability immutability = new(Path.Combine(Path.GetFullPath(root), AsideFiles.Own, "until"));
    private readonly AsideFiles aside = new(Path.GetFullPath(root), time);

    public string Location => root;

    public ImmutabilitySupport Immutability => ImmutabilitySupport.Advisory;

    public Task<CreateOutcome> CreateAsync(string path, ReadOnlyMemory<byte> content, DateTimeOffset? immutableUntil, CancellationToken cancellation) =>
        TryAsync(path, async () =>
        {
            if (File.Exists(Of(path)))
                return new CreateOutcome(false, null);
            var temporary = await aside.WriteAsync(content, null, cancellation);
            try
            {
                if (immutableUntil is { } until)
                    immutability.Extend(path, until);
                return new CreateOutcome(Publish(temporary, Of(path)), null);
            }
            finally
            {
                File.Delete(temporary);
            }
        });

    public Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation) =>
        TryAsync(path, async () => OpenExisting(path) is { } handle ? await ReadAllAsync(handle, path, cancellation) : null);

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation) =>
        TryAsync(path, async () =>
        {
            using var handle = OpenExisting(path);
            if (handle is null || RandomAccess.GetLength(handle) < offset + length)
                return null;
            return await ReadExactlyAsync(handle, offset, length, cancellation);
        });

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var slash = BlobPath.RequirePrefix(prefix).LastIndexOf('/') + 1;
        foreach (var (path, file) in Walk(prefix[..slash]))
        {
            cancellation.ThrowIfCancellationRequested();
            if (path.StartsWith(prefix, StringComparison.Ordinal))
                yield return new BlobEntry(path, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), ImmutableUntil: immutability.Until(path));
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var entry in Entries(BlobPath.RequirePrefix(prefix)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.Path.EndsWith('/'))
                yield return entry.Path;
        }
    }

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) => TryAsync(path, () =>
    {
        if (immutability.Until(path) is { } until && until > time.GetUtcNow())
            throw new ArchiveException(ArchiveFailure.Immutable, $"{path} in {root} is immutable until {until:u}; it can't be deleted before");
        if (File.Exists(Of(path)))
            File.Delete(Of(path));
        immutability.Forget(path);
        return Task.FromResult(true);
    });

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, DateTimeOffset until, CancellationToken cancellation) => TryAsync(path, () =>
    {
        var exists = File.Exists(Of(path));
        if (exists)
            immutability.Extend(path, until);
        return Task.FromResult(exists);
    });

    /// <summary>Gives the file its name; false when the name is taken.</summary>
    private static bool Publish(string temporary, string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        AsideFiles.CreateFolder(folder);
        File.SetAttributes(temporary, FileAttributes.ReadOnly);
        if (!TryName(temporary, target))
            return false;
        NativeFiles.FlushFolder(folder);
        return true;
    }

    /// <summary>Windows' move is atomic and never replaces; Unix needs a link.</summary>
    private static bool TryName(string temporary, string target)
    {
        if (!OperatingSystem.IsWindows())
            return NativeFiles.TryLink(temporary, target);
        try
        {
            File.Move(temporary, target, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(target))
        {
            return false;
        }
    }

    private SafeFileHandle? OpenExisting(string path)
    {
        var file = Of(path);
        return File.Exists(file) ? File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous) : null;
    }

    private static async Task<byte[]> ReadAllAsync(SafeFileHandle handle, string path, CancellationToken cancellation)
    {
        using (handle)
        {
            var length = RandomAccess.GetLength(handle);
            return length > Array.MaxLength
                ? throw new ArchiveException(ArchiveFailure.Malformed, $"{path} has {length} bytes: that is no blob of a vault")
                : await ReadExactlyAsync(handle, 0, (int)length, cancellation) ?? [];
        }
    }

    private static async Task<byte[]?> ReadExactlyAsync(SafeFileHandle handle, long offset, int length, CancellationToken cancellation)
    {
        var content = GC.AllocateUninitializedArray<byte>(length);
        for (var done = 0; done < length;)
        {
            var read = await RandomAccess.ReadAsync(handle, content.AsMemory(done), offset + done, cancellation);
            if (read == 0)
                return null;
            done += read;
        }
        return content;
    }

    private IEnumerable<(string Path, FileInfo File)> Walk(string folder)
    {
        foreach (var (path, info) in Entries(folder))
        {
            if (info is FileInfo file)
            {
                yield return (path, file);
                continue;
            }
            foreach (var below in Walk(path))
                yield return below;
        }
    }

    /// <summary>What lies in a folder, in the order that whole paths have; a link to a folder is not followed.</summary>
    private List<(string Path, FileSystemInfo Info)> Entries(string folder)
    {
        var directory = new DirectoryInfo(Path.Combine(root, folder));
        if (!directory.Exists)
            return [];
        try
        {
            var entries = new List<(string Path, FileSystemInfo Info)>();
            foreach (var info in directory.EnumerateFileSystemInfos())
            {
                if (info is DirectoryInfo { LinkTarget: null } && !(folder.Length == 0 && info.Name == AsideFiles.Own))
                    entries.Add(($"{folder}{info.Name}/", info));
                else if (info is FileInfo)
                    entries.Add((folder + info.Name, info));
            }
            entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderFaults.Translate(e, root, folder);
        }
    }

    private string Of(string path) => Path.Combine(root, BlobPath.Require(path));

    private async Task<T> TryAsync<T>(string path, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderFaults.Translate(e, root, path);
        }
    }
}
