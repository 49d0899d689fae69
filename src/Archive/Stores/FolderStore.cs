using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Machine.Files;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Archive.Stores;

/// <summary>
/// A vault in a folder. A blob is written aside, flushed, and linked to its name, which fails when the name is taken: readers and crashes
/// see all of it or none. Files are read-only and only their owner can access them; immutability is recorded beside them and respected by
/// this program (<see cref="ImmutabilitySupport.Advisory"/>), but the folder's owner or root can still delete. There are no versions. No
/// link below the root is followed, and only regular files are opened: anything else is malformed.
/// </summary>
/// <param name="root">Created on the first write, with its parents.</param>
public sealed class FolderStore(string root, TimeProvider time) : IBlobStore
{
    private readonly RealFolder folder = new(Path.GetFullPath(root));
    private readonly FolderImmutability immutability = new(new(Path.GetFullPath(root)));
    private readonly TemporaryFiles aside = new(new(Path.GetFullPath(root)), time);

    public string Location => folder.Path;

    public ImmutabilitySupport Immutability => ImmutabilitySupport.Advisory;

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) =>
        TryAsync(
            path,
            async () =>
            {
                if (RegularFile.Exists(Of(path), Links.Refused))
                    return new CreateOutcome(false, null);
                var temporary = await aside.WriteAsync(content, null, cancellation);
                try
                {
                    if (term is { } asked)
                        immutability.Extend(path, asked.Until);
                    return new CreateOutcome(Publish(temporary, Of(path)), null);
                }
                finally
                {
                    // A file that has its final name by now is gone from here.
                    File.Delete(temporary);
                }
            }
        );

    public Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation) =>
        TryAsync(path, async () => OpenExisting(path) is { } handle ? await ReadAllAsync(handle, path, cancellation) : null);

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation) =>
        TryAsync(
            path,
            async () =>
            {
                using var handle = OpenExisting(path);
                if (handle is null || RandomAccess.GetLength(handle) < offset + length)
                    return null;
                return await ReadExactlyAsync(handle, offset, length, cancellation);
            }
        );

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var slash = BlobPath.RequirePrefix(prefix).LastIndexOf('/') + 1;
        foreach (var (path, file) in Walk(prefix[..slash]))
        {
            cancellation.ThrowIfCancellationRequested();
            if (path.StartsWith(prefix, StringComparison.Ordinal))
                yield return new BlobEntry(
                    path,
                    LengthOf(file),
                    new DateTimeOffset(file.LastWriteTimeUtc),
                    Term: ImmutabilityTerm.Of(immutability.Until(path), ImmutabilityMode.Locked)
                );
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var (path, info) in Entries(BlobPath.RequirePrefix(prefix)))
        {
            cancellation.ThrowIfCancellationRequested();
            // Includes links to folders: reading one is refused by name instead of silently leaving it out.
            if (info is DirectoryInfo)
                yield return path.EndsWith('/') ? path : path + '/';
        }
    }

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) =>
        TryAsync(
            path,
            () =>
            {
                if (immutability.Until(path) is { } until && until > time.GetUtcNow())
                    throw new ArchiveException(
                        ArchiveFailure.Immutable,
                        $"{path} in {Location} is immutable until {until:u} and can't be deleted before"
                    );
                if (RegularFile.Exists(Of(path), Links.Refused))
                    File.Delete(Of(path));
                immutability.Forget(path);
                return Task.FromResult(true);
            }
        );

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation) =>
        TryAsync(
            path,
            () =>
            {
                var exists = RegularFile.Exists(Of(path), Links.Refused);
                if (exists)
                    immutability.Extend(path, term.Until);
                return Task.FromResult(exists);
            }
        );

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation) =>
        Task.FromResult(LegalHoldOutcome.NotSupported);

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation) =>
        throw new NotSupportedException($"{Location} is a folder, which has no versions");

    /// <summary>
    /// The file system's, which may be another machine's. Where this user may not write it is this machine's: no purge goes by it, since
    /// who may not write can't leave the mark without which none begins. Any other failure is one.
    /// </summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) =>
        TryAsync(
            TemporaryFiles.Own,
            async () =>
            {
                try
                {
                    var file = await aside.WriteAsync(ReadOnlyMemory<byte>.Empty, null, cancellation);
                    var now = new DateTimeOffset(File.GetLastWriteTimeUtc(file));
                    File.Delete(file);
                    return now;
                }
                catch (Exception e) when (FolderFaults.FailureOf(e) == ArchiveFailure.Forbidden)
                {
                    return time.GetUtcNow();
                }
            }
        );

    /// <summary>Nothing that binds the folder's owner; whether others may read it is in its mode.</summary>
    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation)
    {
        const string Advice = "a folder has none: use a blob container with versions and immutability where this matters";
        var others = Directory.Exists(Location) ? OwnerOnly.Warning(Location, "the Secrets of every cluster") : null;
        return Task.FromResult<ImmutableArray<TraitFinding>>([
            new(StoreTrait.Versioning, TraitState.Missing, Advice),
            new(StoreTrait.Immutability, TraitState.Missing, Advice),
            new(StoreTrait.SoftDelete, TraitState.Missing, Advice),
            new(StoreTrait.ContainerSoftDelete, TraitState.Missing, Advice),
            others is null
                ? new(StoreTrait.PrivateAccess, TraitState.Present, "only its owner may read it")
                : new(StoreTrait.PrivateAccess, TraitState.Missing, others),
            new(StoreTrait.NoSharedKeys, TraitState.Present, "a folder has no keys"),
        ]);
    }

    /// <summary>Gives the file its name; false when the name is taken.</summary>
    private static bool Publish(string temporary, string target)
    {
        var parent = Path.GetDirectoryName(target)!;
        OwnerOnly.CreateFolder(parent);
        File.SetAttributes(temporary, FileAttributes.ReadOnly);
        if (!OwnerOnly.NameOnce(temporary, target))
            return false;
        NativeFiles.FlushFolder(parent);
        return true;
    }

    private SafeFileHandle? OpenExisting(string path) => RegularFile.TryOpen(Of(path), Links.Refused);

    private async Task<byte[]> ReadAllAsync(SafeFileHandle handle, string path, CancellationToken cancellation)
    {
        using (handle)
        {
            var length = RandomAccess.GetLength(handle);
            BoundedContent.Require(path, length, Location);
            return await ReadExactlyAsync(handle, 0, (int)length, cancellation) ?? [];
        }
    }

    private static async Task<byte[]?> ReadExactlyAsync(SafeFileHandle handle, long offset, int length, CancellationToken cancellation)
    {
        var content = GC.AllocateUninitializedArray<byte>(length);
        for (var done = 0; done < length; )
        {
            var read = await RandomAccess.ReadAsync(handle, content.AsMemory(done), offset + done, cancellation);
            if (read == 0)
                return null;
            done += read;
        }
        return content;
    }

    /// <summary>A link's own length is meaningless.</summary>
    private static long LengthOf(FileSystemInfo entry) => entry is FileInfo file && !IsLink(entry) ? file.Length : 0;

    private static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private IEnumerable<(string Path, FileSystemInfo File)> Walk(string under)
    {
        foreach (var (path, info) in Entries(under))
        {
            if (!path.EndsWith('/'))
            {
                yield return (path, info);
                continue;
            }
            foreach (var below in Walk(path))
                yield return below;
        }
    }

    /// <summary>
    /// A folder's entries, in the order of whole paths; a link to a folder is listed as a link and not followed.
    /// </summary>
    private List<(string Path, FileSystemInfo Info)> Entries(string below)
    {
        try
        {
            var directory = new DirectoryInfo(folder.FolderOf(below));
            if (!directory.Exists)
                return [];
            var entries = new List<(string Path, FileSystemInfo Info)>();
            foreach (var info in directory.EnumerateFileSystemInfos())
            {
                if (info is not DirectoryInfo || IsLink(info))
                    entries.Add((below + info.Name, info));
                else if (below.Length > 0 || info.Name != TemporaryFiles.Own)
                    entries.Add(($"{below}{info.Name}/", info));
            }
            entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderFaults.Translate(e, Location, below);
        }
    }

    private string Of(string path) => folder.Of(BlobPath.Require(path));

    private async Task<T> TryAsync<T>(string path, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderFaults.Translate(e, Location, path);
        }
    }
}
