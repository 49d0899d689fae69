using System.Diagnostics;
using Xunit;

namespace Holdfast.TestKit.Jobs;

/// <summary>The restic of this machine.</summary>
public static class ResticProgram
{
    /// <summary>The first that takes a container that is there.</summary>
    private static readonly Version ForAzure = new(0, 15);

    private static readonly Lazy<Version?> Found = new(() =>
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("restic", "version") { UseShellExecute = false, RedirectStandardOutput = true }
            )!;
            var words = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            return process.ExitCode == 0 && words.Length > 1 && Version.TryParse(words[1], out var version) ? version : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    });

    /// <summary>Skips the test that asks where there is none.</summary>
    public static void Require() => Skip.If(Found.Value is null, "there is no restic here: apt-get install restic (./test.sh does)");

    /// <summary>Skips the test that asks where it is older than what a repository in Azure needs.</summary>
    public static void RequireForAzure()
    {
        Require();
        Skip.If(Found.Value < ForAzure, $"this restic is {Found.Value}, and repositories in Azure need {ForAzure} or newer");
    }
}
