namespace Holdfast.Machine.Files;

/// <summary>
/// Makes folders and files that only their owner can read (0700 and 0600): they hold the Secrets of clusters, or what leads to them. What
/// exists stays as it is. On Windows a new entry has what its folder grants.
/// </summary>
public static class OwnerOnly
{
    private const UnixFileMode OfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfOthers =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder that outlives a loss of power, with those above it that are missing.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            CreateFolder(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OfOwner | UnixFileMode.UserExecute);
        if (parent is not null)
            NativeFiles.FlushFolder(parent);
    }

    /// <summary>Makes a file that wasn't there, for writing.</summary>
    /// <exception cref="IOException">Something of that name is there, a link too.</exception>
    public static FileStream CreateFile(string path) => new(path, Options(FileMode.CreateNew, FileAccess.Write, FileShare.None));

    /// <summary>Opens a file for reading and writing exclusively, creating it if missing.</summary>
    /// <exception cref="IrregularFileException">It is not a regular file.</exception>
    public static FileStream OpenAlone(string path)
    {
        RegularFile.Exists(path, Links.Refused);
        return new(path, Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>Writes a file whole or not at all, in place of the one that is there.</summary>
    /// <param name="aside">Where it is written first, on the same file system; nothing may be there.</param>
    public static async Task WriteAsync(string path, string aside, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var file = CreateFile(aside);
        try
        {
            await using (file)
                await file.WriteAsync(content, cancellation);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Gives a file its name unless that is taken, and removes the old name.</summary>
    /// <returns>False: the name was taken, and the file is gone.</returns>
    public static bool NameOnce(string aside, string path)
    {
        try
        {
            return TryName(aside, path);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Windows' move is atomic and never replaces; Unix needs a link.</summary>
    private static bool TryName(string aside, string path)
    {
        if (!OperatingSystem.IsWindows())
            return NativeFiles.TryLink(aside, path);
        try
        {
            File.Move(aside, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>What to say of a folder that others can read or write; null: its owner alone can, or it isn't there.</summary>
    /// <param name="holds">What is in it: <c>the Secrets of every cluster</c>.</param>
    public static string? Warning(string folder, string holds)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
            return null;
        var mode = File.GetUnixFileMode(folder);
        return (mode & OfOthers) == UnixFileMode.None
            ? null
            : $"{folder} is open to other users of this machine (mode {Convert.ToString((int)mode, 8)}), and holds {holds}: close it "
                + $"with 'chmod -R go= {folder}'";
    }

    private static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OfOwner;
        return options;
    }
}
