using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>A pod that mounts claims of its namespace.</summary>
internal sealed record MountingPod(string Namespace, string Name, JsonObject? Labels, ImmutableArray<string> Claims)
{
    /// <returns>Null: it mounts none, or has ended.</returns>
    public static MountingPod? Of(JsonObject pod)
    {
        var metadata = pod.Object("metadata");
        if (pod.Object("status").Text("phase") is "Succeeded" or "Failed")
            return null;
        var name = metadata.Text("name") ?? "";
        ImmutableArray<string> claims = [.. pod.Object("spec").Objects("volumes").Select(v => ClaimOf(name, v)).OfType<string>()];
        return claims.IsEmpty ? null : new(metadata.Text("namespace") ?? "", name, metadata.Object("labels"), claims);
    }

    /// <summary>The claim of a generic ephemeral volume is named by its pod and volume.</summary>
    private static string? ClaimOf(string pod, JsonObject volume) =>
        volume.Object("persistentVolumeClaim").Text("claimName")
        ?? (volume.Object("ephemeral") is null ? null : $"{pod}-{volume.Text("name")}");
}
