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
    [.. PodSpecs.TypesByPath.Select(place => (place.ToArray(), Below(place.Key)))];

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
