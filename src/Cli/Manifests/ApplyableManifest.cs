using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Cli.Manifests;

/// <summary>
/// A manifest as kubectl can apply it: as stored, without what an API server refuses or what binds it to objects of the past.
/// </summary>
internal static class ApplyableManifest
{
    private static readonly string[] OfTheServer =
    [
        "uid",
        "resourceVersion",
        "managedFields",
        "ownerReferences",
        "generation",
        "creationTimestamp",
    ];

    public static byte[] Of(ReadOnlyMemory<byte> manifest)
    {
        var document = ManifestJson.Parse(manifest.Span);
        if (document["metadata"] is JsonObject metadata)
        {
            foreach (var member in OfTheServer)
                metadata.Remove(member);
        }
        return ManifestJson.Write(document);
    }
}
