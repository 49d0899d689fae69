using Holdfast.Restore;

namespace Holdfast.Cli.Output;

/// <summary>How long a restore took, as a person reads it.</summary>
internal static class TimingText
{
    /// <summary>With fewer, the slowest are everything.</summary>
    private const int FewObjects = 3;

    public static void Print(RestoreTimings times, Action<string> line)
    {
        var parts = new[]
        {
            times.PlanSeconds is { } planned ? $"planned in {Duration(planned)}" : null,
            $"written in {Duration(times.WrittenSeconds)}",
            times.ReadySeconds is { } ready ? $"ready after {Duration(ready)}" : null,
            times.RtoSeconds is { } rto && times.ReadySeconds is not null ? $"achieved RTO {Duration(rto)}" : null,
        };
        line($"  times: {string.Join(", ", parts.OfType<string>())}");
        foreach (var slow in times.Slowest.Length > 1 ? times.Slowest.Take(FewObjects) : [])
            line($"    {slow.Resource}/{slow.Name}{In(slow.Namespace)}: ready after {Duration(slow.ReadySeconds)}");
    }

    private static string In(string? ns) => ns is null ? "" : $" in {ns}";

    private static string Duration(double seconds) => Readable.Duration(TimeSpan.FromSeconds(seconds));
}
