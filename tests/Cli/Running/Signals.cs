using System.Diagnostics;

namespace Holdfast.Cli.Tests.Running;

internal static class Signals
{
    /// <param name="signal">As kill takes it: INT, TERM.</param>
    public static async Task SendAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
