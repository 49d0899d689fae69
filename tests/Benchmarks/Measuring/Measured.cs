using System.Diagnostics;

namespace Holdfast.Benchmarks.Measuring;

/// <summary>One whole process, from its start to its exit.</summary>
/// <param name="PeakBytes">The process's own VmHWM, read until it exits (every 5 ms); children are not counted.</param>
internal sealed record Measured(double Seconds, long PeakBytes, string Output)
{
    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">
    /// It exited with anything but <paramref name="exitCode"/>; the end of its stderr is in the message.
    /// </exception>
    public static async Task<Measured> RunAsync(string file, IEnumerable<string> arguments, int exitCode = 0)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var exited = process.WaitForExitAsync();
        long peak = 0;
        while (!exited.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.WhenAny(exited, Task.Delay(5));
        }
        await exited;
        var seconds = clock.Elapsed.TotalSeconds;
        var said = await error;
        if (process.ExitCode != exitCode)
            throw new InvalidOperationException(
                $"{file} {string.Join(' ', arguments)} exited with {process.ExitCode}: {said[^Math.Min(said.Length, 2000)..]}"
            );
        return new(seconds, peak, await output);
    }

    private static long PeakOf(int pid)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line["VmHWM:".Length..^"kB".Length].Trim()) * 1024;
            }
        }
        catch (IOException)
        {
            // It exited meanwhile: the last value that was read counts.
        }
        return 0;
    }
}
