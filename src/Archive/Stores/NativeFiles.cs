using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Archive.Stores;

/// <summary>The two things that a folder which must survive a crash needs of Unix and that .NET has no method for.</summary>
public static partial class NativeFiles
{
    private const int ReadOnly = 0, EEXIST = 17;

    /// <summary>
    /// Makes a folder's entries durable: a new name is on disk only once its folder is. Best effort: a file system that can't (some network shares) is left as it is. Does
    /// nothing on Windows, where names are journalled.
    /// </summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(Text(folder), ReadOnly);
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>
    /// Gives a file a second name in one atomic step, unless that name is taken: false then. <see cref="File.Move(string, string, bool)"/> looks first and renames then, and
    /// of two that do so at once the second replaces what the first wrote.
    /// </summary>
    /// <exception cref="IOException">Anything else, a file system without links too; its HResult is the errno.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (Link(Text(existing), Text(name)) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno == EEXIST ? false : throw new IOException($"{Marshal.GetPInvokeErrorMessage(errno)} ({name})", errno);
    }

    private static byte[] Text(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(byte[] existing, byte[] name);

    [LibraryImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
