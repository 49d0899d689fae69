using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Deleting;

/// <summary>Which controllers finalizers wait for. Pure.</summary>
internal static class Finalizers
{
    /// <summary>Kubernetes' own controllers let go of theirs sooner or later; of others it is unknown whether they ever go.</summary>
    public static bool IsForeign(string finalizer)
    {
        var domain = finalizer.Split('/')[0];
        return !(
            finalizer is "foregroundDeletion" or "orphan"
            || domain == "kubernetes.io"
            || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal)
            || domain.EndsWith(".k8s.io", StringComparison.Ordinal)
        );
    }

    /// <summary>Those of an object that is created now which the request puts back last.</summary>
    public static ImmutableArray<string> Late(RestoreRequest request, JsonObject body) =>
        request.LateFinalizers == true ? [.. Of(body).Where(IsForeign)] : [];

    /// <summary>The same object without <see cref="Late"/> ones; itself where it has none.</summary>
    public static JsonObject WithoutLate(RestoreRequest request, JsonObject body)
    {
        var late = Late(request, body);
        if (late.IsEmpty)
            return body;
        var first = (JsonObject)body.DeepClone();
        var kept = Of(body).Except(late).Select(f => (JsonNode)f).ToArray();
        if (kept.Length == 0)
            first.Object("metadata")!.Remove("finalizers");
        else
            first.Object("metadata")!["finalizers"] = new JsonArray(kept);
        return first;
    }

    private static IEnumerable<string> Of(JsonObject body) =>
        body.Object("metadata").Array("finalizers")?.Select(f => f?.ToString()).OfType<string>() ?? [];
}
