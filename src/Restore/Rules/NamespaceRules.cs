using System.Collections.Immutable;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Rules;

/// <summary>With <c>--map-namespace</c>, namespaces come back under other names, and what refers to them follows.</summary>
internal static class NamespaceRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "namespace-mapped",
            ["*"],
            "--map-namespace: an object comes back in the namespace that stands for its own",
            s => Map(s, s.Metadata, "namespace")
        ),
        Rule.Change(
            "namespace-mapped-name",
            [KnownTypes.Namespaces],
            "--map-namespace: the namespace comes back under its new name, which its label kubernetes.io/metadata.name repeats",
            Rename
        ),
        Rule.Change(
            "namespace-mapped-name-taken",
            [KnownTypes.PersistentVolumes, KnownTypes.ClusterRoleBindings],
            "a volume or a cluster role binding of a mapped namespace, whose name another object of the target has, comes back with the "
                + "namespace added to its name: the source keeps its own",
            s => s.Metadata["name"] = s.Context.TargetName ?? s.Name
        ),
        Row(
            "namespace-mapped-subjects",
            NamespaceReferences.Subjects,
            "rights follow the accounts of a mapped namespace, and its groups of accounts"
        ),
        Row(
            "namespace-mapped-services",
            NamespaceReferences.Services,
            "webhooks, aggregated APIs, conversions and external names follow the Services of a mapped namespace"
        ),
        Row(
            "namespace-mapped-storage",
            NamespaceReferences.Storage,
            "volumes, snapshot contents and storage drivers follow the claims, snapshots and Secrets of a mapped namespace"
        ),
        Row(
            "namespace-mapped-selectors",
            NamespaceReferences.Selectors,
            "network and admission policies, affinities and monitors that choose a mapped namespace by its name choose the new one"
        ),
        Row(
            "namespace-mapped-routes",
            NamespaceReferences.Routes,
            "gateways, routes, grants and classes follow what they refer to in a mapped namespace"
        ),
        Row(
            "namespace-mapped-objects",
            NamespaceReferences.Objects,
            "parameters of admission policies and targets of endpoints follow their objects in a mapped namespace"
        ),
        Row(
            "namespace-mapped-annotations",
            NamespaceReferences.Annotations,
            "annotations of Helm, cert-manager and ingress-nginx that name a mapped namespace name the new one; "
                + "other programs' aren't known"
        ),
        Rule.Keep(
            "namespace-mapped-texts",
            ["*"],
            "other texts that seem to name a mapped namespace (environment variables, arguments, configuration, custom resources) stay as "
                + "they are, and the plan lists them. The data of Secrets isn't looked at"
        ),
    ];

    private static Rule Row(string id, ReferenceGroup references, string reason) =>
        Rule.Change(id, references.Types, reason, s => references.Map(s.Request.NamespaceMapping, s.Type, s.Manifest));

    private static void Map(RuleSubject subject, System.Text.Json.Nodes.JsonObject holder, string field)
    {
        if (subject.Request.NamespaceMapping is { } map && holder.Text(field) is { } captured && map.TryGetValue(captured, out var mapped))
            holder[field] = mapped;
    }

    private static void Rename(RuleSubject subject)
    {
        Map(subject, subject.Metadata, "name");
        if (subject.Metadata.Object("labels") is { } labels)
            Map(subject, labels, ReferenceEdits.NameLabel);
    }
}
