using System.Diagnostics;
using System.Runtime.CompilerServices;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Running;

/// <summary>
/// A copy of the launcher in a checkout of its own, with a <c>dotnet</c> on the PATH that builds a program which prints its arguments and
/// exits with 7.
/// </summary>
public sealed class Launcher : IDisposable
{
    private static readonly string[] Tools =
    [
        "bash",
        "env",
        "dirname",
        "readlink",
        "find",
        "mkdir",
        "flock",
        "mktemp",
        "rm",
        "mv",
        "touch",
        "cat",
        "uname",
        "ldd",
        "grep",
        "chmod",
        "sh",
        "printf",
        "sleep",
        "head",
    ];

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("holdfast-launcher-");

    public Launcher()
    {
        foreach (var folder in (string[])["bin", "src/Cli", "elsewhere"])
            root.CreateSubdirectory(folder);
        foreach (var tool in Tools)
            LinkTool(tool);
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config"])
            File.WriteAllText(At(file), "");
        File.WriteAllText(Source, "");
        File.Copy(Path.Combine(Repository(), "holdfast"), At("holdfast"));
        File.SetUnixFileMode(At("holdfast"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Source => At("src/Cli/Program.cs");

    /// <summary>How often the fake SDK was asked to build.</summary>
    public int Builds => File.Exists(At("builds")) ? File.ReadAllLines(At("builds")).Length : 0;

    public string At(string path) => Path.Combine(root.FullName, path);

    /// <param name="build">What the SDK does with <c>$output</c>, the folder to build into.</param>
    public void InstallSdk(string build)
    {
        Script(
            "bin/dotnet",
            $$"""
            echo build >> {{At("builds")}}
            while [ "$1" != --output ]; do shift; done
            output=$2
            {{build}}
            """
        );
    }

    public void InstallSdk() =>
        InstallSdk(
            """
            mkdir -p "$output"; printf '#!/bin/sh\necho "ran $*"\nexit 7\n' > "$output/holdfast"; chmod +x "$output/holdfast"
            """
        );

    /// <param name="program">The launcher, or a link to it.</param>
    public async Task<Finished> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = At("elsewhere"),
        };
        start.Environment["PATH"] = At("bin");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        return await HoldfastProgram.FinishAsync(process);
    }

    public void Dispose() => root.Delete(recursive: true);

    private static string Repository([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    private void LinkTool(string tool)
    {
        var found = ((string[])["/usr/bin", "/bin", "/usr/local/bin"])
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists);
        if (found is not null)
            File.CreateSymbolicLink(At($"bin/{tool}"), found);
    }

    private void Script(string path, string text)
    {
        File.WriteAllText(At(path), $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
