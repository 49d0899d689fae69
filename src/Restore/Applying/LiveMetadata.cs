using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>What is asked of a live object's document. Reads without building nodes where only one word is needed.</summary>
internal static class LiveMetadata
{
    public static string Name(this JsonObject live) => live.Object("metadata").Text("name") ?? "";

    public static string? Uid(this JsonObject live) => live.Object("metadata").Text("uid");

    public static string? Revision(this JsonObject live) => live.Object("metadata").Text("resourceVersion");

    public static bool IsBeingDeleted(this JsonObject live) => live.Object("metadata").Text("deletionTimestamp") is not null;

    /// <summary>The run has written the object: its field manager is the mark.</summary>
    public static bool IsWrittenBy(this JsonObject live, string manager) =>
        live.Object("metadata").Objects("managedFields").Any(entry => entry.Text("manager") == manager);

    /// <summary>metadata.uid of a document as the server sent it; null: it has no uid.</summary>
    public static string? UidOf(ReadOnlySpan<byte> document) => JsonText.Find(document, "metadata", "uid");
}
