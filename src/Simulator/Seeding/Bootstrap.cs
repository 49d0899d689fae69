using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;

namespace Holdfast.Simulator.Seeding;

/// <summary>The objects that every cluster has from the start.</summary>
internal static class Bootstrap
{
    private const string Manager = "kube-apiserver";

    public static void Seed(ClusterObjects objects, string? kubeSystemUid)
    {
        foreach (var name in (ReadOnlySpan<string>)["kube-system", "kube-public", "kube-node-lease", "default"])
        {
            var uid = name == "kube-system" ? kubeSystemUid : null;
            objects.Writer.Create(
                objects.Types.Namespaces,
                null,
                new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } },
                new WriteContext(Manager),
                uid
            );
        }
        foreach (var manifest in Manifests)
            objects.Create(JsonNode.Parse(manifest)!.AsObject(), Manager);
    }

    private static readonly string[] Manifests =
    [
        """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default",
              "labels": {"component": "apiserver", "provider": "kubernetes"}},
             "spec": {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
               "sessionAffinity": "None", "type": "ClusterIP"}}
            """,
        """
            {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "kubernetes", "namespace": "default"},
             "subsets": [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}]}]}
            """,
        """
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
             "metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
               "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"}},
             "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, {"nonResourceURLs": ["*"], "verbs": ["*"]}]}
            """,
        """
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
             "metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
               "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"}},
             "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
             "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:masters"}]}
            """,
        """
            {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "system-cluster-critical"},
              "value": 2000000000, "preemptionPolicy": "PreemptLowerPriority"}
            """,
        """
            {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "system-node-critical"},
              "value": 2000001000, "preemptionPolicy": "PreemptLowerPriority"}
            """,
        """
            {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.apps",
              "labels": {"kube-aggregator.kubernetes.io/automanaged": "onstart"}},
             "spec": {"group": "apps", "groupPriorityMinimum": 17800, "version": "v1", "versionPriority": 15}}
            """,
    ];
}
