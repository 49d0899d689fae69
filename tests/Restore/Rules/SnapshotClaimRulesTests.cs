using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Tests.Rules;

public sealed class SnapshotClaimRulesTests
{
    private const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data, namespace: shop }
        spec: { volumeName: pv-1, storageClassName: fast, accessModes: [ReadWriteMany], volumeMode: Block,
          dataSourceRef: { kind: PersistentVolumeClaim, name: other }, resources: { requests: { storage: 5Gi }, limits: { storage: 5Gi } } }
        """;

    private static readonly SnapshotSource Source = new()
    {
        Name = "holdfast-0123456789ab-7",
        ApiVersion = "snapshot.storage.k8s.io/v1",
        Driver = "disk.example.com",
        Handle = "snap-1",
        Mode = VolumeMode.Block,
        CutAt = default,
        Size = "10Gi",
    };

    private static readonly ClaimVolume FromSnapshot = new(ClaimSource.Snapshot) { Snapshot = Source };

    private static readonly ImmutableSortedDictionary<string, string> Map = ImmutableSortedDictionary<string, string>.Empty.Add(
        "fast",
        "quick"
    );

    [Theory]
    [InlineData("v1.23.5", "")]
    [InlineData("v1.24.0", "dataSourceRef: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: holdfast-0123456789ab-7 },")]
    public void A_claim_from_a_snapshot_names_it_and_is_large_enough_and_otherwise_as_it_was(string target, string reference)
    {
        var prepared = new RuleCase
        {
            Claim = FromSnapshot,
            TargetVersion = target,
            VolumeComesBack = _ => true,
        }.Prepare(Claim);

        RuleCase.Same(
            $$"""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: data, namespace: shop }
            spec: { storageClassName: fast, accessModes: [ReadWriteMany], volumeMode: Block, {{reference}}
              dataSource: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: holdfast-0123456789ab-7 },
              resources: { requests: { storage: 10Gi }, limits: { storage: 10Gi } } }
            """,
            prepared.Body
        );
        Assert.False(prepared.Incomplete);
    }

    [Fact]
    public void The_volume_of_such_a_claim_is_left_out() =>
        Assert.Equal(
            VolumeRules.FromSnapshot,
            new RuleCase { Claim = FromSnapshot }
                .Prepare("{ apiVersion: v1, kind: PersistentVolume, metadata: { name: pv-1 }, spec: { csi: { volumeHandle: d } } }")
                .SkipRule
        );

    [Theory]
    [InlineData("holdfast-0123456789ab-7", false)]
    [InlineData("nightly", true)]
    public void A_source_that_an_earlier_restore_made_is_forgotten(string name, bool kept)
    {
        var claim = Claim.Replace(
            "kind: PersistentVolumeClaim, name: other",
            $"kind: VolumeSnapshot, name: {name}",
            StringComparison.Ordinal
        );

        Assert.Equal(kept, RuleCase.Body(claim).Object("spec")!.ContainsKey("dataSourceRef"));
    }

    [Theory]
    [InlineData("kind: PersistentVolumeClaim, apiVersion: v1, metadata: { name: n, namespace: shop }, spec: { storageClassName: fast }")]
    [InlineData("kind: PersistentVolume, apiVersion: v1, metadata: { name: n }, spec: { storageClassName: fast }")]
    [InlineData(
        "kind: PersistentVolumeClaim, apiVersion: v1, metadata: { name: n, namespace: shop, annotations: { "
            + "volume.beta.kubernetes.io/storage-class: fast } }"
    )]
    [InlineData(
        "kind: StatefulSet, apiVersion: apps/v1, metadata: { name: n, namespace: shop }, spec: { volumeClaimTemplates: [{ metadata: { "
            + "name: data }, spec: { storageClassName: fast } }] }"
    )]
    public void Storage_classes_are_mapped_wherever_claims_are_made(string manifest)
    {
        var body = RuleCase.Body($"{{ {manifest} }}", RuleCase.Plain with { StorageClasses = Map }).ToJsonString();

        Assert.Contains("quick", body, StringComparison.Ordinal);
        Assert.DoesNotContain("fast", body, StringComparison.Ordinal);
    }
}
