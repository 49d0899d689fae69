using Microsoft.Win32.SafeHandles;

namespace Holdfast.Machine.Files;

/// <summary>What becomes of a link in the place of a file.</summary>
public enum Links
{
    /// <summary>What it points to is opened: a person's own files, and those that Kubernetes mounts, are links at times.</summary>
    Followed,

    /// <summary>It is not a file: in folders that others can write to, a link points to what they choose.</summary>
    Refused,
}

/// <summary>
/// Opens regular files and nothing else, and reads no more of them than the limit that it is given: a pipe, a device or an endless file in
/// the place of one is an error at once, never a wait. Every method throws <see cref="IrregularFileException"/> for what is not a
/// regular file.
/// </summary>
public static class RegularFile
{
    private const int ENOENT = 2,
        EACCES = 13,
        EPERM = 1,
        ENOTDIR = 20;
    private const int Chunk = 64 << 10;

    /// <returns>False: nothing is there.</returns>
    public static bool Exists(string path, Links links) =>
        FileKinds.Of(path, links == Links.Followed) switch
        {
            null => false,
            FileKind.Regular => true,
            var found => throw new IrregularFileException(path, found.Value),
        };

    /// <summary>Opens for reading.</summary>
    /// <returns>Null: nothing is there.</returns>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static SafeFileHandle? TryOpen(string path, Links links)
    {
        // Before it is opened, since to open some devices is to do something; and after, since it may be another by then.
        if (!Exists(path, links))
            return null;
        if (OpenUnchecked(path, links) is not { } opened)
            return null;
        try
        {
            var kind = FileKinds.Of(opened);
            return kind == FileKind.Regular ? opened : throw new IrregularFileException(path, kind);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The whole content.</summary>
    /// <param name="limit">In bytes.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="IOException">It is longer than the limit.</exception>
    public static byte[] Read(string path, int limit, Links links = Links.Followed)
    {
        using var opened = TryOpen(path, links) ?? throw new FileNotFoundException($"there is no file {path}", path);
        using var content = new MemoryStream((int)Math.Clamp(RandomAccess.GetLength(opened), 0, limit));
        var chunk = new byte[Chunk];
        while (RandomAccess.Read(opened, chunk, content.Length) is var read and > 0)
        {
            if (content.Length + read > limit)
                throw new IOException($"{path} is larger than {limit:#,0} bytes, which is the most that is read there");
            content.Write(chunk, 0, read);
        }
        return content.ToArray();
    }

    /// <summary>The whole content as text, UTF-8 unless a byte order mark says otherwise.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string path, int limit, Links links = Links.Followed)
    {
        using var text = new StreamReader(new MemoryStream(Read(path, limit, links)));
        return text.ReadToEnd();
    }

    private static SafeFileHandle? OpenUnchecked(string path, Links links)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous)
                : NativeFiles.OpenAtOnce(path, links == Links.Followed);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult is ENOENT or ENOTDIR)
        {
            return null;
        }
        catch (IOException e) when (e.HResult is EACCES or EPERM)
        {
            throw new UnauthorizedAccessException(e.Message, e);
        }
    }
}
