using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>
/// Cluster-scoped objects that count for others than those that name them: default classes, and roles whose rules are added to other
/// roles.
/// </summary>
internal static class ClassRules
{
    private const string AggregatesTo = "rbac.authorization.k8s.io/aggregate-to-";

    private static readonly Dictionary<string, string[]> Markers = new(StringComparer.Ordinal)
    {
        [KnownTypes.StorageClasses] = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"],
        [KnownTypes.IngressClasses] = ["ingressclass.kubernetes.io/is-default-class"],
        [KnownTypes.VolumeSnapshotClasses] = ["snapshot.storage.kubernetes.io/is-default-class"],
        [KnownTypes.VolumeGroupSnapshotClasses] = ["groupsnapshot.storage.kubernetes.io/is-default-class"],
    };

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "class-without-default",
            [.. Markers.Keys, KnownTypes.PriorityClasses, KnownTypes.ClusterRoles],
            "what comes only because a selected object needs it changes nothing for others: it comes without the marker of a default "
                + "class, without globalDefault, and without the labels that add its rules to other roles. A selected class beside a "
                + "live default one keeps its marker, but for a PriorityClass: a second globalDefault is refused",
            s => Withdraw(s)
        ),
    ];

    /// <summary>Objects that name no class get this one.</summary>
    public static bool IsDefault(string groupResource, JsonObject manifest)
    {
        if (groupResource == KnownTypes.PriorityClasses)
            return manifest.Flag("globalDefault");
        var annotations = manifest.Object("metadata").Object("annotations");
        return Markers.TryGetValue(groupResource, out var markers) && markers.Any(m => annotations.Text(m) == "true");
    }

    /// <summary>It counts for others than those that name it.</summary>
    public static bool CountsForAll(string groupResource, JsonObject manifest) =>
        IsDefault(groupResource, manifest) || (groupResource == KnownTypes.ClusterRoles && Aggregations(manifest).Any());

    /// <summary>The API server takes one default of the type only.</summary>
    public static bool IsSingle(string groupResource) => groupResource == KnownTypes.PriorityClasses;

    private static void Withdraw(RuleSubject subject)
    {
        if (!subject.Context.WithoutDefault || !CountsForAll(subject.Type, subject.Manifest))
            return;
        if (subject.Type == KnownTypes.PriorityClasses)
            subject.Manifest.Remove("globalDefault");
        else if (subject.Type == KnownTypes.ClusterRoles)
            foreach (var label in Aggregations(subject.Manifest).ToList())
                subject.Metadata.Object("labels")!.Remove(label);
        else
            subject.RemoveAnnotations(Markers[subject.Type].Contains);
    }

    private static IEnumerable<string> Aggregations(JsonObject role) =>
        (role.Object("metadata").Object("labels") ?? [])
            .Where(l => l.Key.StartsWith(AggregatesTo, StringComparison.Ordinal))
            .Select(l => l.Key);
}
