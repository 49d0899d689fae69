using System.Collections.Immutable;

namespace Holdfast.Simulator.Types;

/// <summary>
/// Which versions of the built-in types a release of Kubernetes prefers, where that differs between releases: the ones that a capture
/// reads. Each type is served at one version. Not generated: a real server of the release has more.
/// </summary>
public sealed class SimulatedRelease
{
    private static readonly ImmutableArray<SimulatedRelease> All =
    [
        new(
            "1.20",
            ("horizontalpodautoscalers.autoscaling", "v1"),
            ("cronjobs.batch", "v1beta1"),
            ("endpointslices.discovery.k8s.io", "v1beta1"),
            ("poddisruptionbudgets.policy", "v1beta1"),
            ("podsecuritypolicies.policy", "v1beta1"),
            ("flowschemas.flowcontrol.apiserver.k8s.io", "v1beta1"),
            ("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "v1beta1"),
            ("validatingadmissionpolicies.admissionregistration.k8s.io", null),
            ("validatingadmissionpolicybindings.admissionregistration.k8s.io", null)
        ),
        new(
            "1.25",
            ("flowschemas.flowcontrol.apiserver.k8s.io", "v1beta2"),
            ("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "v1beta2"),
            ("validatingadmissionpolicies.admissionregistration.k8s.io", null),
            ("validatingadmissionpolicybindings.admissionregistration.k8s.io", null)
        ),
        new("1.32", ("flowschemas.flowcontrol.apiserver.k8s.io", "v1"), ("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "v1")),
        new(
            "1.36",
            ("flowschemas.flowcontrol.apiserver.k8s.io", "v1"),
            ("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "v1"),
            ("resourceclaims.resource.k8s.io", "v1")
        ),
    ];

    private SimulatedRelease(string name, params (string GroupResource, string? Version)[] versions)
    {
        Name = name;
        Versions = versions.ToImmutableDictionary(v => v.GroupResource, v => v.Version, StringComparer.Ordinal);
    }

    /// <summary><c>1.20</c>.</summary>
    public string Name { get; }

    /// <summary>By group-resource; null: not served. What isn't here, is served as by a current server.</summary>
    public ImmutableDictionary<string, string?> Versions { get; }

    /// <summary>The version that <c>/version</c> reports.</summary>
    public string ServerVersion => $"v{Name}.0+holdfast-simulator";

    public static IEnumerable<string> Names => All.Select(r => r.Name);

    /// <exception cref="ArgumentException">It isn't among <see cref="Names"/>.</exception>
    public static SimulatedRelease Of(string name) =>
        All.FirstOrDefault(r => r.Name == name)
        ?? throw new ArgumentException($"release {name} isn't simulated: choose of {string.Join(", ", Names)}", nameof(name));
}
