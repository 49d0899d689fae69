using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>Classes, flow control and what else belongs to a whole cluster.</summary>
internal static class ClusterConversions
{
    private const string Guide = "kubernetes: deprecation guide, v1.22";
    private const string Flow = "flowcontrol.apiserver.k8s.io";
    private const string FlowSource = "kubernetes: pkg/apis/flowcontrol/{v1beta1,v1beta2,v1beta3}/conversion.go; deprecation guide, v1.32";
    private const string PreserveZero = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
    private const string Snapshots = "snapshot.storage.k8s.io";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Same("storage-classes", ["StorageClass"], Guide, "storage.k8s.io/v1", "storage.k8s.io/v1beta1"),
        Conversion.Same("csi-drivers", ["CSIDriver"], Guide, "storage.k8s.io/v1", "storage.k8s.io/v1beta1"),
        Conversion.Same(
            "volume-attributes-classes",
            ["VolumeAttributesClass"],
            "kubernetes: pkg/apis/storage/types.go",
            "storage.k8s.io/v1",
            "storage.k8s.io/v1beta1",
            "storage.k8s.io/v1alpha1"
        ),
        Conversion.Same(
            "priority-classes",
            ["PriorityClass"],
            Guide,
            "scheduling.k8s.io/v1",
            "scheduling.k8s.io/v1beta1",
            "scheduling.k8s.io/v1alpha1"
        ),
        Conversion.Same("leases", ["Lease"], Guide, "coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"),
        Conversion.Same("api-services", ["APIService"], Guide, "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"),
        Conversion.Same(
            "runtime-classes",
            ["RuntimeClass"],
            "kubernetes: deprecation guide, v1.25",
            "node.k8s.io/v1",
            "node.k8s.io/v1beta1"
        ),
        Conversion.Reshape(
            "runtime-classes-alpha",
            ["RuntimeClass"],
            ["node.k8s.io/v1alpha1"],
            "node.k8s.io/v1",
            "spec.runtimeHandler becomes handler; overhead and scheduling move out of the spec",
            "kubernetes 1.21: pkg/apis/node/v1alpha1/conversion.go",
            RuntimeClass
        ),
        Conversion.Same(
            "pod-security-policies",
            ["PodSecurityPolicy"],
            "kubernetes: deprecation guide, v1.16",
            "policy/v1beta1",
            "extensions/v1beta1"
        ),
        Conversion.Same(
            "flow-schemas",
            ["FlowSchema"],
            FlowSource,
            $"{Flow}/v1",
            $"{Flow}/v1beta3",
            $"{Flow}/v1beta2",
            $"{Flow}/v1beta1",
            $"{Flow}/v1alpha1"
        ),
        Conversion.Reshape(
            "priority-levels",
            ["PriorityLevelConfiguration"],
            [$"{Flow}/v1beta3"],
            $"{Flow}/v1",
            $"the annotation {PreserveZero}, by which v1beta3 means a share of 0 as it is, is dropped: v1 refuses it, and means 0 anyway",
            FlowSource,
            DropPreserveZero
        ),
        Conversion.Reshape(
            "priority-levels-beta3",
            ["PriorityLevelConfiguration"],
            [$"{Flow}/v1"],
            $"{Flow}/v1beta3",
            $"a share of 0, which v1beta3 takes for its default of 30, gets the annotation {PreserveZero}",
            FlowSource,
            AddPreserveZero
        ),
        Conversion.Reshape(
            "priority-levels-shares",
            ["PriorityLevelConfiguration"],
            [$"{Flow}/v1beta2", $"{Flow}/v1beta1", $"{Flow}/v1alpha1"],
            $"{Flow}/v1",
            "limited.assuredConcurrencyShares becomes nominalConcurrencyShares",
            FlowSource,
            subject => Rename(subject, "assuredConcurrencyShares", "nominalConcurrencyShares")
        ),
        Conversion.Reshape(
            "priority-levels-older",
            ["PriorityLevelConfiguration"],
            [$"{Flow}/v1", $"{Flow}/v1beta3"],
            $"{Flow}/v1beta2",
            "limited.nominalConcurrencyShares becomes assuredConcurrencyShares; a share of 0 becomes the default of 30, as a warning says",
            FlowSource,
            ToAssured
        ),
        Conversion.Same(
            "priority-levels-beta",
            ["PriorityLevelConfiguration"],
            FlowSource,
            $"{Flow}/v1beta2",
            $"{Flow}/v1beta1",
            $"{Flow}/v1alpha1"
        ),
        Conversion.Same(
            "snapshots",
            ["VolumeSnapshot", "VolumeSnapshotContent", "VolumeSnapshotClass"],
            "external-snapshotter: client/apis/volumesnapshot/{v1,v1beta1}/types.go",
            $"{Snapshots}/v1",
            $"{Snapshots}/v1beta1"
        ),
    ];

    private static void RuntimeClass(ConvertedManifest subject)
    {
        if (subject.Manifest.Take("spec") is not JsonObject spec)
            return;
        if (spec.Take("runtimeHandler") is { } handler)
            subject.Manifest["handler"] = handler;
        foreach (var field in (ReadOnlySpan<string>)["overhead", "scheduling"])
            if (spec.Take(field) is { } value)
                subject.Manifest[field] = value;
    }

    private static void DropPreserveZero(ConvertedManifest subject)
    {
        if (subject.Manifest.Object("metadata").Object("annotations") is not { } annotations || !annotations.Remove(PreserveZero))
            return;
        if (annotations.Count == 0)
            subject.Manifest.Object("metadata")!.Remove("annotations");
    }

    private static void AddPreserveZero(ConvertedManifest subject)
    {
        if (subject.Spec.Object("limited").Number("nominalConcurrencyShares") == 0)
            subject.Manifest.Ensure("metadata").Ensure("annotations")[PreserveZero] = "";
    }

    private static void ToAssured(ConvertedManifest subject)
    {
        if (subject.Spec.Object("limited").Number("nominalConcurrencyShares") == 0)
            subject.Note($"its share of 0 becomes the default of 30, which is what 0 means in the target's version");
        DropPreserveZero(subject);
        Rename(subject, "nominalConcurrencyShares", "assuredConcurrencyShares");
    }

    private static void Rename(ConvertedManifest subject, string from, string to)
    {
        if (subject.Spec.Object("limited") is { } limited && limited.Take(from) is { } shares)
            limited[to] = shares;
    }
}
