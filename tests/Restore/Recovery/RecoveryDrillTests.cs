using Holdfast.Restore.Recovery;

namespace Holdfast.Restore.Tests.Recovery;

public sealed class RecoveryDrillTests
{
    [Fact]
    public void A_drill_goes_beside_what_the_recovery_is_for_and_takes_nothing_over()
    {
        var drilled = RecoveryDrill.Of(
            Read(
                "{namespaceSuffix: -drill, target: {cluster: spare}}",
                "namespaces: [shop, data]",
                "namespaceMapping: {data: store}, existing: Rollback, delete: [PersistentVolumeClaim/store/db], adoptVolumes: true, "
                    + "adoptExternal: true"
            )
        );

        var group = drilled.Groups.Single();
        var request = RecoveryRequests.Of(group, group.Restores.Single(), RecoveryRequests.AnyPoint, dryRun: false);
        Assert.Equal(("shop-drill", "store-drill"), (request.NamespaceMapping!["shop"], request.NamespaceMapping["data"]));
        Assert.Equal(
            (ExistingPolicy.Skip, false, null, null, true),
            (request.Existing, request.AdoptVolumes, request.AdoptExternal, request.Delete, request.IntoOtherCluster)
        );
        Assert.Equal("spare", $"{group.Restores.Single().Target!.Cluster}");
        Assert.Equal(("store-drill", null), (group.Checks!.Value.Single().Namespace, group.Pause));
        Assert.Empty(drilled.Problems());
    }

    [Theory]
    [InlineData("namespaces: ['shop*']", "without patterns")]
    [InlineData("labels: a=b", "without patterns")]
    [InlineData("namespaces: [a23456789-b23456789-c23456789-d23456789-e23456789-f23456789]", "can't be the name")]
    public void Namespaces_that_a_drill_cannot_rename_are_named(string selection, string said)
    {
        var refused = Assert.Throws<RestoreException>(() => Read("{namespaceSuffix: -drill}", selection, ""));

        Assert.Contains(refused.Problems, problem => problem.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_without_a_drill_says_how_to_add_one() =>
        Assert.Contains(
            "namespaceSuffix",
            Assert.Throws<RestoreException>(() => RecoveryDrill.Of(Read("null", "namespaces: [shop]", ""))).Message,
            StringComparison.Ordinal
        );

    private static RecoveryDocument Read(string drill, string selection, string members) =>
        RecoveryDocument.Read(
            $$"""
            {version: 1, drill: {{drill}}, groups: [{name: g, pause: Promote it,
             restores: [{name: a, request: {cluster: west, selection: { {{selection}} }, {{members}} } }],
             checks: [{restore: a, kind: statefulset, namespace: store, name: db}]}]}
            """
        );
}
