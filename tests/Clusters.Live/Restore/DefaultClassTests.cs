using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>One namespace comes back with the classes that its objects name, and nothing changes for the others of the cluster.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class DefaultClassTests(LiveRestoreFixture live)
{
    private const string Restored = "classes";
    private const string Other = "classes-other";

    private static readonly ResourceType StorageClasses = new("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    private static readonly ResourceType IngressClasses = new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);
    private static readonly ResourceType PriorityClasses = new("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false);
    private static readonly ResourceType Claims = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true);
    private static readonly ResourceType Ingresses = new("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    private static readonly ResourceType Pods = new("", "v1", "pods", "Pod", true);

    [SkippableFact]
    public async Task New_objects_of_another_namespace_get_the_same_classes_and_the_same_priority_as_before()
    {
        using var target = new RestoreTarget(live.ClusterWithControllers) { Limits = new() };
        await target.CreateAsync(StorageClasses, null, StorageClass("own"));
        await target.CreateAsync(IngressClasses, null, IngressClass("own"));
        try
        {
            var sample = Sample(await target.UidAsync());
            var point = await sample.WriteAsync();
            var request = SampleRestore.RequestFor(point) with { Selection = new() { Namespaces = [Restored] } };
            var planner = TargetPlanner.Of(point, target.Connection, TimeProvider.System);
            var plan = await planner.PlanAsync(request, sample.Run, null, default);

            var report = await target.ApplyAsync(plan, point);

            Assert.True(report.Complete, string.Join("; ", report.Failures));
            Assert.Equal(3, plan.Warnings.Count(w => w.Contains("/source` brings it whole", StringComparison.Ordinal)));
            await AssertNothingChangedForOthersAsync(target);
            Assert.Equal(1234, (await target.GetAsync(Pods, Restored, "lone")).Object("spec").Number("priority"));
        }
        finally
        {
            await target.DeleteAsync(StorageClasses, null, "own");
            await target.DeleteAsync(IngressClasses, null, "own");
        }
    }

    private static async Task AssertNothingChangedForOthersAsync(RestoreTarget target)
    {
        await target.CreateAsync(RestoreTarget.Namespaces, null, RestoreTarget.Namespace(Other));
        await target.UntilAsync(RestoreTarget.ServiceAccounts, Other, "default", account => account is not null);
        var claim = await target.CreateAsync(Claims, Other, Claim(Other, ""));
        var ingress = await target.CreateAsync(Ingresses, Other, Ingress(Other, ""));
        var pod = await target.CreateAsync(Pods, Other, Pod(Other, ""));
        Assert.Equal("own", claim.Object("spec").Text("storageClassName"));
        Assert.Equal("own", ingress.Object("spec").Text("ingressClassName"));
        Assert.Equal((0, null), (pod.Object("spec").Number("priority") ?? 0, pod.Object("spec").Text("priorityClassName")));
    }

    private static SampleRestore Sample(string clusterUid) =>
        new SampleRestore { ClusterUid = clusterUid }
            .Add(StorageClasses, StorageClass("source"))
            .Add(IngressClasses, IngressClass("source"))
            .Add(
                PriorityClasses,
                """
                {"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"source"},"value":1234,"globalDefault":true,
                 "preemptionPolicy":"PreemptLowerPriority"}
                """
            )
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Restored))
            .Add(Claims, Claim(Restored, ""","storageClassName":"source" """))
            .Add(Ingresses, Ingress(Restored, ""","ingressClassName":"source" """))
            .Add(Pods, Pod(Restored, ""","priorityClassName":"source","priority":1234 """));

    private static string StorageClass(string name) =>
        $$"""
            {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"{{name}}",
             "annotations":{"storageclass.kubernetes.io/is-default-class":"true"} },"provisioner":"example.com/{{name}}"}
            """;

    private static string IngressClass(string name) =>
        $$"""
            {"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":"{{name}}",
             "annotations":{"ingressclass.kubernetes.io/is-default-class":"true"} },"spec":{"controller":"example.com/{{name}}"} }
            """;

    private static string Claim(string ns, string more) =>
        $$"""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"{{ns}}"},
             "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} }{{more}} } }
            """;

    private static string Ingress(string ns, string more) =>
        $$"""
            {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","namespace":"{{ns}}"},
             "spec":{"defaultBackend":{"service":{"name":"w","port":{"number":80} } }{{more}} } }
            """;

    /// <summary>Without a token, which older servers make a while after the account.</summary>
    private static string Pod(string ns, string more) =>
        $$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"lone","namespace":"{{ns}}"},
             "spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"x/y:1"}]{{more}} } }
            """;
}
