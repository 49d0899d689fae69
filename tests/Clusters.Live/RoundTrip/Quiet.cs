using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>Whether controllers have settled for the objects of a point.</summary>
internal static class Quiet
{
    private static readonly string[] Namespaces = ["shop", "platform"];

    /// <summary>What is still missing.</summary>
    public static IReadOnlyList<string> Remaining(PointContent content)
    {
        var missing = content
            .Raw.Where(o => !IsDone(o.Key[..o.Key.IndexOf(' ')], o.Value))
            .Select(o => $"{o.Key}: {o.Value.Object("status")?.ToJsonString()}")
            .ToList();
        var expected = Namespaces
            .SelectMany(ns => (string[])[$"serviceaccounts {ns}/default", $"configmaps {ns}/kube-root-ca.crt"])
            .Concat(["controllerrevisions.apps shop/", "controllerrevisions.apps platform/", "pods shop/db-1"]);
        // From 1.33 on endpoints say that the controller made them, and captures leave them out.
        if (!TestKit.Clusters.KubernetesVersion.IsAtLeast(content.ServerVersion, 33))
            expected = expected.Concat(["endpoints shop/web", "endpoints shop/headless"]);
        missing.AddRange(expected.Where(start => !content.Raw.Keys.Any(k => k.StartsWith(start, StringComparison.Ordinal))));
        return missing;
    }

    private static bool IsDone(string resource, JsonObject manifest)
    {
        var (spec, status) = (manifest.Object("spec"), manifest.Object("status"));
        var name = manifest.Object("metadata").Text("name");
        return resource switch
        {
            "deployments.apps" or "replicasets.apps" or "statefulsets.apps" or "replicationcontrollers" => (status.Number("replicas") ?? 0)
                == (spec.Number("replicas") ?? 1)
                && status.Number("observedGeneration") == manifest.Object("metadata").Number("generation"),
            "daemonsets.apps" => status.Number("currentNumberScheduled") is { } scheduled
                && scheduled == status.Number("desiredNumberScheduled")
                && status.Number("observedGeneration") is not null,
            "jobs.batch" => status.Number("active") > 0 || status.Objects("conditions").Any(),
            "poddisruptionbudgets.policy" => status.Number("observedGeneration") is not null,
            "resourcequotas" => status.Object("used") is { Count: > 0 },
            "secrets" when manifest.Text("type") == "kubernetes.io/service-account-token" => manifest.Object("data")?.ContainsKey("token")
                == true,
            "persistentvolumeclaims" when name == "archive" => status.Text("phase") == "Bound",
            "clusterroles.rbac.authorization.k8s.io" when manifest.ContainsKey("aggregationRule") && name == "shop-everything" =>
                manifest.Array("rules") is { Count: > 0 },
            _ => true,
        };
    }
}
