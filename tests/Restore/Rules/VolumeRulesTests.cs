using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Tests.Rules;

public sealed class VolumeRulesTests
{
    private const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: data
          namespace: shop
          annotations:
            pv.kubernetes.io/bind-completed: "yes"
            pv.kubernetes.io/bound-by-controller: "yes"
            volume.kubernetes.io/storage-provisioner: disk.csi.azure.com
            volume.beta.kubernetes.io/storage-provisioner: disk.csi.azure.com
            volume.kubernetes.io/selected-node: n1
            team: blue
          finalizers: [kubernetes.io/pvc-protection]
        spec: { volumeName: pv-1, storageClassName: fast }
        status: { phase: Bound }
        """;

    [Fact]
    public void A_claim_whose_volume_comes_back_is_attached_to_it()
    {
        var prepared = new RuleCase { VolumeComesBack = name => name == "pv-1" }.Prepare(Claim);

        RuleCase.Same(
            """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: data, namespace: shop, annotations: { team: blue }, finalizers: [kubernetes.io/pvc-protection] }
            spec: { volumeName: pv-1, storageClassName: fast }
            """,
            prepared.Body
        );
        Assert.False(prepared.Incomplete);
    }

    [Fact]
    public void A_claim_whose_volume_does_not_come_back_is_empty_and_the_restore_is_not_complete()
    {
        var prepared = new RuleCase { VolumeComesBack = _ => false }.Prepare(Claim);

        Assert.False(prepared.Body.Object("spec")!.ContainsKey("volumeName"));
        Assert.True(prepared.Incomplete);
        Assert.Contains("is empty", Assert.Single(prepared.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_was_never_bound_misses_nothing()
    {
        var prepared = new RuleCase().Prepare(Claim.Replace("volumeName: pv-1, ", "", StringComparison.Ordinal));

        Assert.False(prepared.Incomplete);
        Assert.Empty(prepared.Warnings);
    }

    [Theory]
    [InlineData("Retain", false, true)]
    [InlineData("Delete", false, false)]
    [InlineData("Delete", true, true)]
    public void Without_a_plan_the_point_and_the_request_decide_whether_the_volume_comes_back(string policy, bool adopt, bool attached)
    {
        var prepared = new RuleCase { Request = RuleCase.Plain with { AdoptVolumes = adopt }, Point = Volume(policy) }.Prepare(Claim);

        Assert.Equal(attached, prepared.Body.Object("spec")!.ContainsKey("volumeName"));
    }

    [Fact]
    public void A_volume_waits_for_its_claim_by_name_under_the_new_uid() =>
        RuleCase.Same(
            """
            apiVersion: v1
            kind: PersistentVolume
            metadata: { name: pv-1, annotations: { pv.kubernetes.io/provisioned-by: disk.csi.azure.com } }
            spec: { persistentVolumeReclaimPolicy: Retain, claimRef: { kind: PersistentVolumeClaim, namespace: shop, name: data },
              csi: { driver: disk.csi.azure.com, volumeHandle: /disks/1 } }
            """,
            RuleCase.Body(Volume("Retain"))
        );

    [Fact]
    public void A_volume_with_Delete_is_not_restored_unless_adopted() =>
        Assert.Equal(VolumeRules.NotAdopted, RuleCase.SkipRule(Volume("Delete")));

    [Fact]
    public void A_volume_adopted_in_its_own_cluster_keeps_its_policy() =>
        Assert.Equal(
            "Delete",
            RuleCase
                .Body(Volume("Delete"), RuleCase.Plain with { AdoptVolumes = true })
                .Object("spec")
                .Text("persistentVolumeReclaimPolicy")
        );

    [Fact]
    public void A_volume_adopted_by_another_cluster_is_retained_and_the_plan_says_so()
    {
        var prepared = new RuleCase { Request = RuleCase.Plain with { AdoptVolumes = true, IntoOtherCluster = true } }.Prepare(
            Volume("Delete")
        );

        Assert.Equal("Retain", prepared.Body.Object("spec").Text("persistentVolumeReclaimPolicy"));
        Assert.Contains("Retain", Assert.Single(prepared.Warnings).ToString(), StringComparison.Ordinal);
    }

    private static string Volume(string policy) =>
        $$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: { name: pv-1, annotations: { pv.kubernetes.io/provisioned-by: disk.csi.azure.com,
              pv.kubernetes.io/bound-by-controller: "yes" } }
            spec:
              persistentVolumeReclaimPolicy: {{policy}}
              claimRef: { kind: PersistentVolumeClaim, namespace: shop, name: data, uid: dead, resourceVersion: "7" }
              csi: { driver: disk.csi.azure.com, volumeHandle: /disks/1 }
            status: { phase: Bound }
            """;
}
