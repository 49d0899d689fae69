using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Output;

/// <summary>
/// What someone who can write to the control container or the vault puts there: whole documents, hostile wherever they hold a text.
/// </summary>
internal static class HostileDocuments
{
    private const string Failure = """{"side":"cluster","reason":"Unreachable","message":"","next":""}""";

    /// <summary>The reports that a release left, each text of which that may be any is hostile.</summary>
    /// <returns>The ids of their runs.</returns>
    public static async Task<string[]> WriteReportsAsync(string control, string hostile)
    {
        var folder = Directory.CreateDirectory(Path.Combine(control, "runs")).FullName;
        var runs = new List<string>();
        foreach (
            var file in Directory.GetFiles(Path.Combine(Releases(), "0.1.0", "control", "runs"), "*.json").Order(StringComparer.Ordinal)
        )
        {
            var report = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
            report["failure"] = JsonNode.Parse(Failure);
            report["notes"] = JsonNode.Parse("""["a"]""");
            var spoiled = Spoil(report, report, hostile);
            Assert.True(spoiled > 3, $"{file} took {spoiled} hostile texts");
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(file)), report.ToJsonString());
            runs.Add(Path.GetFileNameWithoutExtension(file));
        }
        return [.. runs];
    }

    /// <summary>A registration that can't be used, and a policy that can: each hostile where it may hold any text.</summary>
    /// <param name="escaped">As it is in a JSON text.</param>
    public static async Task WriteControlAsync(string control, string escaped)
    {
        foreach (var folder in (string[])["clusters", "policies", "notifications", "deliveries"])
            Directory.CreateDirectory(Path.Combine(control, folder));
        var registration = $$"""
            {"version":1,"name":"hostile","labels":{"a":"{{escaped}}"},"{{escaped}}":1,
             "authentication":{"kubeconfig":{"path":"/{{escaped}}"} } }
            """;
        await File.WriteAllTextAsync(Path.Combine(control, "clusters", "hostile.json"), registration);
        await File.WriteAllTextAsync(Path.Combine(control, "clusters.yaml"), registration);
        await File.WriteAllTextAsync(
            Path.Combine(control, "notifications", "hostile.json"),
            $$"""
            {"version":1,"name":"hostile","mail":{"host":"smtp.b.example","from":"c@b.example","to":["a@b.example"],"user":"{{escaped}}",
             "password":{"file":{"path":"/a/password"} } } }
            """
        );
        await File.WriteAllTextAsync(
            Path.Combine(control, "deliveries", "hostile.json"),
            $$"""{"version":1,"failingSince":"2026-11-22T12:00:00Z","failures":3,"lastFailure":"{{escaped}}"}"""
        );
        await File.WriteAllTextAsync(
            Path.Combine(control, "policies", "hostile.json"),
            $$"""
            {"version":1,"name":"hostile","clusters":{"names":["hostile"]},"schedule":{"cron":"0 2 * * *"},
             "paused":{"reason":"{{escaped}}"} }
            """
        );
    }

    /// <summary>A point of the cluster <see cref="SamplePoint.Cluster"/> whose inventory and manifests are hostile.</summary>
    public static async Task WritePointAsync(string vault, string hostile)
    {
        var json = JsonSerializer.Serialize(hostile);
        var store = new FolderStore(vault, TimeProvider.System);
        var writer = new RecoveryPointWriter(store, SamplePoint.Cluster, null, new SettableTime(SamplePoint.Time));
        var packed = await SamplePoint.PackAsync(
            writer,
            [
                new(
                    "configmaps",
                    "shop",
                    $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":{{json}},"namespace":"shop"},"data":{"k":{{json}}} }"""
                ),
            ]
        );
        using var policy = JsonDocument.Parse($$"""{"name":{{json}},"note":{{json}}}""");
        var inventory = SamplePoint.InventoryOf(packed) with
        {
            ServerVersion = hostile,
            Scope = new() { ExcludedNamespaces = [hostile], LabelSelector = hostile },
            Gaps = [new("widgets.example.org", hostile, hostile)],
            Policy = policy.RootElement.Clone(),
            Registration = policy.RootElement.Clone(),
        };
        await writer.SealAsync(inventory, new(PointState.Partial, null), default);
    }

    /// <summary>Makes every text of the document hostile with which it is still a report.</summary>
    /// <returns>How many there are.</returns>
    private static int Spoil(JsonNode node, JsonObject report, string hostile)
    {
        if (node is not JsonValue value)
            return Below(node).ToList().Sum(inner => Spoil(inner, report, hostile));
        if (value.GetValueKind() != JsonValueKind.String)
            return 0;
        var spoiled = JsonValue.Create(value.GetValue<string>() + hostile);
        value.ReplaceWith(spoiled);
        if (IsReport(report))
            return 1;
        spoiled.ReplaceWith(value);
        return 0;
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) =>
        (node is JsonArray items ? items : node.AsObject().Select(member => member.Value)).OfType<JsonNode>();

    private static bool IsReport(JsonObject report)
    {
        try
        {
            return JsonSerializer.Deserialize(report, HoldfastJson.Default.RunReport) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Releases([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../vectors/releases"));
}
