using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>Which claims belong together, so that their snapshots are cut at the same moment. Pure.</summary>
internal static class Applications
{
    /// <summary>
    /// In the order of preference. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
    /// </summary>
    private static readonly string[] Labels =
    [
        "app.kubernetes.io/instance",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/name",
        "app",
        "k8s-app",
    ];

    /// <summary>
    /// The namespace and the claim's application; of a claim without such a label that of its pods; else the whole namespace.
    /// </summary>
    /// <param name="pods">Labels of the pods that mount the claim.</param>
    public static string Of(JsonObject claim, IEnumerable<JsonObject?> pods)
    {
        var metadata = claim.Object("metadata");
        var name = pods.Prepend(metadata.Object("labels")).Select(Name).FirstOrDefault(n => n is not null);
        return $"{metadata.Text("namespace")}/{name}";
    }

    private static string? Name(JsonObject? labels) => Labels.Select(l => labels.Text(l)).FirstOrDefault(v => !string.IsNullOrEmpty(v));
}
