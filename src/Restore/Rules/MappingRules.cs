using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Rules;

/// <summary>What the target calls otherwise: registries, hosts, priority classes, resources outside. Node labels have rules of their
/// own.</summary>
internal static class MappingRules
{
    private static readonly string[] ContainerLists = ["initContainers", "containers", "ephemeralContainers"];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "registry-mapped",
            PodSpecs.Types,
            "--map-registry: images come from another registry or path, with the tag and digest that they have",
            MapImages
        ),
        Rule.Keep(
            "registry-mapped-pull-secrets",
            [.. PodSpecs.Types, KnownTypes.ServiceAccounts],
            "image pull secrets stay as they are where registries are mapped, and the plan says for which objects: they are for the old "
                + "registry",
            KeepPullSecrets
        ),
        Rule.Change(
            "host-mapped",
            HostPlaces.Types,
            "--map-host: ingresses, gateways, routes, certificates and names that external-dns makes are for another host",
            MapHosts
        ),
        .. NodeRules.Rows,
        Rule.Change(
            "priority-class-mapped",
            PodSpecs.Types,
            "--map-priority-class: Pods, and what makes them, have another priority class",
            MapPriority
        ),
        Rule.Change(
            "external-id-mapped",
            ["*"],
            "--map-external-id: whole values by which drivers, operators and cloud controllers know something outside are replaced, where "
                + "they are known to have them",
            MapExternalIds
        ),
    ];

    private static void MapImages(RuleSubject subject)
    {
        if (PodSpecs.Of(subject.Type, subject.Manifest) is not { } spec)
            return;
        foreach (var container in ContainerLists.SelectMany(list => spec.Objects(list)))
            Map(container, "image");
        foreach (var volume in spec.Objects("volumes"))
            if (volume.Object("image") is { } image)
                Map(image, "reference");

        void Map(JsonObject holder, string field)
        {
            if (holder.Text(field) is not { } image || subject.Context.Mappings.Registries.Map(image) is not { } mapped)
                return;
            holder[field] = mapped.Image;
            subject.Use(mapped.By);
        }
    }

    /// <summary>Comes after the images are mapped.</summary>
    private static void KeepPullSecrets(RuleSubject subject)
    {
        var isAccount = subject.Type == KnownTypes.ServiceAccounts;
        var holder = isAccount ? subject.Manifest : PodSpecs.Of(subject.Type, subject.Manifest);
        if (holder.Array("imagePullSecrets") is not { Count: > 0 })
            return;
        var isMoved = isAccount
            ? subject.Context.Mappings.All.Any(m => m.Kind == MappingKind.Registry)
            : subject.Mapped.Any(m => m.Kind == MappingKind.Registry && RegistryMap.HostOf(m.Old) != RegistryMap.HostOf(m.New));
        if (isMoved)
            subject.Warn($"its image pull secrets stay as they are: see that they are for the registries that --map-registry names");
    }

    private static void MapHosts(RuleSubject subject) =>
        HostPlaces.Edit(
            subject.Type,
            subject.Manifest,
            host =>
            {
                if (host is null || subject.Context.Mappings.Hosts.Map(host) is not { } mapped)
                    return host ?? "";
                subject.Use(mapped.By);
                return mapped.Host;
            }
        );

    private static void MapPriority(RuleSubject subject)
    {
        if (
            PodSpecs.Of(subject.Type, subject.Manifest) is not { } spec
            || spec.Text("priorityClassName") is not { } captured
            || subject.Context.Mappings.PriorityClass(captured) is not { } use
        )
            return;
        spec["priorityClassName"] = use.New;
        spec.Remove("priority");
        subject.Use(use);
    }

    private static void MapExternalIds(RuleSubject subject)
    {
        if (!subject.Context.Mappings.HasExternalIds)
            return;
        foreach (var use in ExternalIdPlaces.Map(subject.Context.Mappings, subject.Context.Type, subject.Manifest))
            subject.Use(use);
    }
}
