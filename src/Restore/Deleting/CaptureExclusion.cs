using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Deleting;

/// <summary>Whether captures leave an object out, and so the safety point too. Pure.</summary>
internal static class CaptureExclusion
{
    /// <summary>By the label, or an annotation of that name. Of a namespace it holds for all that is in it.</summary>
    public static bool Is(JsonObject live)
    {
        var metadata = live.Object("metadata");
        return metadata.Object("labels").Text(KnownLabels.Exclude) == "true"
            || metadata.Object("annotations").Text(KnownLabels.Exclude) == "true";
    }
}
