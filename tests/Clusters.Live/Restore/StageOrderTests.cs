using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Objects that must wait for others, and objects that must not delay the rest.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class StageOrderTests(LiveRestoreFixture live)
{
    [SkippableFact]
    public async Task The_default_account_that_a_namespace_makes_itself_gets_what_the_point_s_had()
    {
        const string Ns = "accounts";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.ServiceAccounts,
                $$"""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":"{{Ns}}","labels":"""
                    + """{"team":"a"} },"secrets":[{"name":"default-token-abcde"},{"name":"mine"}],"imagePullSecrets":"""
                    + """[{"name":"registry"}]}"""
            );
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        var made = await target.UntilAsync(RestoreTarget.ServiceAccounts, Ns, "default", account => account is not null);

        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        var merged = await target.GetAsync(RestoreTarget.ServiceAccounts, Ns, "default");
        Assert.Equal(made.Object("metadata").Text("uid"), merged.Object("metadata").Text("uid"));
        Assert.Equal("registry", Assert.Single(merged.Objects("imagePullSecrets")).Text("name"));
        Assert.Contains("mine", merged.Objects("secrets").Select(s => s.Text("name")));
        Assert.DoesNotContain("default-token-abcde", merged.Objects("secrets").Select(s => s.Text("name")));
        Assert.All(made!.Objects("secrets"), s => Assert.Contains(s.Text("name"), merged.Objects("secrets").Select(m => m.Text("name"))));
        Assert.Equal("a", merged.Object("metadata").Object("labels").Text("team"));
    }

    [SkippableFact]
    public async Task A_token_secret_comes_after_its_account_and_stays()
    {
        const string Ns = "tokens";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.Secrets,
                """{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/service-account-token","metadata":"""
                    + $$"""{"name":"robot-key","namespace":"{{Ns}}","annotations":"""
                    + $$"""{"kubernetes.io/service-account.name":"robot", """
                    + $$""" "kubernetes.io/service-account.uid":"{{RestoreTarget.DeadUid}}"} },"data":{"token":"b2xk"} }"""
            )
            .Add(
                RestoreTarget.ServiceAccounts,
                $$"""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot","namespace":"{{Ns}}"},"secrets":"""
                    + """[{"name":"robot-key"}]}"""
            );

        var report = await target.ApplyAsync(sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        var filled = await target.UntilAsync(
            RestoreTarget.Secrets,
            Ns,
            "robot-key",
            secret => secret?.Object("data").Text("token") is not null
        );
        Assert.NotEqual("b2xk", filled.Object("data").Text("token"));
        var account = await target.GetAsync(RestoreTarget.ServiceAccounts, Ns, "robot");
        Assert.Equal(
            account.Object("metadata").Text("uid"),
            filled.Object("metadata").Object("annotations").Text("kubernetes.io/service-account.uid")
        );
    }

    [SkippableFact]
    public async Task A_webhook_that_nothing_answers_comes_last_and_blocks_nothing()
    {
        const string Ns = "webhooks";
        using var target = new RestoreTarget(live.Cluster);
        var sample = Webhooks(Ns, "Fail", "url", "https://127.0.0.1:1/");

        var report = await target.ApplyAsync(sample);
        await target.DeleteAsync(RestoreTarget.Webhooks, null, $"{Ns}-hook");

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(sample.Count, report.Counts["Created"]);
    }

    [SkippableTheory]
    [InlineData("Fail", false), InlineData("Ignore", true)]
    public async Task A_webhook_whose_service_has_no_endpoints_is_created_only_where_its_failures_are_ignored(string policy, bool created)
    {
        var ns = $"webhooks-{policy}".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        var sample = Webhooks(ns, policy, "service", new { @namespace = ns, name = "hook" })
            .Add(
                RestoreTarget.Services,
                $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook","namespace":"{{ns}}"},"spec":{"selector":"""
                    + """{"app":"hook"},"ports":[{"port":443}]} }"""
            );

        var report = await target.ApplyAsync(sample);
        var live1 = await target.FindAsync(RestoreTarget.Webhooks, null, $"{ns}-hook");
        await target.DeleteAsync(RestoreTarget.Webhooks, null, $"{ns}-hook");

        Assert.Equal(created, report.Complete);
        Assert.Equal(created, live1 is not null);
        var said = report.Notes.Concat(report.Failures.Select(f => f.Reason)).Single();
        Assert.Contains($"hook in {ns} has no endpoints", said, StringComparison.Ordinal);
        Assert.NotNull(await target.FindAsync(RestoreTarget.ConfigMaps, ns, "a"));
    }

    [SkippableFact]
    public async Task An_object_that_is_still_being_deleted_is_made_again_once_it_is_gone()
    {
        const string Ns = "held";
        using var target = new RestoreTarget(live.Cluster) { Limits = new() { Settling = TimeSpan.FromMinutes(1) } };
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["example.com/hold"]},"data":{"k":"old"} }"""
        );
        await target.DeleteAsync(RestoreTarget.ConfigMaps, Ns, "a");
        var sample = new SampleRestore().Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "a", "new"));
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        var released = new ReleaseOn(() => target.PatchAsync(RestoreTarget.ConfigMaps, Ns, "a", """{"metadata":{"finalizers":null}}"""));

        var report = await target.ApplyAsync(plan, point, released);

        Assert.Equal((true, 1), (report.Complete, report.Counts["Created"]));
        Assert.Equal("new", (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "a")).Object("data").Text("k"));
    }

    [SkippableFact]
    public async Task Objects_that_a_dead_webhook_of_the_target_refuses_are_reported_and_the_rest_is_restored()
    {
        const string Ns = "dead-webhook";
        using var target = new RestoreTarget(live.Cluster);
        await target.ApplyAsync(Webhooks("dead-hook", "Fail", "url", "https://127.0.0.1:1/", "secrets", Ns));
        var sample = new SampleRestore()
            .Add(
                RestoreTarget.Namespaces,
                $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}","labels":{"hooked":"{{Ns}}"} } }"""
            )
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "a"));
        for (var i = 0; i < 40; i++)
            sample.Add(
                RestoreTarget.Secrets,
                $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s-{{i}}","namespace":"{{Ns}}"} }"""
            );

        using var second = new RestoreTarget(live.Cluster);
        var report = await second.ApplyAsync(sample);
        await target.DeleteAsync(RestoreTarget.Webhooks, null, "dead-hook-hook");

        Assert.Equal((2, 40), (report.Counts["Created"], report.Counts["Failed"]));
        Assert.All(report.Failures, f => Assert.Contains("webhook", f.Reason, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_secret_that_the_server_refuses_is_never_quoted()
    {
        const string Ns = "refused-secret";
        using var target = new RestoreTarget(live.Cluster);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.Secrets,
                $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"bad","namespace":"{{Ns}}"},"data":"""
                    + """{"password":"hunter2-not-base64!"} }"""
            )
            .Add(
                RestoreTarget.Secrets,
                $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"worse","namespace":"{{Ns}}"},"data":"""
                    + """{"bad key":"aHVudGVyMg=="} }"""
            );

        var report = await target.ApplyAsync(sample);

        Assert.Equal(2, report.Counts["Failed"]);
        Assert.DoesNotContain(
            report.Failures,
            f => f.Reason.Contains("hunter2", StringComparison.Ordinal) || f.Reason.Contains("aHVudGVyMg", StringComparison.Ordinal)
        );
        Assert.Contains("withheld", report.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Contains("data[bad key]", report.Failures[1].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(target.LogPath), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_quiesced_operator_gets_its_replicas_last()
    {
        const string Ns = "quiesced";
        await using var proxy = await TestKit.Faults.FaultProxy.StartAsync(live.Cluster);
        using var target = new RestoreTarget(proxy, live.Cluster);
        var (widgets, definition) = RestoreTarget.Widget("quiesced.example.com");
        var sample = new SampleRestore()
            .Add(RestoreTarget.Definitions, definition)
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.Deployments,
                $$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"operator","namespace":"{{Ns}}"},"spec":"""
                    + """{"replicas":3,"selector":{"matchLabels":{"app":"o"} },"template":{"metadata":{"labels":{"app":"o"} },"spec":"""
                    + """{"containers":[{"name":"c","image":"i"}]} } } }"""
            )
            .Add(
                widgets,
                $$"""{"apiVersion":"quiesced.example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"{{Ns}}"},"spec":"""
                    + """{"n":1},"status":{"observedGeneration":4,"external":"id-1"} }"""
            );
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(
            point,
            await target.UidAsync(),
            SampleRestore.RequestFor(point) with
            {
                Quiesce = [Ns],
                Status = true,
            }
        );

        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(3, (await target.GetAsync(RestoreTarget.Deployments, Ns, "operator")).Object("spec").Number("replicas"));
        var status = (await target.GetAsync(widgets, Ns, "w")).Object("status");
        Assert.Equal(("id-1", false), (status.Text("external"), status!.ContainsKey("observedGeneration")));
        Assert.EndsWith("/deployments/operator", proxy.Requests.Last(r => r.Method != "GET").Path, StringComparison.Ordinal);
    }

    /// <summary>Does something once the restore has reported its first deferred outcome.</summary>
    private sealed class ReleaseOn(Func<Task> release) : IProgress<RestoreProgress>
    {
        private int done;

        public void Report(RestoreProgress value)
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
                release().GetAwaiter().GetResult();
        }
    }

    private static SampleRestore Webhooks(
        string ns,
        string policy,
        string how,
        object where,
        string resource = "configmaps",
        string? hooked = null
    ) =>
        new SampleRestore()
            .Add(
                RestoreTarget.Namespaces,
                $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}","labels":{"hooked":"{{ns}}"} } }"""
            )
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(ns, "a"))
            .Add(
                RestoreTarget.Webhooks,
                $$"""
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"{{ns}}-hook"},
                 "webhooks":[{"name":"hook.example.com","sideEffects":"None",
                 "admissionReviewVersions":["v1"],"failurePolicy":"{{policy}}","timeoutSeconds":1,
                  "namespaceSelector":{"matchLabels":{"hooked":"{{hooked
                    ?? ns}}"} },
                 "rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["{{resource}}"]}],
                  "clientConfig":{"{{how}}":{{System.Text.Json.JsonSerializer.Serialize(
                    where
                )}} } }]}
                """
            );
}
