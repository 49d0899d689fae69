using System.Diagnostics;
using Xunit;

namespace Holdfast.TestKit.Jobs;

/// <summary>The restic of this machine.</summary>
public static class ResticProgram
{
    /// <summary>The first that takes credentials for one container.</summary>
    private static readonly Version ForAzure = new(0, 18);

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

    public static bool IsHere => Found.Value is not null;

    /// <summary>Skips the test that asks where there is none.</summary>
    public static void Require() => Skip.IfNot(IsHere, "there is no restic here: apt-get install restic (./test.sh does)");

    /// <summary>Runs it as a person would, with a repository in a folder.</summary>
    /// <returns>What it prints.</returns>
    public static string Run(Uri repository, string password, params string[] arguments)
    {
        var start = new ProcessStartInfo("restic", arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        (start.Environment["RESTIC_REPOSITORY"], start.Environment["RESTIC_PASSWORD"]) = (repository.LocalPath, password);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    /// <summary>
    /// Skips the test that asks where it can't open a repository in Azure with credentials for one container. Debian's can't: that of
    /// Debian 12 is too old, and later ones are built without Azure (debian/changelog, 0.16.0-1).
    /// </summary>
    public static void RequireForAzure()
    {
        Require();
        Skip.If(Found.Value < ForAzure, $"this restic is {Found.Value}, and repositories in Azure need {ForAzure} or newer");
        using var process = Process.Start(
            new ProcessStartInfo("restic", ["--repo", "azure:none:/", "--no-cache", "cat", "config"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                Environment = { ["RESTIC_PASSWORD"] = "none", ["AZURE_ACCOUNT_NAME"] = "" },
            }
        )!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Skip.If(said.Contains("invalid backend", StringComparison.Ordinal), $"this restic, {Found.Value}, is built without Azure");
    }
}
