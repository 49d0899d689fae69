using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Where a claim's data comes from: its volume, the point's snapshot of it, or nowhere.</summary>
public sealed class SnapshotVolumesTests
{
    private static readonly string Prepared = SnapshotPoint.Prepared();

    [Fact]
    public async Task A_claim_whose_volume_is_gone_comes_from_the_snapshot_and_its_volume_isnt_restored()
    {
        var plan = await PlanAsync(Prepared);

        var claim = Claim(plan);
        Assert.Equal((StepAction.Create, false, ClaimSource.Snapshot), (claim.Action, claim.Incomplete, claim.Volume!.From));
        var source = claim.Volume.Snapshot!;
        Assert.Equal(
            ($"holdfast-{Plans.Run}-{claim.Number}", "snapshot.storage.k8s.io/v1", SnapshotPoint.Driver, "snap-1", "snaps", (bool?)true),
            (source.Name, source.ApiVersion, source.Driver, source.Handle, source.Class, source.BindsAtOnce)
        );
        var volume = Volume(plan);
        Assert.Equal((StepAction.Skip, false), (volume.Action, volume.Incomplete));
        Assert.NotEmpty(volume.Reason!);
        Assert.Equal(plan.Steps.Select(s => s.Volume), PlanDocument.Read(PlanDocument.Write(plan)).Steps.Select(s => s.Volume));
    }

    [Theory]
    [InlineData(null, "uid: c1 }", "", ClaimSource.Reattach)]
    [InlineData(VolumeChoice.Reattach, "uid: c1 }", "", ClaimSource.Reattach)]
    [InlineData(VolumeChoice.Snapshot, "uid: c1 }", "", ClaimSource.Snapshot)]
    // Its provisioner is about to delete it.
    [InlineData(null, "phase: Bound", "phase: Released", ClaimSource.Snapshot)]
    [InlineData(null, "resourceVersion:", "deletionTimestamp: '2026-11-22T05:30:00Z', resourceVersion:", ClaimSource.Snapshot)]
    // Another disk has the name.
    [InlineData(null, "volumeHandle: disk-1", "volumeHandle: disk-2", ClaimSource.Snapshot)]
    // Another claim has the volume.
    [InlineData(null, "name: data", "name: other", ClaimSource.Snapshot)]
    public async Task A_live_volume_is_attached_again_unless_it_goes_or_the_request_says_otherwise(
        VolumeChoice? choice,
        string was,
        string now,
        ClaimSource from
    )
    {
        var live = now.Length == 0 ? SnapshotPoint.Volume : SnapshotPoint.Volume.Replace(was, now, StringComparison.Ordinal);

        var plan = await PlanAsync(SnapshotPoint.Prepared(live), RuleCase.Plain with { Volumes = choice });

        Assert.Equal(from, Claim(plan).Volume!.From);
        Assert.Equal(from == ClaimSource.Reattach, plan.Volumes.Contains("pv-1"));
        Assert.DoesNotContain(Volume(plan).Action, (StepAction[])[StepAction.Create, StepAction.Replace]);
    }

    [Theory]
    [InlineData(VolumeChoice.Reattach, "Delete", false, false, ClaimSource.Empty)]
    [InlineData(null, "Retain", false, false, ClaimSource.Reattach)]
    [InlineData(null, "Retain", true, false, ClaimSource.Snapshot)]
    [InlineData(VolumeChoice.Reattach, "Retain", true, false, ClaimSource.Empty)]
    [InlineData(VolumeChoice.Reattach, "Retain", true, true, ClaimSource.Reattach)]
    [InlineData(null, "Delete", true, true, ClaimSource.Reattach)]
    public async Task A_volume_that_isnt_in_the_target_is_made_again_where_nothing_else_may_use_its_disk(
        VolumeChoice? choice,
        string policy,
        bool otherCluster,
        bool adopt,
        ClaimSource from
    )
    {
        var point = ManifestPoint.Of(
            YamlManifests.Parse(
                SnapshotPoint.Yaml(
                    SnapshotPoint.Shop,
                    SnapshotPoint.Claim,
                    SnapshotPoint.Volume.Replace("Delete", policy, StringComparison.Ordinal)
                )
            ),
            change: i => i with { Volumes = [SnapshotPoint.Record] }
        );
        var target = new ManifestTarget(YamlManifests.Parse(Prepared))
        {
            Uid = otherCluster ? "99999999-2222-3333-4444-555555555555" : ManifestPoint.ClusterUid,
        };

        var plan = await Plans.PlanAsync(
            point,
            target,
            RuleCase.Plain with
            {
                Volumes = choice,
                IntoOtherCluster = otherCluster,
                AdoptVolumes = adopt,
            }
        );

        Assert.Equal(from, Claim(plan).Volume!.From);
        Assert.Equal(from == ClaimSource.Empty, Claim(plan).Incomplete);
        Assert.Equal(from == ClaimSource.Reattach, Volume(plan).Action == StepAction.Create);
    }

    [Theory]
    [InlineData(false, StepAction.Skip, ClaimSource.Empty)]
    [InlineData(true, StepAction.Create, ClaimSource.Reattach)]
    public async Task Without_a_snapshot_another_cluster_attaches_a_retained_volume_only_when_it_is_adopted(
        bool adopt,
        StepAction action,
        ClaimSource from
    )
    {
        var point = ManifestPoint.Of(
            YamlManifests.Parse(
                SnapshotPoint.Yaml(
                    SnapshotPoint.Shop,
                    SnapshotPoint.Claim,
                    SnapshotPoint.Volume.Replace("Delete", "Retain", StringComparison.Ordinal)
                )
            )
        );
        var target = new ManifestTarget(YamlManifests.Parse(Prepared)) { Uid = "99999999-2222-3333-4444-555555555555" };

        var plan = await Plans.PlanAsync(point, target, RuleCase.Plain with { IntoOtherCluster = true, AdoptVolumes = adopt });

        Assert.Equal((action, !adopt), (Volume(plan).Action, Volume(plan).Incomplete));
        Assert.Equal((from, !adopt), (Claim(plan).Volume!.From, Claim(plan).Incomplete));
    }

    [Fact]
    public async Task The_volume_of_a_claim_that_isnt_restored_follows_the_other_rules()
    {
        var plan = await PlanAsync(Prepared, RuleCase.Plain with { Selection = new() { Kinds = ["pv"] } });

        Assert.Contains("adopt", Volume(plan).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_namespace_selected_the_volume_that_it_needs_isnt_restored_either()
    {
        var plan = await PlanAsync(Prepared, RuleCase.Plain with { Selection = new() { Namespaces = ["shop"] } });

        Assert.Equal((StepAction.Skip, true), (Volume(plan).Action, Volume(plan).Related));
        Assert.Equal(ClaimSource.Snapshot, Claim(plan).Volume!.From);
    }

    [Fact]
    public async Task A_live_claim_keeps_its_data_and_the_plan_says_so()
    {
        var plan = await PlanAsync(
            SnapshotPoint.Prepared(SnapshotPoint.Claim, SnapshotPoint.Volume),
            RuleCase.Plain with
            {
                Volumes = VolumeChoice.Snapshot,
                Existing = ExistingPolicy.Replace,
            }
        );

        Assert.Equal((StepAction.Unchanged, ClaimSource.Live), (Claim(plan).Action, Claim(plan).Volume!.From));
        Assert.Contains(plan.Warnings, w => w.Contains("data in shop", StringComparison.Ordinal) && w.Contains("its data stays"));
        Assert.Equal(StepAction.Unchanged, Volume(plan).Action);
    }

    [Fact]
    public async Task A_claim_without_a_snapshot_doesnt_come_with_the_points_data_though_that_was_asked_for()
    {
        var record = SnapshotPoint.Record with { Snapshot = null, Protection = VolumeProtection.None, Reason = "no class" };

        var plan = await PlanAsync(
            SnapshotPoint.Prepared(SnapshotPoint.Volume),
            RuleCase.Plain with
            {
                Volumes = VolumeChoice.Snapshot,
            },
            record
        );

        Assert.Equal((ClaimSource.Reattach, true), (Claim(plan).Volume!.From, Claim(plan).Incomplete));
        Assert.Contains("no class", Claim(plan).Shortfall, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: VolumeSnapshotContent }", "kind: Other }", "plural: volumesnapshotcontents", "plural: others", "snapshot.storage")]
    [InlineData("disk.example.com", "other.example.com", "", "", "driver")]
    public async Task What_the_target_cant_provision_isnt_created_empty(string was, string now, string was2, string now2, string why)
    {
        var live = Prepared.Replace(was, now, StringComparison.Ordinal);
        if (was2.Length > 0)
            live = live.Replace(was2, now2, StringComparison.Ordinal);

        var plan = await PlanAsync(live);

        Assert.Equal((StepAction.Skip, true), (Claim(plan).Action, Claim(plan).Incomplete));
        Assert.Contains(why, Claim(plan).Reason, StringComparison.Ordinal);
        Assert.Equal(StepAction.Skip, Volume(plan).Action);
    }

    [Fact]
    public async Task A_volume_that_waits_for_the_claim_would_be_bound_to_it_instead()
    {
        var waiting = SnapshotPoint
            .Volume.Replace(", uid: c1 }", " }", StringComparison.Ordinal)
            .Replace("phase: Bound", "phase: Available", StringComparison.Ordinal)
            .Replace("disk-1", "disk-2", StringComparison.Ordinal);

        var plan = await PlanAsync(SnapshotPoint.Prepared(waiting));

        Assert.Equal((StepAction.Skip, true), (Claim(plan).Action, Claim(plan).Incomplete));
        Assert.Contains("claimRef", Claim(plan).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_of_the_snapshot_types_is_the_targets()
    {
        var plan = await PlanAsync(
            Prepared
                .Replace("name: v1, served", "name: v1beta1, served", StringComparison.Ordinal)
                .Replace("snapshot.storage.k8s.io/v1", "snapshot.storage.k8s.io/v1beta1", StringComparison.Ordinal)
        );

        Assert.Equal("snapshot.storage.k8s.io/v1beta1", Claim(plan).Volume!.Snapshot!.ApiVersion);
    }

    [Theory]
    [InlineData(10L << 30, "10Gi", true)]
    [InlineData(5L << 30, null, false)]
    [InlineData(null, null, false)]
    public async Task A_claim_asks_for_at_least_what_the_snapshot_needs(long? needed, string? size, bool said)
    {
        var plan = await PlanAsync(Prepared, record: WithSnapshot(s => s with { RestoreBytes = needed }));

        Assert.Equal((size, false), (Claim(plan).Volume!.Snapshot!.Size, Claim(plan).Incomplete));
        Assert.Equal(said, plan.Warnings.Any(w => w.Contains("10Gi", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("name: more, labels: { holdfast.dev/snapshot-class: 'true' }", "more")]
    [InlineData("name: more, labels: { velero.io/csi-volumesnapshot-class: 'true' }", "more")]
    [InlineData("name: more, annotations: { snapshot.storage.kubernetes.io/is-default-class: 'true' }", "more")]
    [InlineData("name: more", null)]
    public async Task The_snapshot_class_is_the_marked_one_of_the_driver(string metadata, string? chosen)
    {
        var more = SnapshotPoint.SnapshotClass.Replace("name: snaps", metadata, StringComparison.Ordinal);

        var plan = await PlanAsync(SnapshotPoint.Prepared(more));

        Assert.Equal(chosen, Claim(plan).Volume!.Snapshot!.Class);
        Assert.Equal(chosen is null, plan.Warnings.Any(w => w.Contains("more (disk", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Zones_without_a_node_are_a_warning()
    {
        var record = SnapshotPoint.Record with { Topology = [new("topology.kubernetes.io/zone", ["z1"])] };

        Assert.Contains((await PlanAsync(SnapshotPoint.Prepared(Node("z2")), record: record)).Warnings, w => w.Contains("z1"));
        Assert.DoesNotContain((await PlanAsync(SnapshotPoint.Prepared(Node("z1")), record: record)).Warnings, w => w.Contains("z1"));
    }

    [Fact]
    public async Task A_storage_class_that_the_target_misses_is_an_incomplete_claim_or_is_mapped()
    {
        var live = Prepared.Replace("name: fast", "name: quick", StringComparison.Ordinal);
        var map = ImmutableSortedDictionary<string, string>.Empty.Add("fast", "quick");

        var missing = await PlanAsync(live);
        var mapped = await PlanAsync(live, RuleCase.Plain with { StorageClasses = map });

        Assert.True(Claim(missing).Incomplete);
        Assert.Contains("storage class fast", Claim(missing).Shortfall, StringComparison.Ordinal);
        Assert.False(Claim(mapped).Incomplete);
    }

    [Fact]
    public async Task A_mapping_to_a_class_that_isnt_there_is_refused_with_the_nearest()
    {
        var map = ImmutableSortedDictionary<string, string>.Empty.Add("fast", "fats");

        var refused = await Assert.ThrowsAsync<RestoreException>(() => PlanAsync(Prepared, RuleCase.Plain with { StorageClasses = map }));

        Assert.Equal(RestoreRefusal.BadRequest, refused.Refusal);
        Assert.Contains("did you mean 'fast'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_that_an_earlier_restore_made_is_equal_to_the_point()
    {
        var live = SnapshotPoint
            .Claim.Replace(
                "volumeName: pv-1,",
                "volumeName: pv-2, dataSource: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: holdfast-0123456789ab-7 },",
                StringComparison.Ordinal
            )
            .Replace("storage: 5Gi", "storage: 10Gi", StringComparison.Ordinal);

        var plan = await PlanAsync(SnapshotPoint.Prepared(live), RuleCase.Plain with { Existing = ExistingPolicy.Replace });

        Assert.Equal((StepAction.Unchanged, false), (Claim(plan).Action, Claim(plan).Incomplete));
    }

    private static Task<RestorePlan> PlanAsync(string live, RestoreRequest? request = null, VolumeRecord? record = null) =>
        Plans.PlanAsync(SnapshotPoint.Of(record), new ManifestTarget(YamlManifests.Parse(live)), request);

    private static RestoreStep Claim(RestorePlan plan) => Assert.Single(plan.Steps, s => s.Kind == "PersistentVolumeClaim");

    private static RestoreStep Volume(RestorePlan plan) => Assert.Single(plan.Steps, s => s is { Kind: "PersistentVolume", Name: "pv-1" });

    private static VolumeRecord WithSnapshot(Func<VolumeSnapshot, VolumeSnapshot> change) =>
        SnapshotPoint.Record with
        {
            Snapshot = change(SnapshotPoint.Record.Snapshot!),
        };

    private static string Node(string zone) =>
        $"{{ apiVersion: v1, kind: Node, metadata: {{ name: n1, uid: n1, resourceVersion: \"1\", "
        + $"labels: {{ topology.kubernetes.io/zone: {zone} }} }} }}";
}
