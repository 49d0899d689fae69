using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>The types of the core group that describe volumes: every API server serves them.</summary>
internal static class VolumeTypes
{
    public static readonly ApiResource Claims = new("", "v1", KnownTypes.PersistentVolumeClaims, "PersistentVolumeClaim", true, []);
    public static readonly ApiResource Volumes = new("", "v1", KnownTypes.PersistentVolumes, "PersistentVolume", false, []);
    public static readonly ApiResource Pods = new("", "v1", KnownTypes.Pods, "Pod", true, []);
    public static readonly ApiResource Namespaces = new("", "v1", KnownTypes.Namespaces, "Namespace", false, []);
}
