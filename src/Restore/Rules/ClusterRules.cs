using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>Namespaces, CRDs, admission, and what a restore does to running operators.</summary>
internal static class ClusterRules
{
    private static readonly string[] Webhooks = [KnownTypes.ValidatingWebhookConfigurations, KnownTypes.MutatingWebhookConfigurations];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove("namespace-finalizers", [KnownTypes.Namespaces], "spec.finalizers is the server's", DropNamespaceFinalizers),
        Rule.Change(
            "crd-not-structural",
            [KnownTypes.CustomResourceDefinitions],
            "v1 refuses a schema that isn't structural: the definition comes back with one that allows everything",
            AllowEverything
        ),
        Rule.Change(
            "crd-preserve-unknown",
            [KnownTypes.CustomResourceDefinitions],
            "v1 refuses preserveUnknownFields: true; the schemas say x-kubernetes-preserve-unknown-fields instead",
            PreserveInSchemas
        ),
        Rule.Remove(
            "crd-status",
            [KnownTypes.CustomResourceDefinitions],
            "the server sets accepted names and stored versions itself",
            s => s.Manifest.Remove("status")
        ),
        Rule.Remove(
            "apiservice-status",
            [KnownTypes.ApiServices],
            "the server finds out again whether it is available",
            s => s.Manifest.Remove("status")
        ),
        Rule.Change(
            "webhook-side-effects",
            [.. Webhooks],
            "v1 takes only None and NoneOnDryRun: anything else becomes NoneOnDryRun",
            NameSideEffects
        ),
        Rule.Change(
            "quiesced",
            [KnownTypes.Deployments, KnownTypes.StatefulSets],
            "an operator that was asked to wait comes back with zero replicas, and gets its own once everything else is in",
            Quiesce
        ),
    ];

    /// <summary>The server's own verdict on the schemas of a definition, which it accepted as v1beta1.</summary>
    public static bool IsNonStructural(JsonObject? status) =>
        status.Objects("conditions").Any(c => c.Text("type") == "NonStructuralSchema" && c.Text("status") == "True");

    private static void DropNamespaceFinalizers(RuleSubject subject)
    {
        if (subject.Spec?.Remove("finalizers") == true && subject.Spec is { Count: 0 })
            subject.Manifest.Remove("spec");
    }

    private static void AllowEverything(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || !IsNonStructural(subject.Status))
            return;
        spec["preserveUnknownFields"] = false;
        foreach (var version in spec.Objects("versions"))
        {
            var everything = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
            version["schema"] = new JsonObject { ["openAPIV3Schema"] = everything };
        }
        subject.Warn(
            $"its schema isn't structural, which v1 refuses: it is restored with one that allows everything, so nothing checks its objects"
        );
    }

    private static void PreserveInSchemas(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || !spec.Flag("preserveUnknownFields"))
            return;
        spec["preserveUnknownFields"] = false;
        foreach (var version in spec.Objects("versions"))
        {
            var schema = version.Ensure("schema").Ensure("openAPIV3Schema");
            schema.TryAdd("type", "object");
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }
    }

    private static void NameSideEffects(RuleSubject subject)
    {
        if (!string.Equals(subject.Manifest.Text("apiVersion"), "admissionregistration.k8s.io/v1", StringComparison.Ordinal))
            return;
        foreach (var webhook in subject.Manifest.Objects("webhooks"))
        {
            if (webhook.Text("sideEffects") is "None" or "NoneOnDryRun")
                continue;
            webhook["sideEffects"] = "NoneOnDryRun";
            subject.Warn($"webhook {webhook.Text("name")} is taken to have no side effects on dry runs");
        }
    }

    private static void Quiesce(RuleSubject subject)
    {
        if (subject.Namespace is null || !subject.Request.Quiesce.Contains(subject.Namespace) || subject.Spec is not { } spec)
            return;
        var replicas = spec.Number("replicas") ?? 1;
        if (replicas == 0)
            return;
        subject.Replicas = replicas;
        spec["replicas"] = 0;
    }
}
