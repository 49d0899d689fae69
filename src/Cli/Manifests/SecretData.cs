using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Manifests;

/// <summary>Puts a digest in the place of each value of a Secret, so that equal values are seen to be equal and nothing else is.</summary>
internal static class SecretData
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int Digits = 12;

    /// <summary>Changes Secrets only: <c>data</c>, <c>stringData</c> and the annotation that repeats them.</summary>
    public static void Redact(JsonObject manifest)
    {
        if (manifest["kind"]?.ToString() != "Secret" || manifest["apiVersion"]?.ToString() != "v1")
            return;
        RedactValues(manifest["data"] as JsonObject);
        RedactValues(manifest["stringData"] as JsonObject);
        if (manifest["metadata"]?["annotations"] is JsonObject annotations && annotations[LastApplied] is { } applied)
            annotations[LastApplied] = Marker(applied);
    }

    private static void RedactValues(JsonObject? values)
    {
        foreach (var name in values?.Select(v => v.Key).ToArray() ?? [])
        {
            if (values![name] is { } value)
                values[name] = Marker(value);
        }
    }

    private static string Marker(JsonNode value) => $"<redacted, sha256 {ContentDigest.Of(Encoding.UTF8.GetBytes(value.ToString())).ToString()[..Digits]}>";
}
