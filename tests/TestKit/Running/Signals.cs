using System.Diagnostics;

namespace Holdfast.TestKit.Running;

public static class Signals
{
    /// <param name="signal">As kill takes it: INT, TERM.</param>
    public static async Task SendAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
