using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Rules;

namespace Holdfast.TestKit.Scenarios;

/// <param name="Revision">Its resourceVersion.</param>
/// <param name="Holders">Its finalizers.</param>
internal sealed record ListedObject(
    ApiResource Type,
    string? Namespace,
    string Name,
    string? Revision,
    IReadOnlyList<string> Holders,
    bool IsDeleting
)
{
    /// <summary>The <see cref="Order"/> of namespaces, the last.</summary>
    public const int Namespaces = 3;

    public string Key => ClusterContent.Key(Type.GroupResource, Namespace, Name);

    public string Path => Type.ObjectPath(Namespace, Name);

    /// <summary>
    /// When it is deleted, among others: first what could refuse or hold up deletions, then what namespaces and definitions contain.
    /// </summary>
    public int Order =>
        Type.GroupResource switch
        {
            "namespaces" => Namespaces,
            "customresourcedefinitions.apiextensions.k8s.io" => 2,
            _ => RestoreStages.Of(Type.GroupResource) is RestoreStage.Admission or RestoreStage.ApiServices ? 0 : 1,
        };

    public static ListedObject Of(ApiResource type, JsonObject item)
    {
        var metadata = item.Object("metadata");
        return new(
            type,
            metadata.Text("namespace"),
            metadata.Text("name")!,
            metadata.Text("resourceVersion"),
            [.. metadata.Array("finalizers")?.Select(f => (string)f!) ?? []],
            metadata.Text("deletionTimestamp") is not null
        );
    }
}
