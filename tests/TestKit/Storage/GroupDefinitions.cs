using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// The types of <c>groupsnapshot.storage.k8s.io</c> in one version. Names, scopes, fields and status subresources are those of
/// external-snapshotter v8.6.0 (client/config/crd/groupsnapshot.storage.k8s.io_*.yaml), which serves v1beta1, v1beta2 and v1; its printer
/// columns, CEL rules and conversion are left out.
/// </summary>
public static class GroupDefinitions
{
    public const string Group = "groupsnapshot.storage.k8s.io";

    private const string GroupSchema = $$$"""
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["source"],"properties":{
            "source":{"type":"object","properties":{
              "selector":{"type":"object","x-kubernetes-map-type":"atomic","properties":{
                "matchLabels":{"type":"object","additionalProperties":{"type":"string"} } } },
              "volumeGroupSnapshotContentName":{"type":"string"} } },
            "volumeGroupSnapshotClassName":{"type":"string"} } },
          "status":{"type":"object","properties":{
            "boundVolumeGroupSnapshotContentName":{"type":"string"},"creationTime":{"type":"string","format":"date-time"},
            "error":{{{SnapshotDefinitions.Error}}},"readyToUse":{"type":"boolean"} } } } }
        """;

    private const string Reference = """
        {"type":"object","x-kubernetes-map-type":"atomic","properties":{
          "apiVersion":{"type":"string"},"fieldPath":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},
          "namespace":{"type":"string"},"resourceVersion":{"type":"string"},"uid":{"type":"string"} } }
        """;

    private const string Members = """
        {"type":"array","items":{"type":"object","properties":{
          "volumeHandle":{"type":"string"},"snapshotHandle":{"type":"string"},"creationTime":{"type":"integer","format":"int64"},
          "readyToUse":{"type":"boolean"},"restoreSize":{"type":"integer","format":"int64"} } } }
        """;

    private const string ContentSchema = $$$"""
        {"type":"object","required":["spec"],"properties":{
          "spec":{"type":"object","required":["deletionPolicy","driver","source","volumeGroupSnapshotRef"],"properties":{
            "deletionPolicy":{"type":"string","enum":["Delete","Retain"]},"driver":{"type":"string"},
            "source":{"type":"object","properties":{"volumeHandles":{"type":"array","items":{"type":"string"} } } },
            "volumeGroupSnapshotClassName":{"type":"string"},"volumeGroupSnapshotRef":{{{Reference}}} } },
          "status":{"type":"object","properties":{
            "creationTime":{"type":"string","format":"date-time"},"error":{{{SnapshotDefinitions.Error}}},"readyToUse":{"type":"boolean"},
            "volumeGroupSnapshotHandle":{"type":"string"},
            "volumeSnapshotInfoList":{{{Members}}},"volumeSnapshotHandlePairList":{{{Members}}} } } } }
        """;

    /// <summary>Installs the definitions where they are missing. They are served, and in discovery, when it returns.</summary>
    public static async Task InstallAsync(ITestCluster cluster, string version)
    {
        const string Approval = "1337";
        using var api = new ClusterRequests(cluster.Endpoint);
        var definitions = new CustomDefinitions(api, Group, version);
        await definitions.CreateAsync("VolumeGroupSnapshot", "Namespaced", Approval, ["vgs"], GroupSchema);
        await definitions.CreateAsync("VolumeGroupSnapshotContent", "Cluster", Approval, ["vgsc", "vgscs"], ContentSchema);
        await definitions.CreateAsync(
            "VolumeGroupSnapshotClass",
            "Cluster",
            Approval,
            ["vgsclass", "vgsclasses"],
            SnapshotDefinitions.ClassSchema
        );
        await definitions.ServedAsync();
    }
}
