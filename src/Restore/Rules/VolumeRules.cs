using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>Volumes come back attached to the disks that exist; what has no disk to go back to is said to be empty.</summary>
internal static class VolumeRules
{
    public const string NotAdopted = "volume-not-adopted";

    private static readonly string[] BindAnnotations =
    [
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        "volume.kubernetes.io/storage-provisioner",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove(
            "claim-bind-annotations",
            ["persistentvolumeclaims"],
            "they say that binding is done, which it isn't",
            s => s.RemoveAnnotations(IsBindAnnotation)
        ),
        Rule.Change(
            "claim-volume",
            ["persistentvolumeclaims"],
            "a claim whose volume comes back is attached to it by volumeName; any other is provisioned anew, and is empty",
            KeepOrClearVolume
        ),
        Rule.Skip(
            NotAdopted,
            ["persistentvolumes"],
            "its reclaim policy is Delete and there is no snapshot of it: two volumes on one disk lose it; --adopt-volumes attaches "
                + "it when the source no longer uses it",
            s => !s.Request.AdoptVolumes && Reclaim(s.Spec) == "Delete"
        ),
        Rule.Remove(
            "volume-claim-uid",
            ["persistentvolumes"],
            "the claim comes back under another uid; the volume waits for it by namespace and name",
            DropClaimUid
        ),
        Rule.Remove(
            "volume-bind-annotations",
            ["persistentvolumes"],
            "they say that binding is done, which it isn't",
            s => s.RemoveAnnotations(key => key == "pv.kubernetes.io/bound-by-controller")
        ),
        Rule.Change(
            "volume-retained",
            ["persistentvolumes"],
            "the reclaim policy becomes Retain: the disk isn't this restore's to delete. The original stays only when the volume is "
                + "adopted in its own cluster",
            Retain
        ),
        Rule.Keep(
            "volume-same-disk",
            ["persistentvolumes"],
            "a volume on the same driver and volumeHandle is in the target already: another one on the same disk isn't made"
        ),
    ];

    public static bool IsBindAnnotation(string key) => BindAnnotations.Contains(key);

    public static string Reclaim(JsonObject? spec) => spec.Text("persistentVolumeReclaimPolicy") ?? "Retain";

    private static void KeepOrClearVolume(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || spec.Text("volumeName") is not { Length: > 0 } volume)
            return;
        if (VolumeComesBack(subject.Context, volume))
            return;
        spec.Remove("volumeName");
        var source = spec.Object("dataSourceRef") ?? spec.Object("dataSource");
        if (source is null)
            subject.WarnIncomplete($"its volume {volume} doesn't come back: the claim is provisioned anew and is empty");
        else
        {
            var from = $"{source.Text("kind")} {source.Text("name")}";
            subject.WarnIncomplete(
                $"its volume {volume} doesn't come back: the claim is provisioned anew from {from}, without what was written since"
            );
        }
    }

    private static bool VolumeComesBack(RuleContext context, string volume)
    {
        if (context.VolumeComesBack is { } decided)
            return decided(volume);
        return context.InPoint(new("persistentvolumes", null, volume)) is { } found
            && (context.Request.AdoptVolumes || Reclaim(found.Object("spec")) != "Delete");
    }

    private static void DropClaimUid(RuleSubject subject)
    {
        var claim = subject.Spec.Object("claimRef");
        claim?.Remove("uid");
        claim?.Remove("resourceVersion");
    }

    private static void Retain(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || Reclaim(spec) == "Retain")
            return;
        // In the volume's own cluster a missing volume is proven gone: nothing else can delete the disk any more.
        if (subject.Request.AdoptVolumes && !subject.Request.IntoOtherCluster)
            return;
        subject.Warn($"reclaim policy {Reclaim(spec)} becomes Retain");
        spec["persistentVolumeReclaimPolicy"] = "Retain";
    }
}
