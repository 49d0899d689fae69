using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Transforms;

namespace Holdfast.TestKit.Scenarios;

/// <summary>A request as scenarios write it: flat, only what matters.</summary>
internal static class ScenarioRequest
{
    public static RestoreRequest Of(JsonObject request, ClusterName cluster, PointId point) =>
        new()
        {
            Cluster = cluster,
            Point = point,
            Existing = Enum.Parse<ExistingPolicy>(request.Text("existing") ?? "skip", ignoreCase: true),
            IntoOtherCluster = request.Flag("intoOtherCluster"),
            SystemNamespaces = request.Flag("systemNamespaces"),
            Status = request.Flag("status"),
            Terminating = request.Flag("terminating"),
            Finished = request.Flag("finished"),
            KeepNodePorts = request.Flag("keepNodePorts"),
            AdoptVolumes = request.Flag("adoptVolumes"),
            NamespaceMapping = request
                .Object("mapNamespaces")
                ?.ToImmutableSortedDictionary(m => m.Key, m => (string)m.Value!, StringComparer.Ordinal),
            Transforms = request.Object("transforms") is { } transforms ? TransformDocument.Read(transforms.ToJsonString()) : null,
            Quiesce = Texts(request, "quiesce"),
            Delete = request.ContainsKey("delete") ? Texts(request, "delete") : null,
            Mappings = request.Object("mappings") is { } mappings
                ? new()
                {
                    Registries = Map(mappings, "registries"),
                    Hosts = Map(mappings, "hosts"),
                    NodeSelectors = Map(mappings, "nodeSelectors"),
                    Tolerations = Map(mappings, "tolerations"),
                    PriorityClasses = Map(mappings, "priorityClasses"),
                    ExternalIds = Map(mappings, "externalIds"),
                }
                : null,
            KeepInClone = request.ContainsKey("keepInClone") ? [.. Texts(request, "keepInClone").Select(Enum.Parse<ClonePart>)] : null,
            Selection = new()
            {
                Namespaces = Texts(request, "namespaces"),
                Labels = request.Text("labels"),
                Kinds = Texts(request, "kinds"),
                Names = Texts(request, "names"),
                ClusterScoped = request.ContainsKey("clusterScoped") ? request.Flag("clusterScoped") : null,
                AnyLabels = request.ContainsKey("anyLabels") ? Texts(request, "anyLabels") : null,
                Apps = request.ContainsKey("apps") ? Texts(request, "apps") : null,
                Dependencies = request.ContainsKey("dependencies") ? request.Flag("dependencies") : null,
            },
        };

    private static ImmutableSortedDictionary<string, string>? Map(JsonObject request, string name) =>
        request.Object(name)?.ToImmutableSortedDictionary(m => m.Key, m => (string)m.Value!, StringComparer.Ordinal);

    private static ImmutableArray<string> Texts(JsonObject request, string name) => [.. request.Array(name)?.Select(t => (string)t!) ?? []];
}
