using Holdfast.Manifests;

namespace Holdfast.Volumes.Hooks;

/// <summary>Whether a hook's container exists in its pod.</summary>
internal static class HookContainers
{
    /// <summary>Null: it does.</summary>
    public static string? Fault(HookPod pod, string container) =>
        pod.Containers.Contains(container, StringComparer.Ordinal)
            ? null
            : $"the pod has no container '{Quoted.Short(container)}'{NearMatches.Among(container, pod.Containers)}";
}
