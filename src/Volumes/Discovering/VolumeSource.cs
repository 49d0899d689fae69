using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>What holds the data of a PersistentVolume.</summary>
/// <param name="Driver">The CSI driver's name; of other volumes the name of their plugin.</param>
/// <param name="Handle">What the driver knows the volume by; of a path on a server or a node that path.</param>
internal sealed record VolumeSource(string Driver, string? Handle, bool IsCsi)
{
    /// <summary>
    /// Members of a PersistentVolume's spec, the plugin that each stands for, and where it names the volume. Source:
    /// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#persistentvolumespec-v1-core and the plugins' names in
    /// https://kubernetes.io/docs/concepts/storage/storage-classes/#provisioner
    /// </summary>
    private static readonly (string Member, string Plugin, string[] Handle)[] Plugins =
    [
        ("awsElasticBlockStore", "kubernetes.io/aws-ebs", ["volumeID"]),
        ("azureDisk", "kubernetes.io/azure-disk", ["diskURI"]),
        ("azureFile", "kubernetes.io/azure-file", ["shareName"]),
        ("cephfs", "kubernetes.io/cephfs", ["path"]),
        ("cinder", "kubernetes.io/cinder", ["volumeID"]),
        ("fc", "kubernetes.io/fc", []),
        ("flexVolume", "kubernetes.io/flexvolume", ["driver"]),
        ("gcePersistentDisk", "kubernetes.io/gce-pd", ["pdName"]),
        ("glusterfs", "kubernetes.io/glusterfs", ["path"]),
        ("hostPath", "hostPath", ["path"]),
        ("iscsi", "kubernetes.io/iscsi", ["targetPortal", "iqn"]),
        ("local", "local", ["path"]),
        ("nfs", "nfs", ["server", "path"]),
        ("photonPersistentDisk", "kubernetes.io/photon-pd", ["pdID"]),
        ("portworxVolume", "kubernetes.io/portworx-volume", ["volumeID"]),
        ("quobyte", "kubernetes.io/quobyte", ["registry", "volume"]),
        ("rbd", "kubernetes.io/rbd", ["pool", "image"]),
        ("scaleIO", "kubernetes.io/scaleio", ["volumeName"]),
        ("storageos", "kubernetes.io/storageos", ["volumeName"]),
        ("vsphereVolume", "kubernetes.io/vsphere-volume", ["volumePath"]),
    ];

    /// <param name="spec">Of a PersistentVolume.</param>
    /// <returns>Null: it names none that is known.</returns>
    public static VolumeSource? Of(JsonObject? spec)
    {
        if (spec.Object("csi") is { } csi && csi.Text("driver") is { } driver)
            return new(driver, csi.Text("volumeHandle"), IsCsi: true);
        foreach (var (member, plugin, handle) in Plugins)
            if (spec.Object(member) is { } source)
                return new(plugin, Join(handle.Select(source.Text)), IsCsi: false);
        return null;
    }

    /// <summary>Where nodes must be to use the volume.</summary>
    public static ImmutableArray<VolumeTopology> TopologyOf(JsonObject? spec) =>
        [
            .. spec.Object("nodeAffinity")
                .Object("required")
                .Objects("nodeSelectorTerms")
                .SelectMany(t => t.Objects("matchExpressions"))
                .Where(e => e.Text("operator") == "In" && e.Text("key") is not null)
                .GroupBy(e => e.Text("key")!, e => e.Array("values"))
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new VolumeTopology(g.Key, [.. g.SelectMany(Texts).Distinct().Order(StringComparer.Ordinal)])),
        ];

    private static string? Join(IEnumerable<string?> parts) =>
        string.Join(':', parts.Where(p => !string.IsNullOrEmpty(p))) is { Length: > 0 } joined ? joined : null;

    private static IEnumerable<string> Texts(JsonArray? values) => values?.OfType<JsonValue>().Select(v => v.ToString()) ?? [];
}
