using System.Text.Json.Nodes;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Volumes.Planning;

/// <summary>How the files of volumes are exported. Serialisable.</summary>
/// <param name="Export">The policy's.</param>
/// <param name="Password">The registration's; null: it names none.</param>
public sealed record FilePlan(FileExport Export, SecretReference? Password)
{
    /// <summary>Whether a claim's files are to be exported: its annotation says so, or else the policy.</summary>
    internal bool Takes(JsonObject claim)
    {
        var metadata = claim.Object("metadata");
        if (metadata.Object("annotations").Text(KnownLabels.Files) is { } said)
            return said == "true";
        var isInNamespace = Export.Namespaces.IsEmpty || Export.Namespaces.Contains(metadata.Text("namespace") ?? "");
        return isInNamespace
            && (Export.LabelSelector is not { } text || LabelSelector.TryParse(text, out _)?.Matches(metadata.Object("labels")) == true);
    }
}
