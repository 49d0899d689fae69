using System.Collections.Immutable;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Where the data of a claim comes from whose namespace comes back under another name.</summary>
public sealed class MappedVolumesTests
{
    private static readonly RestoreRequest Mapped = RuleCase.Plain with
    {
        NamespaceMapping = ImmutableSortedDictionary<string, string>.Empty.Add("shop", "copy"),
    };

    private static readonly string Retained = SnapshotPoint.Volume.Replace("Delete", "Retain", StringComparison.Ordinal);
    private static readonly string Released = Retained.Replace("phase: Bound", "phase: Released", StringComparison.Ordinal);

    [Theory]
    // The source has it.
    [InlineData(null, false, true, "Bound", ClaimSource.Snapshot)]
    [InlineData(VolumeChoice.Snapshot, false, true, "Bound", ClaimSource.Snapshot)]
    [InlineData(null, true, true, "Bound", ClaimSource.Snapshot)]
    // Nobody has it any more, and only who says so gets it.
    [InlineData(null, false, true, "Released", ClaimSource.Snapshot)]
    [InlineData(VolumeChoice.Reattach, false, true, "Released", ClaimSource.Reattach)]
    [InlineData(null, true, true, "Released", ClaimSource.Reattach)]
    [InlineData(null, false, true, null, ClaimSource.Snapshot)]
    [InlineData(VolumeChoice.Reattach, false, true, null, ClaimSource.Reattach)]
    // Without a snapshot it is empty rather than on the source's disk.
    [InlineData(null, false, false, "Bound", ClaimSource.Empty)]
    [InlineData(null, true, false, "Bound", ClaimSource.Empty)]
    [InlineData(null, false, false, "Released", ClaimSource.Empty)]
    [InlineData(null, false, false, null, ClaimSource.Empty)]
    [InlineData(VolumeChoice.Reattach, false, false, null, ClaimSource.Reattach)]
    public async Task A_mapped_claim_never_gets_the_volume_that_its_source_may_use(
        VolumeChoice? choice,
        bool adopt,
        bool snapshot,
        string? phase,
        ClaimSource from
    )
    {
        var live = phase switch
        {
            null => SnapshotPoint.Prepared(),
            "Bound" => SnapshotPoint.Prepared(SnapshotPoint.Claim, Retained),
            _ => SnapshotPoint.Prepared(Released),
        };

        var plan = await PlanAsync(live, Mapped with { Volumes = choice, AdoptVolumes = adopt }, snapshot);

        var claim = Step(plan, "persistentvolumeclaims");
        Assert.Equal(("copy", StepAction.Create, from), (claim.Namespace, claim.Action, claim.Volume!.From));
        Assert.Equal(from == ClaimSource.Empty, claim.Incomplete);
        var volume = Step(plan, "persistentvolumes");
        Assert.Equal(from == ClaimSource.Reattach, volume.Action is StepAction.Create or StepAction.Replace);
        if (from == ClaimSource.Reattach)
            Assert.Equal(volume.Name, claim.Volume.Volume);
    }

    [Fact]
    public async Task Attaching_a_volume_that_the_source_has_is_refused()
    {
        var plan = await PlanAsync(
            SnapshotPoint.Prepared(SnapshotPoint.Claim, Retained),
            Mapped with
            {
                Volumes = VolumeChoice.Reattach,
            },
            true
        );

        var claim = Step(plan, "persistentvolumeclaims");
        Assert.Equal((StepAction.Skip, true), (claim.Action, claim.Incomplete));
        Assert.Contains("shop/data", claim.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_whose_name_is_taken_is_renamed_and_its_claim_follows()
    {
        var taken = Retained.Replace("disk-1", "disk-2", StringComparison.Ordinal);

        var plan = await PlanAsync(
            SnapshotPoint.Prepared(SnapshotPoint.Claim, taken),
            Mapped with
            {
                AdoptVolumes = true,
                Selection = new() { Namespaces = ["shop"] },
            },
            false
        );

        Assert.Equal("pv-1-copy", plan.VolumeNames!["pv-1"]);
        var claim = Step(plan, "persistentvolumeclaims").Volume!;
        Assert.Equal((ClaimSource.Reattach, "pv-1-copy"), (claim.From, claim.Volume));
        Assert.Equal("pv-1", Assert.Single(plan.Volumes));
        var volume = Step(plan, "persistentvolumes");
        Assert.Equal((StepAction.Create, "pv-1-copy"), (volume.Action, volume.Name));
    }

    private static RestoreStep Step(RestorePlan plan, string resource) => plan.Steps.Single(s => s.Resource == resource);

    private static Task<RestorePlan> PlanAsync(string live, RestoreRequest request, bool snapshot)
    {
        var point = ManifestPoint.Of(
            YamlManifests.Parse(SnapshotPoint.Yaml(SnapshotPoint.Shop, SnapshotPoint.Claim, Retained)),
            change: i =>
                i with
                {
                    Volumes =
                    [
                        snapshot
                            ? SnapshotPoint.Record
                            : SnapshotPoint.Record with
                            {
                                Snapshot = null,
                                Protection = Archive.Format.VolumeProtection.None,
                                Reason = "no class",
                            },
                    ],
                }
        );
        return Plans.PlanAsync(point, new ManifestTarget(YamlManifests.Parse(live)), request);
    }
}
