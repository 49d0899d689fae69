using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>What a Service asked for, told from what it was given.</summary>
internal static class ServiceRules
{
    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove(
            "service-cluster-ip", ["services"],
            "the API server gives addresses from the target's own range; a headless Service stays headless",
            DropClusterIp),
        Rule.Remove(
            "service-node-ports", ["services"],
            "a node port that nobody chose may be taken; those that a user set (last-applied-configuration, managedFields) stay, all with --keep-node-ports",
            DropNodePorts),
        Rule.Remove(
            "service-load-balancer-status", ["services"],
            "the load balancer of the source isn't this Service's",
            s => s.Status?.Remove("loadBalancer")),
        Rule.Keep("service-load-balancer-ip", ["services"], "loadBalancerIP is a wish of the user's, and stays"),
    ];

    private static void DropClusterIp(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || spec.Text("clusterIP") == "None")
            return;
        spec.Remove("clusterIP");
        spec.Remove("clusterIPs");
    }

    private static void DropNodePorts(RuleSubject subject)
    {
        if (subject.Request.KeepNodePorts || subject.Spec is not { } spec)
            return;
        var given = spec.ContainsKey("healthCheckNodePort") || spec.Objects("ports").Any(p => p.ContainsKey("nodePort"));
        if (!given)
            return;
        var chosen = new ChosenPorts(subject.Metadata);
        var dropped = false;
        foreach (var port in spec.Objects("ports"))
            if (port.ContainsKey("nodePort") && !chosen.NodePort(port))
                dropped |= port.Remove("nodePort");
        if (spec.ContainsKey("healthCheckNodePort") && !chosen.HealthCheck)
            dropped |= spec.Remove("healthCheckNodePort");
        if (dropped)
            subject.Warn("gets other node ports than it had; --keep-node-ports keeps them");
    }

    /// <summary>The ports that a user wrote, by the two records that the API server keeps of it.</summary>
    private sealed class ChosenPorts
    {
        private readonly JsonObject? applied;
        private readonly List<JsonObject> owned = [];

        public ChosenPorts(JsonObject metadata)
        {
            applied = ReadLastApplied(metadata.Object("annotations").Text(LastApplied)).Object("spec");
            foreach (var entry in metadata.Objects("managedFields"))
                if (entry.Object("fieldsV1").Object("f:spec") is { } fields)
                    owned.Add(fields);
        }

        public bool HealthCheck => applied?.ContainsKey("healthCheckNodePort") == true || owned.Exists(f => f.ContainsKey("f:healthCheckNodePort"));

        public bool NodePort(JsonObject port)
        {
            var protocol = port.Text("protocol") ?? "TCP";
            if (applied.Objects("ports").Any(p => p.ContainsKey("nodePort") && p.Number("port") == port.Number("port") && (p.Text("protocol") ?? "TCP") == protocol))
                return true;
            var key = $"k:{{\"port\":{port.Number("port")},\"protocol\":\"{protocol}\"}}";
            return owned.Exists(f => f.Object("f:ports").Object(key)?.ContainsKey("f:nodePort") == true);
        }

        private static JsonObject? ReadLastApplied(string? text)
        {
            if (text is null)
                return null;
            try
            {
                return JsonNode.Parse(text) as JsonObject;
            }
            catch (JsonException)
            {
                // A hand-edited annotation: it proves nothing about the ports.
                return null;
            }
        }
    }
}
