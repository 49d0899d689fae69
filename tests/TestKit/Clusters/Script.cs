using System.Diagnostics;

namespace Holdfast.TestKit.Clusters;

/// <summary>Runs a program or a script to its end.</summary>
public static class Script
{
    /// <summary>Standard output; throws with standard error when it fails.</summary>
    public static async Task<string> RunAsync(
        string program,
        string[] arguments,
        KeyValuePair<string, string>[] environment,
        CancellationToken cancellation,
        string? input = null
    )
    {
        var isScript = program.EndsWith(".sh", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isScript ? "bash" : program, isScript ? [program, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{Path.GetFileName(program)} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await error}{await output}"
            );
    }
}

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Functions.sln"))
            ? folder
            : Find(
                Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))
                    ?? throw new InvalidOperationException("The tests run outside a checkout.")
            );
}
