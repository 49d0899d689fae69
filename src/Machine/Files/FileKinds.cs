using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Machine.Files;

/// <summary>
/// Determines what is at a path or behind a handle. Only Linux distinguishes all kinds; elsewhere a device counts as a regular file, and is
/// read to its limit only.
/// </summary>
internal static partial class FileKinds
{
    private const int CurrentFolder = -100,
        NoFollow = 0x100,
        EmptyPath = 0x1000,
        TypeOnly = 1;
    private const int StatusBytes = 256,
        ModeAt = 28;
    private const int ENOENT = 2,
        ENOTDIR = 20;

    /// <returns>Null: nothing.</returns>
    /// <param name="follow">What a link points to, in place of the link.</param>
    public static FileKind? Of(string path, bool follow)
    {
        if (!OperatingSystem.IsLinux())
            return Portable(path, follow);
        var status = new byte[StatusBytes];
        if (Statx(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), follow ? 0 : NoFollow, TypeOnly, status) == 0)
            return Kind(status);
        var errno = Marshal.GetLastPInvokeError();
        return errno is ENOENT or ENOTDIR ? null : throw new IOException($"{Marshal.GetPInvokeErrorMessage(errno)} ({path})", errno);
    }

    public static FileKind Of(SafeFileHandle opened)
    {
        if (!OperatingSystem.IsLinux())
            return Portable(opened);
        var status = new byte[StatusBytes];
        return Statx((int)opened.DangerousGetHandle(), [0], EmptyPath, TypeOnly, status) == 0
            ? Kind(status)
            : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()), Marshal.GetLastPInvokeError());
    }

    private static FileKind Kind(ReadOnlySpan<byte> status) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xa000 => FileKind.Link,
            0x1000 => FileKind.Pipe,
            0xc000 => FileKind.Socket,
            _ => FileKind.Device,
        };

    private static FileKind? Portable(string path, bool follow)
    {
        var info = new FileInfo(path);
        var attributes = info.Attributes;
        if (attributes == (FileAttributes)(-1))
            return null;
        if (attributes.HasFlag(FileAttributes.ReparsePoint) && !follow)
            return FileKind.Link;
        return attributes.HasFlag(FileAttributes.Directory) ? FileKind.Folder : FileKind.Regular;
    }

    private static FileKind Portable(SafeFileHandle opened)
    {
        if (File.GetAttributes(opened).HasFlag(FileAttributes.Directory))
            return FileKind.Folder;
        try
        {
            _ = RandomAccess.GetLength(opened);
            return FileKind.Regular;
        }
        catch (NotSupportedException)
        {
            return FileKind.Pipe;
        }
    }

    /// <remarks>Its structure is the same on every processor, unlike that of stat.</remarks>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] status);
}
