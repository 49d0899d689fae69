using System.Runtime.InteropServices;

namespace Holdfast.Machine.Processes;

/// <summary>Ends this process.</summary>
public static partial class ProcessEnd
{
    /// <summary>
    /// Now: no handler of exits runs and no thread is waited for, so that nothing that hangs can keep the process alive. What was written
    /// is as the system has it; what a process must not leave half done is done so that a crash may come at any time.
    /// </summary>
    public static void AtOnce(int exitCode)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(exitCode);
        else
            Exit(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int exitCode);
}
