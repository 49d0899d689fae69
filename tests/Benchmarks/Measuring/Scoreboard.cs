using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Benchmarks.Measuring;

/// <summary>What is measured against what, and the limit that must hold.</summary>
/// <param name="AtMost">True: the value must not be above the limit; false: not below.</param>
internal sealed record Bar(string Name, double Value, string Unit, double Limit, bool AtMost, JsonObject Raw)
{
    public bool Holds => AtMost ? Value <= Limit : Value >= Limit;

    public string LimitText => $"{(AtMost ? "<=" : ">=")} {Limit.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>Collects bars and prints them as they are known.</summary>
internal sealed class Scoreboard
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly List<Bar> bars = [];

    public bool AllHold => bars.TrueForAll(bar => bar.Holds);

    public void Add(Bar bar)
    {
        bars.Add(bar);
        Console.WriteLine($"{(bar.Holds ? "  holds " : "! FAILS ")} {bar.Name}: {bar.Value:0.00} {bar.Unit} (bar {bar.LimitText})");
    }

    public void AddAtMost(string name, double value, string unit, double limit, JsonObject raw) =>
        Add(new(name, value, unit, limit, AtMost: true, raw));

    public void AddAtLeast(string name, double value, string unit, double limit, JsonObject raw) =>
        Add(new(name, value, unit, limit, AtMost: false, raw));

    /// <summary>The table, for docs/performance.md.</summary>
    public string Table()
    {
        var table = new StringBuilder("| what | value | bar | holds |\n| --- | ---: | ---: | --- |\n");
        foreach (var bar in bars)
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {bar.Name} | {bar.Value:0.00} {bar.Unit} | {bar.LimitText} | {(bar.Holds ? "yes" : "**no**")} |\n"
            );
        return table.ToString();
    }

    public void Write(string path)
    {
        var all = new JsonArray([
            .. bars.Select(bar => new JsonObject
            {
                ["name"] = bar.Name,
                ["value"] = Math.Round(bar.Value, 3),
                ["unit"] = bar.Unit,
                ["bar"] = bar.LimitText,
                ["holds"] = bar.Holds,
                ["raw"] = bar.Raw,
            }),
        ]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, all.ToJsonString(Indented));
    }
}

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median of the pairs' own ratios: a drift of the machine's speed between pairs doesn't affect it.</summary>
    public static double MedianRatio(IReadOnlyList<double> values, IReadOnlyList<double> over) =>
        Median(values.Select((value, i) => value / over[i]));

    public static JsonArray Rounded(IEnumerable<double> values) => new([.. values.Select(value => (JsonNode)Math.Round(value, 3))]);
}
