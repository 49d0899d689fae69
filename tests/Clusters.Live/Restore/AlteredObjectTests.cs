using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Restore;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>What the server doesn't keep of the objects that it was sent.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class AlteredObjectTests(LiveRestoreFixture live)
{
    private static readonly ResourceType Jobs = new("batch", "v1", "jobs", "Job", true);
    private static readonly ResourceType MutatingWebhooks = new(
        "admissionregistration.k8s.io",
        "v1",
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        false
    );

    [SkippableFact]
    public async Task A_field_that_the_target_s_schema_lost_is_named_by_the_plan_and_by_the_report()
    {
        using var target = new RestoreTarget(live.Cluster);
        var tanks = await TanksAsync(target, "lost.example.com", """{"colour":{"type":"string"}}""");
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() }.Add(
            tanks,
            Tank("lost.example.com", """{"size":5,"colour":"red"}""")
        );
        var point = await sample.WriteAsync();

        var plan = await PlanAsync(target, point);
        var report = await target.ApplyAsync(plan, point);

        Assert.Contains(
            plan.Warnings,
            w => w.Contains("north", StringComparison.Ordinal) && w.Contains("/spec/size", StringComparison.Ordinal)
        );
        Assert.False(report.Complete);
        Assert.Empty(report.Failures);
        var altered = Assert.Single(report.Altered);
        Assert.Equal(("tanks.lost.example.com", "default", "north"), (altered.Resource, altered.Namespace, altered.Name));
        Assert.Equal([new("/spec/size", Alteration.Dropped)], altered.Fields.First.AsEnumerable());
    }

    /// <summary>As a source of a later version has fields.</summary>
    [SkippableFact]
    public async Task So_is_a_field_of_a_built_in_type_that_the_target_is_too_old_for()
    {
        using var target = new RestoreTarget(live.Cluster);
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() }.Add(
            RestoreTarget.Deployments,
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"of-the-future","namespace":"default"},"spec":{"replicas":0,
             "selector":{"matchLabels":{"app":"f"} },"template":{"metadata":{"labels":{"app":"f"} },
             "spec":{"containers":[{"name":"c","image":"x/y:1","warmth":"high"}]} } } }
            """
        );
        var point = await sample.WriteAsync();

        var plan = await PlanAsync(target, point);
        var report = await target.ApplyAsync(plan, point);

        var warning = Assert.Single(plan.Warnings, w => w.Contains("of-the-future", StringComparison.Ordinal));
        Assert.Contains("/spec/template/spec/containers/*/warmth", warning, StringComparison.Ordinal);
        Assert.False(report.Complete);
        var fields = Assert.Single(report.Altered).Fields.First;
        Assert.Equal([new("/spec/template/spec/containers/0/warmth", Alteration.Dropped)], fields.AsEnumerable());
    }

    [SkippableTheory]
    [InlineData(ExistingPolicy.Update), InlineData(ExistingPolicy.Replace)]
    public async Task So_is_one_that_is_lost_when_a_live_object_is_written_over(ExistingPolicy policy)
    {
        var group = $"over-{policy}.example.com".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        var tanks = await TanksAsync(target, group, """{"colour":{"type":"string"}}""");
        await target.CreateAsync(tanks, "default", Tank(group, """{"colour":"blue"}"""));
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() }.Add(tanks, Tank(group, """{"size":5,"colour":"red"}"""));
        var point = await sample.WriteAsync();

        var report = await target.ApplyAsync(await PlanAsync(target, point, r => r with { Existing = policy }), point);

        Assert.False(report.Complete);
        if (report.Failures.IsEmpty)
            Assert.Equal([new("/spec/size", Alteration.Dropped)], Assert.Single(report.Altered).Fields.First.AsEnumerable());
        else
            Assert.Contains("--existing replace", Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_a_webhook_rewrites_is_named_without_its_value_and_what_it_adds_is_not()
    {
        using var authority = TestAuthority.Create();
        using var certificate = authority.ForServer(["127.0.0.1"]);
        await using var hook = await StubServer.StartAsync(RewriteAsync, certificate);
        using var target = new RestoreTarget(live.Cluster);
        const string Ns = "rewritten";
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}","labels":{"rewritten":"yes"} } }"""
        );
        await target.CreateAsync(MutatingWebhooks, null, Webhook(hook.Url, authority.Certificate));
        try
        {
            var sample = new SampleRestore().Add(
                RestoreTarget.Secrets,
                $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"{{Ns}}"},"data":"""
                    + """{"keep":"aHVudGVyMg==","other":"eA=="} }"""
            );
            var point = await sample.WriteAsync();
            var plan = await sample.PlanAsync(point, await target.UidAsync());

            var report = await target.ApplyAsync(plan, point);

            Assert.False(report.Complete);
            Assert.Equal([new("/data/keep", Alteration.Changed)], Assert.Single(report.Altered).Fields.First.AsEnumerable());
            Assert.DoesNotContain("aHVudGVyMg", await File.ReadAllTextAsync(target.LogPath), StringComparison.Ordinal);
        }
        finally
        {
            await target.DeleteAsync(MutatingWebhooks, null, "rewrites");
        }
    }

    [SkippableFact]
    public async Task A_suspended_Job_that_the_target_would_start_is_held_back()
    {
        using var target = new RestoreTarget(live.Cluster);
        Skip.If(
            TestKit.Clusters.KubernetesVersion.IsAtLeast((await ClusterIdentity.ReadAsync(target.Direct, default)).ServerVersion, 21),
            "this server knows spec.suspend"
        );
        const string Ns = "suspended";
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                Jobs,
                $$"""
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"later","namespace":"{{Ns}}"},
                 "spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"x/y:1"}]} } } }
                """
            );

        var report = await target.ApplyAsync(sample);

        Assert.Contains("/spec/suspend", Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
        Assert.Null(await target.FindAsync(Jobs, Ns, "later"));
    }

    [SkippableFact]
    public async Task A_dry_run_reports_what_the_target_would_refuse_or_not_keep_and_what_could_not_be_checked_and_changes_nothing()
    {
        using var target = new RestoreTarget(live.Cluster);
        const string Ns = "asked";
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        var tanks = await TanksAsync(target, "asked.example.com", """{"colour":{"type":"string"}}""");
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() }
            .Add(tanks, Tank("asked.example.com", """{"size":5,"colour":"red"}"""))
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "good"))
            .Add(
                RestoreTarget.Services,
                $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"bad","namespace":"{{Ns}}"},"spec":{"ports":"""
                    + """[{"port":70000}]} }"""
            )
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace("asked-new"))
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap("asked-new", "later"));
        var point = await sample.WriteAsync();

        var plan = await PlanAsync(target, point, r => r with { ServerDryRun = true });

        var names = plan.Steps.ToDictionary(s => s.Number, s => s.Name);
        Assert.Equal(4, plan.DryRun!.Checked);
        Assert.Equal("bad", names[Assert.Single(plan.DryRun.Findings, f => f.Refused is not null).Step]);
        var altered = Assert.Single(plan.DryRun.Findings, f => f.Altered is not null);
        Assert.Equal(("north", "/spec/size"), (names[altered.Step], altered.Altered!.First.Single().Path));
        Assert.Equal("later", names[Assert.Single(plan.DryRun.NotChecked).Step]);
        Assert.Contains(plan.Warnings, w => w.Contains("bad", StringComparison.Ordinal));
        Assert.Null(await target.FindAsync(RestoreTarget.ConfigMaps, Ns, "good"));
        Assert.Null(await target.FindAsync(RestoreTarget.Namespaces, null, "asked-new"));
    }

    private static async Task<RestorePlan> PlanAsync(
        RestoreTarget target,
        Archive.Points.RecoveryPointReader point,
        Func<RestoreRequest, RestoreRequest>? change = null
    )
    {
        var request = SampleRestore.RequestFor(point);
        return await TargetPlanner
            .Of(point, target.Connection, TimeProvider.System)
            .PlanAsync(change?.Invoke(request) ?? request, new SampleRestore().Run, null, default);
    }

    private static async Task<ResourceType> TanksAsync(RestoreTarget target, string group, string properties)
    {
        await target.CreateAsync(
            RestoreTarget.Definitions,
            null,
            $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"tanks.{{group}}"},
             "spec":{"group":"{{group}}","scope":"Namespaced","names":{"plural":"tanks","singular":"tank","kind":"Tank",
              "listKind":"TankList"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
              "properties":{"spec":{"type":"object","properties":{{properties}} } } } } }]} }
            """
        );
        await target.UntilAsync(
            RestoreTarget.Definitions,
            null,
            $"tanks.{group}",
            d => d.Object("status").Objects("conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True")
        );
        var tanks = new ResourceType(group, "v1", "tanks", "Tank", true);
        // Older servers serve it a moment later.
        while (
            (
                await new Clusters.Writing.ResourceWriter(target.Direct).GetAsync(RestoreTarget.Served(tanks), "default", "none", default)
            ).Missing != Clusters.Writing.MissingPart.Object
        )
            await Task.Delay(50);
        return tanks;
    }

    private static string Tank(string group, string spec) =>
        $$"""{"apiVersion":"{{group}}/v1","kind":"Tank","metadata":{"name":"north","namespace":"default"},"spec":{{spec}} }""";

    private static string Webhook(Uri url, X509Certificate2 authority) =>
        $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration","metadata":{"name":"rewrites"},
             "webhooks":[{"name":"rewrites.example.com","sideEffects":"None",
             "admissionReviewVersions":["v1"],"namespaceSelector":{"matchLabels":{"rewritten":"yes"} },"rules":[{"apiGroups":[""],
              "apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["secrets"]}],
             "clientConfig":{"url":"{{url}}","caBundle":"{{Convert.ToBase64String(
                Encoding.ASCII.GetBytes(authority.ExportCertificatePem())
            )}}"} }]}
            """;

    private static async Task RewriteAsync(HttpContext context)
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body))!;
        var patch = """[{"op":"replace","path":"/data/keep","value":"b3RoZXI="},{"op":"add","path":"/data/added","value":"eA=="}]""";
        var isSample = (string?)review["request"]!["name"] == "s";
        await context.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["apiVersion"] = "admission.k8s.io/v1",
                ["kind"] = "AdmissionReview",
                ["response"] = new JsonObject
                {
                    ["uid"] = review["request"]!["uid"]!.DeepClone(),
                    ["allowed"] = true,
                    ["patchType"] = isSample ? "JSONPatch" : null,
                    ["patch"] = isSample ? Convert.ToBase64String(Encoding.UTF8.GetBytes(patch)) : null,
                },
            }
        );
    }
}
