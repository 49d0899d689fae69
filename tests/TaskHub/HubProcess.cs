using System.Diagnostics;

namespace Holdfast.TaskHub.Tests;

/// <summary>The executable that tests kill.</summary>
internal static class HubProcess
{
    public static Process Start(params string[] arguments)
    {
        string[] command = [Path.Combine(AppContext.BaseDirectory, "holdfast-hub-process.dll"), .. arguments];
        return Process.Start(
            new ProcessStartInfo("dotnet", command)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }
}
