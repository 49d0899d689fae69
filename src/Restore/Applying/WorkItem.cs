using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Applying;

/// <summary>One step with all that its write needs. Belongs to one worker.</summary>
/// <param name="Type">The type as the target serves it, at the manifest's version.</param>
/// <param name="Rules">What the manifest was prepared by.</param>
/// <param name="Owners">By their live uids; those that aren't there yet are given later.</param>
internal sealed record WorkItem(RestoreStep Step, ApiResource Type, RuleContext Rules, PreparedManifest Manifest, ResolvedOwners Owners)
{
    public JsonObject Body => Manifest.Body;

    /// <summary>The request's body, with owners.</summary>
    /// <param name="body">The prepared body, or what became of it; left as it is.</param>
    /// <param name="over">The live object to write over: its uid and resourceVersion are the precondition. Null for a create.</param>
    public ReadOnlyMemory<byte> Document(JsonObject body, JsonObject? over = null)
    {
        var metadata = body.Ensure("metadata");
        if (Owners.References.Count > 0)
            metadata["ownerReferences"] = Owners.References.DeepClone();
        if (over is not null)
            (metadata["uid"], metadata["resourceVersion"]) = (over.Uid(), over.Revision());
        var document = ManifestJson.Write(body);
        foreach (var field in (ReadOnlySpan<string>)["ownerReferences", "uid", "resourceVersion"])
            metadata.Remove(field);
        return document;
    }
}
