using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Clones;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Rules;

/// <summary>
/// A namespace that comes back under another name in its own cluster, beside its source: a clone, which must not act in the source's place.
/// </summary>
internal static class CloneRules
{
    private const string UnmappedHosts = "clone-hosts-unmapped";
    private const string UnknownHosts = "clone-hosts-unknown";
    private const string OtherPolicies = "clone-egress-policies";

    /// <summary>Fields of a Service that only one with an address outside may have, or that give it one.</summary>
    private static readonly string[] OutsideFields =
    [
        "loadBalancerIP",
        "loadBalancerClass",
        "loadBalancerSourceRanges",
        "allocateLoadBalancerNodePorts",
        "externalTrafficPolicy",
        "healthCheckNodePort",
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Skip(
            "clone-cluster-wide",
            [KnownTypes.ValidatingWebhookConfigurations, KnownTypes.MutatingWebhookConfigurations, KnownTypes.ApiServices],
            "isolated clone: it would serve the whole cluster from the clone, where the source does",
            s => s.Context.Isolation is not null && NamespaceReferences.Refers(s.Request.NamespaceMapping!, s.Type, s.Manifest)
        ),
        Rule.Skip(
            UnmappedHosts,
            [.. HostPlaces.Types, KnownTypes.TcpRoutes, KnownTypes.UdpRoutes],
            "isolated clone: none of its hosts is mapped, and it would take the source's requests; --map-host gives it a host of its own, "
                + "--clone-keep hosts leaves it the source's",
            TakesTheSources
        ),
        Rule.Skip(
            UnknownHosts,
            [
                KnownTypes.HttpProxies,
                KnownTypes.IstioGateways,
                KnownTypes.IstioVirtualServices,
                KnownTypes.TraefikIngressRoutes,
                KnownTypes.TraefikTcpIngressRoutes,
            ],
            "isolated clone: it may take the source's requests, and its hosts can't be mapped; --clone-keep hosts restores it, as it is or "
                + "as a transform changes it",
            s => s.IsIsolated(ClonePart.Hosts)
        ),
        Rule.Remove(
            "clone-hosts",
            HostPlaces.Types,
            "isolated clone: hosts that no --map-host names, and rules for every host, are the source's; --clone-keep hosts keeps them",
            DropHosts
        ),
        Rule.Change(
            "clone-jobs",
            [KnownTypes.CronJobs, KnownTypes.Jobs],
            "isolated clone: it is suspended, so that nothing is done twice; --clone-keep jobs lets it run",
            Suspend
        ),
        Rule.Change(
            "clone-load-balancers",
            [KnownTypes.Services, KnownTypes.Gateways],
            "isolated clone: a LoadBalancer becomes a ClusterIP, and addresses and node ports that were chosen stay with the source; "
                + "--clone-keep load-balancers keeps them",
            StayInside
        ),
        Rule.Skip(
            "clone-policy-again",
            [KnownTypes.NetworkPolicies],
            "isolated clone: it is the policy of an earlier clone, and this one gets its own",
            s => s.IsIsolated(ClonePart.Egress) && s.Name == ClonePolicy.Name
        ),
        Rule.Skip(
            OtherPolicies,
            [KnownTypes.CiliumNetworkPolicies, KnownTypes.CalicoNetworkPolicies, KnownTypes.CalicoApiNetworkPolicies],
            "isolated clone: it may allow what the isolation denies; --clone-keep egress restores it",
            s => s.IsIsolated(ClonePart.Egress)
        ),
        Rule.Remove(
            "clone-egress",
            [KnownTypes.NetworkPolicies],
            "isolated clone: policies add up, and what one allows to leave the namespace, another can't deny; --clone-keep egress keeps "
                + "their rules",
            DropEgress
        ),
        Rule.Keep(
            "clone-policy",
            [KnownTypes.NetworkPolicies],
            $"isolated clone: {ClonePolicy.Name}, which the restore makes in each namespace, lets Pods reach only the DNS and each other; "
                + "--clone-keep egress does without it"
        ),
    ];

    /// <summary>What a rule that skips isolates; null: it does something else.</summary>
    public static ClonePart? PartOf(string rule) =>
        rule switch
        {
            UnmappedHosts or UnknownHosts => ClonePart.Hosts,
            OtherPolicies => ClonePart.Egress,
            _ => null,
        };

    private static bool TakesTheSources(RuleSubject subject)
    {
        if (!subject.IsIsolated(ClonePart.Hosts))
            return false;
        if (IsRoute(subject.Type) && subject.Spec.Array("hostnames") is not { Count: > 0 })
            return subject.Spec.Objects("parentRefs").Any(parent => IsElsewhere(subject, parent));
        var copy = (JsonObject)subject.Manifest.DeepClone();
        HostPlaces.Edit(subject.Type, copy, host => Left(subject, host));
        return HostPlaces.HasAny(subject.Type, subject.Manifest) && !HostPlaces.HasAny(subject.Type, copy);
    }

    private static bool IsRoute(string type) =>
        type is KnownTypes.HttpRoutes or KnownTypes.GrpcRoutes or KnownTypes.TlsRoutes or KnownTypes.TcpRoutes or KnownTypes.UdpRoutes;

    /// <summary>A gateway that isn't cloned: without hosts of its own, a route takes all of its.</summary>
    private static bool IsElsewhere(RuleSubject subject, JsonObject parent) =>
        parent.Text("kind") != "Service"
        && parent.Text("namespace") is { } ns
        && NamespaceMap.Of(subject.Request.NamespaceMapping, ns) == ns;

    private static string? Left(RuleSubject subject, string? host) =>
        host is not null && (HostMap.IsOfCluster(host) || subject.Context.Mappings.Hosts.Map(host) is not null) ? host : null;

    private static void DropHosts(RuleSubject subject)
    {
        if (!subject.IsIsolated(ClonePart.Hosts))
            return;
        var dropped = new SortedSet<string>(StringComparer.Ordinal);
        HostPlaces.Edit(
            subject.Type,
            subject.Manifest,
            host =>
            {
                if (Left(subject, host) is { } left)
                    return left;
                dropped.Add(host ?? "every host");
                return null;
            }
        );
        if (dropped.Count > 0)
            subject.Isolate(ClonePart.Hosts, $"without {string.Join(", ", dropped)}");
    }

    private static void Suspend(RuleSubject subject)
    {
        if (!subject.IsIsolated(ClonePart.Jobs) || subject.Spec.Flag("suspend"))
            return;
        subject.Manifest.Ensure("spec")["suspend"] = true;
        subject.Isolate(ClonePart.Jobs, "suspended");
    }

    private static void StayInside(RuleSubject subject)
    {
        if (!subject.IsIsolated(ClonePart.LoadBalancers) || subject.Spec is not { } spec)
            return;
        if (subject.Type == KnownTypes.Gateways)
        {
            if (spec.Remove("addresses"))
                subject.Isolate(ClonePart.LoadBalancers, "without its addresses");
            return;
        }
        if (spec.Text("type") == "LoadBalancer")
        {
            spec["type"] = "ClusterIP";
            foreach (var field in OutsideFields)
                spec.Remove(field);
            DropNodePorts(spec);
            subject.Isolate(ClonePart.LoadBalancers, "a ClusterIP instead of a LoadBalancer");
        }
        else if (DropNodePorts(spec))
            subject.Isolate(ClonePart.LoadBalancers, "with other node ports");
        if (spec.Remove("externalIPs"))
            subject.Isolate(ClonePart.LoadBalancers, "without externalIPs");
    }

    private static bool DropNodePorts(JsonObject spec)
    {
        var dropped = spec.Remove("healthCheckNodePort");
        foreach (var port in spec.Objects("ports"))
            dropped |= port.Remove("nodePort");
        return dropped;
    }

    /// <summary>The policy still chooses its Pods, which may then do what the policy of the clone lets them.</summary>
    private static void DropEgress(RuleSubject subject)
    {
        if (!subject.IsIsolated(ClonePart.Egress) || subject.Spec?.Remove("egress") != true)
            return;
        subject.Isolate(ClonePart.Egress, "without its egress rules");
    }
}
