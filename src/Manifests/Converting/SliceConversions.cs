using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>EndpointSlices, whose endpoints had a map of topology labels.</summary>
internal static class SliceConversions
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string Node = "kubernetes.io/hostname";
    private const string Source =
        "kubernetes: pkg/apis/discovery/v1beta1/conversion.go, pkg/registry/discovery/endpointslice/strategy.go (dropTopologyOnV1)";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Reshape(
            "endpoint-slices",
            ["EndpointSlice"],
            ["discovery.k8s.io/v1beta1"],
            "discovery.k8s.io/v1",
            "of an endpoint's topology the zone becomes zone, and the host name becomes nodeName where there is none; other labels are "
                + "dropped, as a server does that takes v1",
            Source,
            ToStable
        ),
        Conversion.Reshape(
            "endpoint-slices-older",
            ["EndpointSlice"],
            ["discovery.k8s.io/v1"],
            "discovery.k8s.io/v1beta1",
            "zone and nodeName become labels of topology",
            Source,
            ToBeta
        ),
    ];

    private static void ToStable(ConvertedManifest subject)
    {
        foreach (var endpoint in subject.Manifest.Objects("endpoints"))
        {
            if (endpoint.Take("topology") is not JsonObject topology)
                continue;
            if (topology.Take(Zone) is { } zone)
                endpoint.TryAdd("zone", zone);
            if (topology.Text(Node) is { } node)
            {
                endpoint.TryAdd("nodeName", node);
                if (endpoint.Text("nodeName") == node)
                    topology.Remove(Node);
            }
            if (topology.Count > 0)
                subject.Note($"its endpoints come back without the topology labels {string.Join(", ", topology.Select(t => t.Key))}");
        }
    }

    private static void ToBeta(ConvertedManifest subject)
    {
        foreach (var endpoint in subject.Manifest.Objects("endpoints"))
        {
            var topology = endpoint.Take("deprecatedTopology") as JsonObject ?? [];
            if (endpoint.Take("zone") is { } zone)
                topology[Zone] = zone;
            if (endpoint.Text("nodeName") is { } node)
                topology.TryAdd(Node, node);
            if (topology.Count > 0)
                endpoint["topology"] = topology;
        }
    }
}
