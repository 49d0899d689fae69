using Holdfast.Archive.Format;
using Holdfast.Machine.Files;

namespace Holdfast.Archive.Stores;

/// <summary>What the file system's refusals mean.</summary>
public static class FolderFaults
{
    // errno as .NET hands it through in HResult on Unix, and Windows' HRESULTs.
    private const int ENOSPC = 28,
        EROFS = 30,
        EDQUOT = 122,
        EACCES = 13,
        EPERM = 1;
    private const int WindowsDiskFull = unchecked((int)0x80070070),
        WindowsHandleDiskFull = unchecked((int)0x80070027),
        WindowsWriteProtected = unchecked((int)0x80070013);

    public static ArchiveFailure FailureOf(Exception fault) =>
        fault switch
        {
            IrregularFileException => ArchiveFailure.Malformed,
            IOException { HResult: ENOSPC or EDQUOT or WindowsDiskFull or WindowsHandleDiskFull } => ArchiveFailure.Full,
            UnauthorizedAccessException or IOException { HResult: EROFS or EACCES or EPERM or WindowsWriteProtected } =>
                ArchiveFailure.Forbidden,
            DirectoryNotFoundException or FileNotFoundException => ArchiveFailure.NotFound,
            _ => ArchiveFailure.Unreachable,
        };

    /// <summary>As said of a vault.</summary>
    internal static ArchiveException Translate(Exception fault, string root, string path) =>
        FailureOf(fault) switch
        {
            ArchiveFailure.Full => new(
                ArchiveFailure.Full,
                $"No room left in {root} for {path}: free some, or point --vault elsewhere. What was written is intact, and the capture "
                    + "can be repeated",
                fault
            ),
            ArchiveFailure.Forbidden => new(
                ArchiveFailure.Forbidden,
                $"{root} refuses {path}: {Reason(fault)}. Check the folder's owner and mode, and that it isn't mounted read-only",
                fault
            ),
            ArchiveFailure.NotFound => new(ArchiveFailure.NotFound, $"{path} isn't in {root}: {Reason(fault)}", fault),
            ArchiveFailure.Malformed => new(
                ArchiveFailure.Malformed,
                $"{path} in {root} wasn't opened: {Reason(fault)}. Holdfast doesn't create such entries: find out who did, and remove it",
                fault
            ),
            _ => new(
                ArchiveFailure.Unreachable,
                $"{path} in {root} can't be read or written: {Reason(fault)}. Check the disk or network share, and try again",
                fault
            ),
        };

    private static string Reason(Exception fault) => fault.Message.TrimEnd('.');
}
