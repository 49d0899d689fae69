using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// The types of <c>snapshot.storage.k8s.io/v1</c>. Names, scopes, fields and status subresources are those of external-snapshotter v8.6.0
/// (client/config/crd/snapshot.storage.k8s.io_*.yaml); left out are its printer columns, its CEL rules (servers before 1.25 don't check
/// any) and v1beta1, which isn't served there either. The simulator doesn't prune or validate by these schemas.
/// </summary>
public static class SnapshotDefinitions
{
    public const string Group = "snapshot.storage.k8s.io";
    public const string ApiVersion = Group + "/v1";

    internal const string Error =
        """{"type":"object","properties":{"message":{"type":"string"},"time":{"type":"string","format":"date-time"} } }""";

    private const string SnapshotSchema = $$$"""
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["source"],"properties":{
            "source":{"type":"object","properties":{
              "persistentVolumeClaimName":{"type":"string"},"volumeSnapshotContentName":{"type":"string"} } },
            "volumeSnapshotClassName":{"type":"string"} } },
          "status":{"type":"object","properties":{
            "boundVolumeSnapshotContentName":{"type":"string"},"creationTime":{"type":"string","format":"date-time"},"error":{{{Error}}},
            "readyToUse":{"type":"boolean"},"restoreSize":{"type":"string"},"volumeGroupSnapshotName":{"type":"string"} } } } }
        """;

    private const string ContentSchema = $$$"""
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["deletionPolicy","driver","source","volumeSnapshotRef"],"properties":{
            "deletionPolicy":{"type":"string","enum":["Delete","Retain"]},"driver":{"type":"string"},
            "source":{"type":"object","properties":{"snapshotHandle":{"type":"string"},"volumeHandle":{"type":"string"} } },
            "sourceVolumeMode":{"type":"string"},"volumeSnapshotClassName":{"type":"string"},
            "volumeSnapshotRef":{"type":"object","x-kubernetes-map-type":"atomic","properties":{
              "apiVersion":{"type":"string"},"fieldPath":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},
              "namespace":{"type":"string"},"resourceVersion":{"type":"string"},"uid":{"type":"string"} } } } },
          "status":{"type":"object","properties":{
            "creationTime":{"type":"integer","format":"int64"},"error":{{{Error}}},"readyToUse":{"type":"boolean"},
            "restoreSize":{"type":"integer","format":"int64","minimum":0},"snapshotHandle":{"type":"string"},
            "volumeGroupSnapshotHandle":{"type":"string"} } } } }
        """;

    internal const string ClassSchema = """
        {"type":"object","required":["deletionPolicy","driver"],"properties":{
          "deletionPolicy":{"type":"string","enum":["Delete","Retain"]},"driver":{"type":"string"},
          "parameters":{"type":"object","additionalProperties":{"type":"string"} } } }
        """;

    /// <summary>Installs the definitions where they are missing. They are served, and in discovery, when it returns.</summary>
    public static async Task InstallAsync(ITestCluster cluster)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        var definitions = new CustomDefinitions(api, Group, "v1");
        await definitions.CreateAsync("VolumeSnapshot", "Namespaced", "814", ["vs"], SnapshotSchema);
        await definitions.CreateAsync("VolumeSnapshotContent", "Cluster", "955", ["vsc", "vscs"], ContentSchema);
        await definitions.CreateAsync("VolumeSnapshotClass", "Cluster", "814", ["vsclass", "vsclasses"], ClassSchema);
        await definitions.ServedAsync();
    }
}
