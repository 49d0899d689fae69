using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>
/// The address and the ports of a Service that a user wrote, by the two records that the API server keeps of it: the last applied
/// configuration and managedFields.
/// </summary>
internal sealed class ChosenAddresses
{
    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private readonly JsonObject? applied;
    private readonly List<JsonObject> owned = [];

    public ChosenAddresses(JsonObject? metadata)
    {
        applied = ReadLastApplied(metadata.Object("annotations").Text(LastApplied)).Object("spec");
        foreach (var entry in metadata.Objects("managedFields"))
            if (entry.Object("fieldsV1").Object("f:spec") is { } fields)
                owned.Add(fields);
    }

    public bool ClusterIps => Wrote("clusterIPs");

    public bool HealthCheck => Wrote("healthCheckNodePort");

    /// <summary>The chosen cluster IP; null where the server gave it, or there is none.</summary>
    public string? ClusterIp(JsonObject spec) =>
        spec.Text("clusterIP") is { Length: > 0 } ip and not "None"
        && (applied.Text("clusterIP") == ip || owned.Exists(f => f.ContainsKey("f:clusterIP")))
            ? ip
            : null;

    public bool NodePort(JsonObject port)
    {
        var protocol = port.Text("protocol") ?? "TCP";
        if (applied.Objects("ports").Any(p => p.ContainsKey("nodePort") && IsSame(p)))
            return true;
        var key = $"k:{{\"port\":{port.Number("port")},\"protocol\":\"{protocol}\"}}";
        return owned.Exists(f => f.Object("f:ports").Object(key)?.ContainsKey("f:nodePort") == true);

        bool IsSame(JsonObject other) => other.Number("port") == port.Number("port") && (other.Text("protocol") ?? "TCP") == protocol;
    }

    /// <summary>Every address and port that the Service would have to find free, chosen or not.</summary>
    public static IEnumerable<string> Of(JsonObject? spec)
    {
        if (spec.Text("clusterIP") is { Length: > 0 } ip and not "None")
            yield return ip;
        foreach (var other in spec.Array("clusterIPs") ?? [])
            if (other is JsonValue value && value.TryGetValue(out string? text) && text != "None")
                yield return text;
        foreach (var port in spec.Objects("ports").Append(new() { ["nodePort"] = spec.Number("healthCheckNodePort") }))
            if (port.Number("nodePort") is > 0 and var number)
                yield return Text(number);
    }

    public static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private bool Wrote(string field) => applied?.ContainsKey(field) == true || owned.Exists(f => f.ContainsKey("f:" + field));

    private static JsonObject? ReadLastApplied(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return ManifestJson.ParseText(text) as JsonObject;
        }
        catch (JsonException)
        {
            // A hand-edited annotation: it proves nothing about the addresses.
            return null;
        }
    }
}
