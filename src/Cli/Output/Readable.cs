namespace Holdfast.Cli.Output;

/// <summary>Numbers as a person reads them.</summary>
internal static class Readable
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? $"{bytes} B" : $"{value:0.#} {Units[unit]}";
    }

    public static string Count(long number) => number.ToString("#,0");

    /// <summary><c>3 objects</c>, <c>1 object</c>.</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    public static string Duration(TimeSpan time) =>
        time switch
        {
            { TotalSeconds: < 1 } => $"{time.TotalMilliseconds:0} ms",
            { TotalMinutes: < 1 } => $"{time.TotalSeconds:0.0} s",
            { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
            { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
            _ => $"{(int)time.TotalDays} d {time.Hours} h",
        };

    /// <summary>As kubectl's AGE: the largest unit only.</summary>
    public static string Age(TimeSpan time) =>
        time switch
        {
            { TotalSeconds: < 0 } => "in future",
            { TotalMinutes: < 2 } => $"{(int)time.TotalSeconds}s",
            { TotalHours: < 2 } => $"{(int)time.TotalMinutes}m",
            { TotalDays: < 2 } => $"{(int)time.TotalHours}h",
            _ => $"{(int)time.TotalDays}d",
        };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'");
}
