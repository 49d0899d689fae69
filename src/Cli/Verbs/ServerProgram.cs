using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Verbs;

/// <summary>The program of the service, <c>holdfast-app</c>, which lies beside this one or where <c>HOLDFAST_APP</c> says.</summary>
internal static partial class ServerProgram
{
    public const string PathVariable = "HOLDFAST_APP";

    /// <exception cref="FailedException">It isn't there.</exception>
    public static string Find()
    {
        var named = Environment.GetEnvironmentVariable(PathVariable);
        var path = string.IsNullOrEmpty(named)
            ? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "holdfast-app.exe" : "holdfast-app")
            : Path.GetFullPath(named);
        return File.Exists(path)
            ? path
            : throw new FailedException(
                $"the service's program is not at {path}: install it beside holdfast, or set {PathVariable} to where it is"
            );
    }

    /// <summary>
    /// Becomes that program: the process, its signals and its exit code are from here on the service's. Where a process can't become
    /// another, it is started and waited for.
    /// </summary>
    public static async Task<int> BecomeAsync(string path, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Execute(path, [path, .. arguments, null], [.. Environmental(settings), null]);
            throw new FailedException($"{path} can't be started: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
        var start = new ProcessStartInfo(path, arguments) { UseShellExecute = false };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static IEnumerable<string> Environmental(IReadOnlyDictionary<string, string> settings)
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!settings.ContainsKey((string)variable.Key))
                yield return $"{variable.Key}={variable.Value}";
        }
        foreach (var (name, value) in settings)
            yield return $"{name}={value}";
    }

    /// <remarks>The arrays end with null, as C has them.</remarks>
    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
