using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Clones;

/// <summary>
/// The network policy of an isolated clone: its Pods may ask the cluster's DNS and talk to each other, and nothing else. Its manifest
/// follows from the namespace alone, so that a plan needs only say that it is made.
/// </summary>
public static class ClonePolicy
{
    public const string Name = "holdfast-clone-isolation";
    private const string NodeLocalDns = "169.254.20.10/32";

    /// <summary>53, and what OpenShift's listens on.</summary>
    private static readonly int[] DnsPorts = [53, 5353];

    public static JsonObject Manifest(string ns) =>
        new()
        {
            ["apiVersion"] = "networking.k8s.io/v1",
            ["kind"] = "NetworkPolicy",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["namespace"] = ns,
                ["annotations"] = new JsonObject
                {
                    ["holdfast.dev/isolates-clone"] = "Pods may reach the DNS and each other; delete this once the clone may act outside",
                },
            },
            ["spec"] = new JsonObject
            {
                ["podSelector"] = new JsonObject(),
                ["policyTypes"] = new JsonArray("Egress"),
                ["egress"] = new JsonArray(
                    new JsonObject { ["to"] = new JsonArray(new JsonObject { ["podSelector"] = new JsonObject() }) },
                    new JsonObject
                    {
                        ["to"] = new JsonArray(
                            new JsonObject { ["namespaceSelector"] = new JsonObject() },
                            new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = NodeLocalDns } }
                        ),
                        ["ports"] = new JsonArray([.. DnsPorts.SelectMany(Dns)]),
                    }
                ),
            },
        };

    public static ContentDigest Digest(string ns) => ContentDigest.Of(ManifestJson.Write(Manifest(ns)));

    private static IEnumerable<JsonObject> Dns(int port) =>
        ((string[])["UDP", "TCP"]).Select(protocol => new JsonObject { ["protocol"] = protocol, ["port"] = port });
}
