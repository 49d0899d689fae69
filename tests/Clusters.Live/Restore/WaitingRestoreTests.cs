using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Every wait is reported, and nothing waits without need.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class WaitingRestoreTests(LiveRestoreFixture live)
{
    [SkippableFact]
    public async Task A_namespace_that_is_deleted_meanwhile_is_created_again_with_its_content()
    {
        using var target = new RestoreTarget(live.ClusterWithControllers);
        await StickAsync(target, "goes");
        var sample = new SampleRestore().Add(RestoreTarget.Namespaces, RestoreTarget.Namespace("goes"));
        for (var i = 0; i < 10; i++)
            sample.Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap("goes", $"c-{i}"));
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        var seen = new SeenProgress(() =>
            target.PatchAsync(RestoreTarget.ConfigMaps, "goes", "held", """{"metadata":{"finalizers":null}}""")
        );

        var report = await target.ApplyAsync(plan, point, seen);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(11, report.Counts["Created"]);
    }

    [SkippableFact]
    public async Task An_admission_webhook_of_the_restore_judges_none_of_its_writes()
    {
        const string Ns = "judged";
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var target = new RestoreTarget(proxy, live.Cluster);
        var applied = JsonNode.Parse(RestoreTarget.ConfigMap(Ns, "applied"))!.AsObject();
        applied.Ensure("metadata")["managedFields"] = JsonNode.Parse(
            """[{"manager":"gitops","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z", """
                + """ "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}}}]"""
        );
        var sample = new SampleRestore()
            .Add(
                RestoreTarget.Namespaces,
                $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}","labels":{"judged":"yes"} } }"""
            )
            .Add(RestoreTarget.ConfigMaps, applied)
            .Add(
                RestoreTarget.Webhooks,
                """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"judge"},
                 "webhooks":[{"name":"judge.example.com","sideEffects":"None",
                 "admissionReviewVersions":["v1"],"failurePolicy":"Fail","timeoutSeconds":1,
                  "namespaceSelector":{"matchLabels":{"judged":"yes"} },
                 "rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}],
                  "clientConfig":{"url":"https://127.0.0.1:1/"} }]}
                """
            );

        var report = await target.ApplyAsync(sample);
        await target.DeleteAsync(RestoreTarget.Webhooks, null, "judge");

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Empty(report.Notes);
        var managers = (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "applied"))
            .Object("metadata")
            .Objects("managedFields")
            .Select(m => m.Text("manager"));
        Assert.Equal(["gitops"], managers);
        Assert.EndsWith(
            "/validatingwebhookconfigurations",
            proxy.Requests.Last(r => r.Method != "GET").Path.Split('?')[0],
            StringComparison.Ordinal
        );
    }

    [SkippableFact]
    public async Task A_webhook_whose_backend_nothing_in_the_target_will_ever_serve_is_not_waited_for()
    {
        const string Ns = "hopeless";
        using var target = new RestoreTarget(live.Cluster) { Limits = new() { Settling = TimeSpan.FromDays(1) } };
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.Services,
                $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook","namespace":"{{Ns}}"},"spec":{"selector":"""
                    + """{"app":"hook"},"ports":[{"port":443}]} }"""
            )
            .Add(
                RestoreTarget.Webhooks,
                $$"""
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"hopeless"},
                 "webhooks":[{"name":"hook.example.com","sideEffects":"None",
                 "admissionReviewVersions":["v1"],"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],
                  "resources":["configmaps"]}],"clientConfig":{"service":{"namespace":"{{Ns}}","name":"hook"} } }]}
                """
            );

        var report = await target.ApplyAsync(sample);

        Assert.Equal("hopeless", Assert.Single(report.Failures).Name);
        Assert.Equal(2, report.Counts["Created"]);
    }

    [SkippableFact]
    public async Task An_update_that_can_never_be_merged_fails_at_once_and_says_what_would_do_it()
    {
        const string Ns = "duplicates";
        using var target = new RestoreTarget(live.Cluster) { Limits = new() { Settling = TimeSpan.FromDays(1) } };
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        await target.CreateAsync(RestoreTarget.Deployments, Ns, Deployment("web:2"));
        var manifest = JsonNode.Parse(Deployment("web:1"))!.AsObject();
        manifest.Ensure("metadata")["namespace"] = Ns;
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() }.Add(RestoreTarget.Deployments, manifest);
        var point = await sample.WriteAsync();
        var request = SampleRestore.RequestFor(point) with { Existing = ExistingPolicy.Update };
        var plan = await Holdfast
            .Restore.Applying.TargetPlanner.Of(point, target.Connection, TimeProvider.System)
            .PlanAsync(request, sample.Run, null, default);

        var report = await target.ApplyAsync(plan, point);

        Assert.Contains("--existing replace", Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
    }

    private static string Deployment(string image) =>
        $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":0,
             "selector":{"matchLabels":{"app":"w"} },"template":{"metadata":{"labels":{"app":"w"} },
             "spec":{"containers":[{"name":"web","image":"{{image}}","env":[{"name":"MODE","value":"a"},{"name":"MODE",
              "value":"b"}]}]} } } }
            """;

    /// <summary>Leaves a namespace that is being deleted and holds an object with a finalizer.</summary>
    private static async Task StickAsync(RestoreTarget target, string ns)
    {
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}"} }"""
        );
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","finalizers":["example.com/hold"]} }"""
        );
        await target.DeleteAsync(RestoreTarget.Namespaces, null, ns);
        await target.UntilAsync(
            RestoreTarget.Namespaces,
            null,
            ns,
            n =>
                n.Object("status")
                    .Objects("conditions")
                    .Any(c => c.Text("type") == "NamespaceFinalizersRemaining" && c.Text("status") == "True")
        );
    }
}
