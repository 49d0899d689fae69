using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Volumes.Discovering;

/// <summary>Which claims and volumes a capture takes: the same ones as their objects. Immutable.</summary>
internal sealed class SelectedVolumes
{
    private static readonly HashSet<string> ClaimNames = [KnownTypes.PersistentVolumeClaims, "persistentvolumeclaim", "pvc", "pvcs"];
    private static readonly HashSet<string> VolumeNames = [KnownTypes.PersistentVolumes, "persistentvolume", "pv", "pvs"];

    private readonly CaptureScope scope;
    private readonly NamespaceFilter namespaces;
    private readonly LabelSelector? labels;

    /// <param name="labelled">Namespaces that carry the label which leaves them out.</param>
    public SelectedVolumes(CaptureScope scope, ImmutableArray<string> labelled)
    {
        this.scope = scope;
        namespaces = new(scope, labelled);
        labels = scope.LabelSelector is { } text ? LabelSelector.TryParse(text, out _) : null;
    }

    public bool TakesClaim(JsonObject claim) =>
        !scope.ExcludedResources.Any(ClaimNames.Contains)
        && namespaces.Takes(claim.Object("metadata").Text("namespace") ?? "")
        && TakesLabels(claim);

    /// <summary>A volume whose claim isn't taken is that claim's.</summary>
    /// <param name="volume">That no taken claim is bound to.</param>
    public bool TakesVolume(JsonObject volume)
    {
        if (scope.ExcludedResources.Any(VolumeNames.Contains) || !TakesLabels(volume))
            return false;
        var claimed = volume.Object("spec").Object("claimRef").Text("namespace");
        return claimed is null ? scope.Namespaces.IsEmpty : namespaces.Takes(claimed);
    }

    private bool TakesLabels(JsonObject taken)
    {
        var its = taken.Object("metadata").Object("labels");
        return its.Text(KnownLabels.Exclude) != "true" && labels?.Matches(its) != false;
    }
}
