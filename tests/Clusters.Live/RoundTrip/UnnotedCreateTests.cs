using Holdfast.Clusters.Live.Tests.Restore;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// Objects that a killed run created but didn't record: a second create is refused for a reason other than AlreadyExists.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class UnnotedCreateTests(RoundTripFixture live)
{
    [SkippableFact]
    public async Task A_service_whose_node_port_it_has_itself_is_known_again()
    {
        var report = await ApplyTwiceAsync(
            "unnoted-port",
            s =>
                s.Add(
                    RestoreTarget.Services,
                    """
                    {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"unnoted-port",
                     "annotations":{"kubectl.kubernetes.io/last-applied-configuration":
                     "{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30123}]}}"}},"spec":{"type":"NodePort","ports":[{"port":80,
                      "protocol":"TCP","targetPort":80,"nodePort":30123}]} }
                    """
                )
        );

        Assert.True(report.Failures.IsEmpty, string.Join("; ", report.Failures));
        Assert.Equal(2, report.Counts["Created"]);
    }

    [SkippableFact]
    public async Task A_config_map_that_filled_its_quota_is_known_again()
    {
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var quotas = new Archive.Format.ResourceType("", "v1", "resourcequotas", "ResourceQuota", true);
        await target.CreateAsync(RestoreTarget.Namespaces, null, RestoreTarget.Namespace("unnoted-quota"));
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            "unnoted-quota",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"full"},"data":{"k":"1"} }""",
            manager: $"holdfast-{new SampleRestore().Run}"
        );
        await target.CreateAsync(
            quotas,
            "unnoted-quota",
            """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"none"},"spec":{"hard":{"count/configmaps":"1"} } }"""
        );
        await target.UntilAsync(quotas, "unnoted-quota", "none", q => q?["status"]?["used"]?["count/configmaps"] is not null);

        var report = await target.ApplyAsync(
            new SampleRestore().Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap("unnoted-quota", "full"))
        );

        Assert.True(report.Failures.IsEmpty, string.Join("; ", report.Failures));
    }

    private async Task<Holdfast.Restore.RestoreReport> ApplyTwiceAsync(string ns, Action<SampleRestore> add)
    {
        using var target = new RestoreTarget(live.Cluster);
        var sample = new SampleRestore().Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(ns));
        add(sample);
        await target.ApplyAsync(sample);
        File.Delete(target.LogPath);
        return await target.ApplyAsync(sample);
    }
}
