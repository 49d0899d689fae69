using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Capture.Changes;

/// <summary>What counts of an object: a name for it, and what must not change unseen. Pure; values of Secrets stand as digests.</summary>
internal static class ObjectMarks
{
    public static readonly string[] Bindings = [KnownTypes.ClusterRoleBindings];
    public static readonly string[] Webhooks = [KnownTypes.MutatingWebhookConfigurations, KnownTypes.ValidatingWebhookConfigurations];
    public static readonly string[] Workloads =
    [
        KnownTypes.DaemonSets,
        KnownTypes.Deployments,
        KnownTypes.StatefulSets,
        KnownTypes.CronJobs,
    ];
    public static readonly string[] Secrets = [KnownTypes.Secrets];

    /// <summary>The subjects of a binding to <c>cluster-admin</c>.</summary>
    public static IEnumerable<(string Name, string Value)> OfBinding(Segment segment, JsonObject binding)
    {
        if (binding.Object("roleRef").Text("name") != "cluster-admin")
            return [];
        var name = NameOf(binding);
        return binding
            .Objects("subjects")
            .Select(s => $"{s.Text("kind")} {(s.Text("namespace") is { } ns ? $"{ns}/" : "")}{s.Text("name")} by {name}")
            .Select(subject => (subject, ""));
    }

    /// <summary>The webhooks of a configuration, with the addresses that they call.</summary>
    public static IEnumerable<(string Name, string Value)> OfWebhooks(Segment segment, JsonObject configuration) =>
        configuration.Objects("webhooks").Select(w => ($"{NameOf(configuration)}/{w.Text("name")}", AddressOf(w.Object("clientConfig"))));

    /// <summary>A workload whose pods are privileged; nothing of another.</summary>
    public static IEnumerable<(string Name, string Value)> OfWorkload(Segment segment, JsonObject workload) =>
        IsPrivileged(PodOf(segment.Resource, workload)) ? [($"{segment.Resource}/{NameOf(workload)} in {segment.Namespace}", "")] : [];

    public static IEnumerable<(string Name, string Value)> OfSecret(Segment segment, JsonObject secret)
    {
        var data = secret["data"] is { } node ? ManifestJson.Write(node) : [];
        return [($"{segment.Namespace}/{NameOf(secret)}", ContentDigest.Of(data).ToString())];
    }

    private static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    private static string AddressOf(JsonObject? client) =>
        client.Object("service") is { } service
            ? $"{service.Text("namespace")}/{service.Text("name")}{service.Text("path")}"
            : client.Text("url") ?? "";

    private static JsonObject? PodOf(string resource, JsonObject workload)
    {
        var spec = workload.Object("spec");
        return (resource == KnownTypes.CronJobs ? spec.Object("jobTemplate").Object("spec") : spec).Object("template").Object("spec");
    }

    private static bool IsPrivileged(JsonObject? pod) =>
        pod.Flag("hostPID")
        || pod.Flag("hostIPC")
        || pod.Flag("hostNetwork")
        || pod.Objects("containers")
            .Concat(pod.Objects("initContainers"))
            .Any(container => container.Object("securityContext").Flag("privileged"));
}
