using Holdfast.Manifests;
using static Holdfast.Restore.Mapping.NamespaceReference;

namespace Holdfast.Restore.Mapping;

/// <summary>The namespaces in which a Pod looks for Pods to be near to or far from, in Pods and in what makes them.</summary>
internal static class PodAffinity
{
    private static readonly string[] Rules =
    [
        "podAffinity/requiredDuringSchedulingIgnoredDuringExecution/*",
        "podAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/podAffinityTerm",
        "podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/*",
        "podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/*/podAffinityTerm",
    ];

    public static (string[] Types, NamespaceReference[] References)[] Fields { get; } =
    [
        ([KnownTypes.Pods], Below("/spec")),
        ([KnownTypes.PodTemplates], Below("/template/spec")),
        ([KnownTypes.CronJobs], Below("/spec/jobTemplate/spec/template/spec")),
        (
            [
                KnownTypes.Deployments,
                KnownTypes.DaemonSets,
                KnownTypes.Jobs,
                KnownTypes.ReplicaSets,
                KnownTypes.ReplicationControllers,
                KnownTypes.StatefulSets,
            ],
            Below("/spec/template/spec")
        ),
    ];

    private static NamespaceReference[] Below(string podSpec) =>
        [
            .. Rules.SelectMany(rule =>
                new[]
                {
                    At($"{podSpec}/affinity/{rule}/namespaces", ReferenceForm.Names),
                    At($"{podSpec}/affinity/{rule}/namespaceSelector", ReferenceForm.Selector),
                }
            ),
        ];
}
