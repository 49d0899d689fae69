using Holdfast.Manifests;
using Holdfast.Restore.Comparing;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Comparing;

/// <summary>States in different API versions are compared as a restore would convert them.</summary>
public sealed class ConvertedDiffTests
{
    private const string OldIngress = """
        apiVersion: extensions/v1beta1
        kind: Ingress
        metadata: { name: web, namespace: shop, uid: u9, resourceVersion: "9" }
        spec: { rules: [{ host: shop.example.com, http: { paths: [{ path: /, backend: { serviceName: web, servicePort: 80 } }] } }] }
        """;

    private const string NewIngress = """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: web, namespace: shop, uid: u9, resourceVersion: "10" }
        spec:
          rules:
          - host: shop.example.com
            http: { paths: [{ path: /, pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }] }
        """;

    private static readonly string OtherHost = NewIngress.Replace("shop.example", "new.example", StringComparison.Ordinal);

    private const string OldCronJob = """
        apiVersion: batch/v1beta1
        kind: CronJob
        metadata: { name: nightly, namespace: shop, uid: u8, resourceVersion: "8" }
        spec: { schedule: "0 1 * * *", jobTemplate: { spec: { template: { spec: { containers: [{ name: c, image: i }] } } } } }
        """;

    [Fact]
    public async Task An_old_API_version_is_compared_with_the_live_one_that_a_restore_would_convert_it_to()
    {
        var cronJob = OldCronJob.Replace("batch/v1beta1", "batch/v1", StringComparison.Ordinal);

        var same = await WithLiveAsync(OldIngress + "\n---\n" + OldCronJob, NewIngress + "\n---\n" + cronJob);
        var changed = await WithLiveAsync(OldIngress, OtherHost, new() { Kinds = ["ingress/web"] });
        var added = await WithLiveAsync(OldIngress, NewIngress + "\n---\n" + NewIngress.Replace("name: web, n", "name: two, n"));

        Assert.Empty(same);
        Assert.Equal("Changed ingresses.networking.k8s.io shop/web", Line(Assert.Single(changed)));
        Assert.All(changed[0].Diff, d => Assert.Equal("/spec/rules/0", d.Path));
        Assert.Equal("Added ingresses.networking.k8s.io shop/two", Line(Assert.Single(added)));
    }

    [Fact]
    public async Task So_are_the_versions_of_two_points()
    {
        Assert.Empty(await ChangesAsync(Between(OldIngress, NewIngress)));
        Assert.Equal(
            "Changed ingresses.networking.k8s.io shop/web",
            Line(Assert.Single(await ChangesAsync(Between(OldIngress, OtherHost))))
        );
    }

    [Fact]
    public async Task An_application_is_compared_across_versions()
    {
        const string Service =
            "\n---\n{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop }, spec: { selector: { app: web } } }";

        var changed = await WithLiveAsync(OldIngress + Service, OtherHost + Service, new() { Apps = ["ingress/web"] });

        Assert.Equal("Changed ingresses.networking.k8s.io shop/web", Line(Assert.Single(changed)));
    }

    private static Task<List<ObjectChange>> WithLiveAsync(string point, string live, RestoreSelection? selection = null)
    {
        var target = new ManifestTarget(YamlManifests.Parse(live)) { Without = ["ingresses.extensions"] };
        return ChangesAsync(
            PointDiff.WithLive(
                ManifestPoint.Of(YamlManifests.Parse(point)),
                _ => Task.FromResult(target.Read()),
                selection ?? new(),
                new(new byte[32])
            )
        );
    }

    private static PointDiff Between(string before, string after) =>
        PointDiff.Between(
            ManifestPoint.Of(YamlManifests.Parse(before)),
            ManifestPoint.Of(YamlManifests.Parse(after)),
            new(),
            new SecretDigests(new byte[32])
        );

    private static async Task<List<ObjectChange>> ChangesAsync(PointDiff diff)
    {
        var changes = new List<ObjectChange>();
        await foreach (var change in diff.ChangesAsync(default))
            changes.Add(change);
        return changes;
    }

    private static string Line(ObjectChange change) => $"{change.Kind} {change.Resource} {change.Namespace}/{change.Name}";
}
