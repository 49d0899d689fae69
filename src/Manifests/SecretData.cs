using System.Text.Json.Nodes;

namespace Holdfast.Manifests;

/// <summary>
/// Puts a digest in the place of each value of a Secret: within one output, equal values are seen to be equal. The digest's key is stored
/// nowhere, so it can't be looked up in a table of likely passwords.
/// </summary>
public sealed class SecretData
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private readonly SecretDigests digests = new();

    /// <summary>Changes Secrets only: <c>data</c>, <c>stringData</c> and the annotation that repeats them.</summary>
    public void Redact(JsonObject manifest)
    {
        if (manifest["kind"]?.ToString() != "Secret" || manifest["apiVersion"]?.ToString() != "v1")
            return;
        RedactValues(manifest["data"] as JsonObject);
        RedactValues(manifest["stringData"] as JsonObject);
        if (manifest["metadata"]?["annotations"] is JsonObject annotations && annotations[LastApplied] is { } applied)
            annotations[LastApplied] = Marker(applied);
    }

    private void RedactValues(JsonObject? values)
    {
        foreach (var name in values?.Select(v => v.Key).ToArray() ?? [])
        {
            if (values![name] is { } value)
                values[name] = Marker(value);
        }
    }

    private string Marker(JsonNode value) => $"<redacted {digests.Of(value.ToJsonString()).Trim('"')}>";
}
