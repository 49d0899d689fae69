namespace Holdfast.Restore.Tests.Rules;

public sealed class SnapshotRulesTests
{
    private const string Content = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotContent
        metadata: { name: snapcontent-1 }
        spec:
          deletionPolicy: Delete
          driver: disk.csi.azure.com
          source: { volumeHandle: /disks/1 }
          volumeSnapshotClassName: fast
          volumeSnapshotRef: { kind: VolumeSnapshot, namespace: shop, name: nightly, uid: dead, resourceVersion: "7" }
        status: { snapshotHandle: /snapshots/1, readyToUse: true }
        """;

    private const string Snapshot = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshot
        metadata: { name: nightly, namespace: shop }
        spec: { source: { persistentVolumeClaimName: data }, volumeSnapshotClassName: fast }
        status: { boundVolumeSnapshotContentName: snapcontent-1, readyToUse: true }
        """;

    [Fact]
    public void A_content_comes_back_as_pre_provisioned_by_its_handle_and_is_retained() =>
        RuleCase.Same(
            """
            apiVersion: snapshot.storage.k8s.io/v1
            kind: VolumeSnapshotContent
            metadata: { name: snapcontent-1 }
            spec:
              deletionPolicy: Retain
              driver: disk.csi.azure.com
              source: { snapshotHandle: /snapshots/1 }
              volumeSnapshotClassName: fast
              volumeSnapshotRef: { kind: VolumeSnapshot, namespace: shop, name: nightly }
            """,
            RuleCase.Body(Content)
        );

    [Fact]
    public void A_content_without_a_handle_has_nothing_to_come_back_to() =>
        Assert.Equal(
            "snapshot-content-without-handle",
            RuleCase.SkipRule(Content.Replace("snapshotHandle: /snapshots/1, ", "", StringComparison.Ordinal))
        );

    [Fact]
    public void A_snapshot_comes_back_bound_to_its_content_instead_of_taking_another_one() =>
        RuleCase.Same(
            """
            apiVersion: snapshot.storage.k8s.io/v1
            kind: VolumeSnapshot
            metadata: { name: nightly, namespace: shop }
            spec: { source: { volumeSnapshotContentName: snapcontent-1 }, volumeSnapshotClassName: fast }
            """,
            new RuleCase { Point = Content + "\n---\n" + Crds }
                .Prepare(Snapshot)
                .Body
        );

    [Fact]
    public void A_snapshot_and_its_status_follow_a_content_that_comes_back_under_another_name()
    {
        var renaming = new RuleCase
        {
            Point = Content + "\n---\n" + Crds,
            ContentName = name => $"fresh-{name}",
            Request = RuleCase.Plain with { Status = true },
        };

        Assert.Equal("fresh-snapcontent-1", (string?)renaming.Prepare(Content).Body["metadata"]!["name"]);
        var snapshot = renaming.Prepare(Snapshot);
        Assert.Equal("fresh-snapcontent-1", (string?)snapshot.Body["spec"]!["source"]!["volumeSnapshotContentName"]);
        Assert.Equal("fresh-snapcontent-1", (string?)snapshot.Status!["boundVolumeSnapshotContentName"]);
    }

    [Fact]
    public void A_snapshot_without_its_content_is_left_out() => Assert.Equal("snapshot-unbound", RuleCase.SkipRule(Snapshot));

    private const string Crds = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshotcontents.snapshot.storage.k8s.io }
        spec: { group: snapshot.storage.k8s.io, scope: Cluster, names: { plural: volumesnapshotcontents, kind: VolumeSnapshotContent },
          versions: [{ name: v1, served: true }] }
        """;
}
