using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>What a Service asked for, as distinct from what it was given.</summary>
internal static class ServiceRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove(
            "service-cluster-ip",
            [KnownTypes.Services],
            "the API server gives addresses from the target's own range; one that a user chose (last-applied-configuration, "
                + "managedFields) stays "
                + "where it is free in the target. A headless Service stays headless",
            DropClusterIp
        ),
        Rule.Remove(
            "service-node-ports",
            [KnownTypes.Services],
            "a node port that no one chose may be taken; those that a user set (last-applied-configuration, managedFields) stay where "
                + "they are "
                + "free, all with --keep-node-ports",
            DropNodePorts
        ),
        Rule.Change(
            "service-chosen-first",
            [KnownTypes.Services],
            "a Service with a chosen address or port comes a stage before the others: one of them might be given it",
            s => s.Early |= s.Chosen
        ),
        Rule.Remove(
            "service-load-balancer-status",
            [KnownTypes.Services],
            "the load balancer of the source isn't this Service's",
            s => s.Status?.Remove("loadBalancer")
        ),
        Rule.Keep("service-load-balancer-ip", [KnownTypes.Services], "loadBalancerIP is a wish of the user's, and stays"),
    ];

    private static void DropClusterIp(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || spec.Text("clusterIP") == "None")
            return;
        var chosen = new ChosenAddresses(subject.Metadata);
        if (chosen.ClusterIp(spec) is { } ip && Keeps(subject, ip))
        {
            if (!chosen.ClusterIps)
                spec.Remove("clusterIPs");
            return;
        }
        spec.Remove("clusterIP");
        spec.Remove("clusterIPs");
    }

    private static void DropNodePorts(RuleSubject subject)
    {
        if (subject.Spec is not { } spec)
            return;
        var chosen = new ChosenAddresses(subject.Metadata);
        var dropped = false;
        foreach (var port in spec.Objects("ports"))
            dropped |= DropPort(subject, port, "nodePort", chosen.NodePort(port));
        dropped |= DropPort(subject, spec, "healthCheckNodePort", chosen.HealthCheck);
        if (dropped)
            subject.Warn($"gets other node ports than it had; --keep-node-ports keeps them");
    }

    /// <returns>A port that no one chose was dropped.</returns>
    private static bool DropPort(RuleSubject subject, JsonObject holder, string field, bool chosen)
    {
        if (holder.Number(field) is not (> 0 and var number))
            return false;
        var wanted = chosen || subject.Request.KeepNodePorts;
        if (wanted && Keeps(subject, ChosenAddresses.Text(number)))
            return false;
        holder.Remove(field);
        return !wanted;
    }

    private static bool Keeps(RuleSubject subject, string address)
    {
        if (subject.Context.WhyTaken(new(KnownTypes.Services, subject.Namespace, subject.Name), address) is not { } why)
            return subject.Chosen = true;
        subject.Warn(
            $"can't have {address}, which was chosen for it: {why}. It gets another: free {address} first, or give its users the new one"
        );
        return false;
    }
}
