using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Rules;

/// <summary>On which nodes Pods may run: labels of nodes and taints that the target calls otherwise.</summary>
internal static class NodeRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    private const string Expressions = "matchExpressions";

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "node-selector-mapped",
            PodSpecs.Types,
            "--map-node-selector: Pods ask for other labels of nodes, in nodeSelector and in node affinity, or for fewer. A term of an "
                + "affinity that would ask for nothing is gone, and with a required one the requirement",
            MapSelectors
        ),
        Rule.Change("toleration-mapped", PodSpecs.Types, "--map-toleration: Pods tolerate other taints, or fewer", MapTolerations),
        Rule.Keep(
            "node-selector-topology",
            [KnownTypes.PersistentVolumes, KnownTypes.StorageClasses, .. PodSpecs.Types],
            "where a volume's disk is, where a storage class makes volumes and by which label Pods are spread stays as it is, whatever is "
                + "mapped; the plan says so of labels that are",
            SayTopology
        ),
    ];

    private static void MapSelectors(RuleSubject subject)
    {
        if (PodSpecs.Of(subject.Type, subject.Manifest) is not { } spec)
            return;
        if (spec.Object("nodeSelector") is { } selector)
            MapSelector(subject, spec, selector);
        if (spec.Object("affinity").Object("nodeAffinity") is not { } affinity)
            return;
        // Terms are alternatives: one that asks for nothing leaves no requirement.
        if (affinity.Object(Required).Objects("nodeSelectorTerms").ToList().FindAll(t => Empties(subject, t)).Count > 0)
            affinity.Remove(Required);
        affinity.RemoveItems(Preferred, p => p.Object("preference") is { } term && Empties(subject, term));
    }

    private static void MapSelector(RuleSubject subject, JsonObject spec, JsonObject selector)
    {
        var labels = subject.Context.Mappings.NodeSelectors;
        foreach (var key in selector.Select(s => s.Key).ToList())
        {
            if (selector.Text(key) is not { } value || labels.Map(key, value) is not { } mapped)
                continue;
            subject.Use(mapped.By);
            selector.Remove(key);
            if (mapped.To is { } to)
                selector[to.Key] = to.Value;
        }
        if (selector.Count == 0)
            spec.Remove("nodeSelector");
    }

    /// <returns>It asked for something, and asks for nothing any more.</returns>
    private static bool Empties(RuleSubject subject, JsonObject term)
    {
        var before = term.Array(Expressions)?.Count ?? 0;
        term.RemoveItems(Expressions, e => IsGone(subject, e));
        return before > 0 && term.Array(Expressions) is null && term.Array("matchFields") is not { Count: > 0 };
    }

    private static bool IsGone(RuleSubject subject, JsonObject expression)
    {
        if (expression.Text("key") is not { } key)
            return false;
        if (expression.Text("operator") is "In" or "NotIn")
            return MapValues(subject, expression, key);
        if (subject.Context.Mappings.NodeSelectors.Map(key, null) is not { } mapped)
            return false;
        subject.Use(mapped.By);
        if (mapped.To is { } to)
            expression["key"] = to.Key;
        return mapped.To is null;
    }

    private static bool MapValues(RuleSubject subject, JsonObject expression, string key)
    {
        var values = expression.Array("values")?.Select(v => (string?)(v as JsonValue)).OfType<string>().ToList() ?? [];
        var mapped = values.ConvertAll(value => subject.Context.Mappings.NodeSelectors.Map(key, value));
        if (mapped.TrueForAll(m => m is null))
            return false;
        var left = values.Zip(mapped, (value, m) => m is null ? new NodeLabel(key, value) : m.Value.To).OfType<NodeLabel>().ToList();
        if (left.Select(l => l.Key).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            subject.Warn($"its node affinity by {key} stays as it is: its values are mapped to labels of several keys");
            return false;
        }
        foreach (var m in mapped)
            if (m is { } used)
                subject.Use(used.By);
        if (left.Count == 0)
            return true;
        expression["key"] = left[0].Key;
        expression["values"] = new JsonArray([
            .. left.Select(l => l.Value).Distinct(StringComparer.Ordinal).Select(v => JsonValue.Create(v)),
        ]);
        return false;
    }

    private static void MapTolerations(RuleSubject subject) =>
        PodSpecs
            .Of(subject.Type, subject.Manifest)
            .RemoveItems(
                "tolerations",
                toleration =>
                {
                    var value = toleration.Text("operator") == "Exists" ? null : toleration.Text("value") ?? "";
                    if (
                        toleration.Text("key") is not { Length: > 0 } key
                        || subject.Context.Mappings.Tolerations.Map(key, value) is not { } mapped
                    )
                        return false;
                    subject.Use(mapped.By);
                    if (mapped.To is not { } to)
                        return true;
                    toleration["key"] = to.Key;
                    if (value is not null)
                        toleration["value"] = to.Value;
                    return false;
                }
            );

    private static void SayTopology(RuleSubject subject)
    {
        var mapped = subject.Context.Mappings.NodeSelectors;
        foreach (var key in Topology(subject).Distinct(StringComparer.Ordinal))
            if (mapped.Has(key))
                subject.Warn($"stays bound to nodes by their label {key}, which --map-node-selector maps for Pods: look whether it should");
    }

    private static IEnumerable<string> Topology(RuleSubject subject) =>
        subject.Type switch
        {
            KnownTypes.PersistentVolumes => subject
                .Spec.Object("nodeAffinity")
                .Object("required")
                .Objects("nodeSelectorTerms")
                .SelectMany(t => t.Objects(Expressions))
                .Select(e => e.Text("key"))
                .OfType<string>(),
            KnownTypes.StorageClasses => subject
                .Manifest.Objects("allowedTopologies")
                .SelectMany(t => t.Objects("matchLabelExpressions"))
                .Select(e => e.Text("key"))
                .OfType<string>(),
            _ => PodSpecs
                .Of(subject.Type, subject.Manifest)
                .Objects("topologySpreadConstraints")
                .Select(c => c.Text("topologyKey"))
                .OfType<string>(),
        };
}
