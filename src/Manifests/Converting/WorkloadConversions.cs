using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>
/// Workloads of <c>extensions</c> and of the betas of <c>apps</c>. Each old version had defaults of its own: where an object doesn't say,
/// the old version's default is written down, so that it runs as it did.
/// </summary>
internal static class WorkloadConversions
{
    private const string Extensions = "extensions/v1beta1";
    private const string Beta1 = "apps/v1beta1";
    private const string Beta2 = "apps/v1beta2";
    private const string Source = "kubernetes 1.15: pkg/apis/{extensions/v1beta1,apps/v1beta1,apps/v1beta2}/{defaults,conversion}.go";
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Reshape(
            "deployments",
            ["Deployment"],
            [Extensions, Beta1, Beta2],
            "apps/v1",
            "the selector, where missing, is the template's labels; the old version's defaults become explicit (of extensions: maxSurge "
                + "and maxUnavailable 1, no deadline, all revisions kept); rollbackTo is dropped",
            Source,
            Deployment
        ),
        Conversion.Reshape(
            "daemon-sets",
            ["DaemonSet"],
            [Extensions, Beta2],
            "apps/v1",
            "the selector, where missing, is the template's labels; the old version's defaults become explicit (of extensions: "
                + "updateStrategy OnDelete); templateGeneration becomes an annotation",
            Source,
            DaemonSet
        ),
        Conversion.Reshape(
            "replica-sets",
            ["ReplicaSet"],
            [Extensions, Beta2],
            "apps/v1",
            "the selector, where missing, is the template's labels",
            Source,
            ReplicaSet
        ),
        Conversion.Reshape(
            "stateful-sets",
            ["StatefulSet"],
            [Beta1, Beta2],
            "apps/v1",
            "the selector, where missing, is the template's labels; the old version's defaults become explicit (of apps/v1beta1: "
                + "updateStrategy OnDelete)",
            Source,
            StatefulSet
        ),
        Conversion.Same("controller-revisions", ["ControllerRevision"], Source, "apps/v1", Beta2, Beta1),
    ];

    private static void Deployment(ConvertedManifest subject)
    {
        if (Selected(subject) is not { } spec)
            return;
        var isOldest = subject.From == Extensions;
        spec.TryAdd("replicas", 1);
        spec.TryAdd(
            "revisionHistoryLimit",
            isOldest ? int.MaxValue
                : subject.From == Beta1 ? 2
                : 10
        );
        spec.TryAdd("progressDeadlineSeconds", isOldest ? int.MaxValue : 600);
        var strategy = spec.Ensure("strategy");
        strategy.TryAdd("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var update = strategy.Ensure("rollingUpdate");
            foreach (var bound in (ReadOnlySpan<string>)["maxUnavailable", "maxSurge"])
                update.TryAdd(bound, isOldest ? JsonValue.Create(1) : JsonValue.Create("25%"));
        }
        if (spec.Remove("rollbackTo"))
            subject.Note($"a rollback that was under way (spec.rollbackTo) isn't taken up again: apps/v1 has none");
    }

    private static void DaemonSet(ConvertedManifest subject)
    {
        if (Selected(subject) is not { } spec)
            return;
        spec.TryAdd("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("updateStrategy");
        strategy.TryAdd("type", subject.From == Extensions ? "OnDelete" : "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
            strategy.Ensure("rollingUpdate").TryAdd("maxUnavailable", 1);
        if (spec.Take("templateGeneration") is { } generation)
            subject.Manifest.Ensure("metadata").Ensure("annotations").TryAdd(TemplateGeneration, generation.ToString());
    }

    private static void ReplicaSet(ConvertedManifest subject) => Selected(subject)?.TryAdd("replicas", 1);

    private static void StatefulSet(ConvertedManifest subject)
    {
        if (Selected(subject) is not { } spec)
            return;
        spec.TryAdd("replicas", 1);
        spec.TryAdd("podManagementPolicy", "OrderedReady");
        spec.TryAdd("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("updateStrategy");
        strategy.TryAdd("type", subject.From == Beta1 ? "OnDelete" : "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
            strategy.Ensure("rollingUpdate").TryAdd("partition", 0);
    }

    /// <summary>The spec, with the selector that apps/v1 asks for; null: there is none to give.</summary>
    private static JsonObject? Selected(ConvertedManifest subject)
    {
        if (subject.Spec is not { } spec || spec.Object("selector") is not null)
            return subject.Spec;
        if (spec.Object("template").Object("metadata").Object("labels") is not { Count: > 0 } labels)
        {
            subject.Refuse("it has no selector, and its template has no labels to make one of, which apps/v1 asks for");
            return null;
        }
        spec["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() };
        return spec;
    }
}
