using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Machine.Files;

/// <summary>What safe and durable files need of Unix and .NET has no method for: the only native calls about files.</summary>
public static partial class NativeFiles
{
    private const int ReadOnly = 0,
        WriteAccess = 2,
        EINTR = 4,
        EEXIST = 17;

    private static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x100_0000 : 0x8_0000;

    /// <summary>Linux has another bit on ARM.</summary>
    private static readonly int RefuseLink =
        OperatingSystem.IsMacOS() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000
        : 0x2_0000;

    /// <summary>
    /// Makes a folder's entries durable: a new name is on disk only once its folder is. Best effort: a file system that can't (some network
    /// shares) is left as it is. Does nothing on Windows, where names are journalled.
    /// </summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(Text(folder), ReadOnly | NonBlocking | CloseOnExec);
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>
    /// Gives a file a second name in one atomic step, unless that name is taken: false then. <see cref="File.Move(string, string, bool)"/>
    /// looks first and renames then, and of two that do so at once the second replaces what the first wrote.
    /// </summary>
    /// <exception cref="IOException">Anything else, a file system without links too; its HResult is the errno.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (Link(Text(existing), Text(name)) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno == EEXIST ? false : throw Fault(name, errno);
    }

    /// <summary>
    /// Whether this process may write there, as far as the mode and the mount say it. Nothing is written. True on Windows.
    /// </summary>
    public static bool MayWrite(string path) => OperatingSystem.IsWindows() || Access(Text(path), WriteAccess) == 0;

    /// <summary>Opens for reading without waiting for the other end of a pipe.</summary>
    /// <exception cref="IOException">Its HResult is the errno.</exception>
    internal static SafeFileHandle OpenAtOnce(string path, bool follow)
    {
        var flags = ReadOnly | NonBlocking | CloseOnExec | (follow ? 0 : RefuseLink);
        while (true)
        {
            var descriptor = Open(Text(path), flags);
            if (descriptor >= 0)
                return new(descriptor, ownsHandle: true);
            var errno = Marshal.GetLastPInvokeError();
            if (errno != EINTR)
                throw Fault(path, errno);
        }
    }

    private static IOException Fault(string path, int errno) => new($"{Marshal.GetPInvokeErrorMessage(errno)} ({path})", errno);

    private static byte[] Text(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(byte[] existing, byte[] name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "access")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(byte[] path, int mode);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
