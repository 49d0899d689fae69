using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Tests.Readiness;

public sealed class WorkloadReadinessTests
{
    [Theory]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':2,'availableReplicas':2}", null)]
    [InlineData("{}", "{'observedGeneration':3,'updatedReplicas':1,'availableReplicas':1}", null)]
    [InlineData("{'replicas':2}", "{'observedGeneration':2,'updatedReplicas':2,'availableReplicas':2}", "hasn't taken it up yet")]
    [InlineData("{'replicas':2}", "{'updatedReplicas':2,'availableReplicas':2}", "hasn't taken it up yet")]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':1,'availableReplicas':2}", "1 of 2 replicas created")]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':2,'availableReplicas':1}", "1 of 2 replicas available")]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':2}", "0 of 2 replicas available")]
    public void A_deployment_is_ready_when_its_current_replicas_are_available(string spec, string status, string? reason) =>
        Check(KnownTypes.Deployments, spec, status, reason);

    [Fact]
    public void A_deployment_that_makes_no_progress_says_why() =>
        Check(
            KnownTypes.Deployments,
            "{'replicas':1}",
            """
            {'observedGeneration':3,'updatedReplicas':0,'conditions':[
              {'type':'Progressing','status':'True','reason':'NewReplicaSetCreated'},
              {'type':'ReplicaFailure','status':'True','reason':'FailedCreate','message':'exceeded quota: pods'}]}
            """,
            "0 of 1 replicas created (FailedCreate: exceeded quota: pods)"
        );

    [Theory]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':2,'availableReplicas':2,'readyReplicas':2}", null)]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'updatedReplicas':2,'readyReplicas':2}", null)]
    [InlineData(
        "{'replicas':2}",
        "{'observedGeneration':3,'updatedReplicas':2,'availableReplicas':1,'readyReplicas':2}",
        "1 of 2 replicas available"
    )]
    [InlineData(
        "{'replicas':2}",
        "{'observedGeneration':3,'updatedReplicas':1,'readyReplicas':2}",
        "1 of 2 replicas of the current template"
    )]
    [InlineData(
        "{'replicas':2,'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':1}}}",
        "{'observedGeneration':3,'updatedReplicas':1,'readyReplicas':2}",
        null
    )]
    [InlineData(
        "{'replicas':2,'updateStrategy':{'type':'OnDelete'}}",
        "{'observedGeneration':3,'updatedReplicas':0,'readyReplicas':2}",
        null
    )]
    [InlineData("{'replicas':2}", "{'observedGeneration':2,'updatedReplicas':2,'readyReplicas':2}", "hasn't taken it up yet")]
    public void A_stateful_set_is_ready_by_its_strategy(string spec, string status, string? reason) =>
        Check(KnownTypes.StatefulSets, spec, status, reason);

    [Theory]
    [InlineData("{}", "{'observedGeneration':3,'desiredNumberScheduled':2,'updatedNumberScheduled':2,'numberAvailable':2}", null)]
    [InlineData("{}", "{'observedGeneration':3,'desiredNumberScheduled':0}", null)]
    [InlineData("{}", "{'desiredNumberScheduled':0}", "hasn't taken it up yet")]
    [InlineData(
        "{}",
        "{'observedGeneration':3,'desiredNumberScheduled':2,'updatedNumberScheduled':1,'numberAvailable':2}",
        "1 of 2 Pods scheduled"
    )]
    [InlineData(
        "{}",
        "{'observedGeneration':3,'desiredNumberScheduled':2,'updatedNumberScheduled':2,'numberAvailable':1}",
        "1 of 2 Pods available"
    )]
    [InlineData(
        "{'updateStrategy':{'type':'OnDelete'}}",
        "{'observedGeneration':3,'desiredNumberScheduled':2,'updatedNumberScheduled':0,'numberAvailable':2}",
        null
    )]
    public void A_daemon_set_is_ready_when_it_is_available_on_its_nodes(string spec, string status, string? reason) =>
        Check(KnownTypes.DaemonSets, spec, status, reason);

    [Theory]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'availableReplicas':2}", null)]
    [InlineData("{'replicas':2}", "{'observedGeneration':3,'availableReplicas':1}", "1 of 2 replicas available")]
    [InlineData("{'replicas':2}", "{'observedGeneration':2,'availableReplicas':2}", "hasn't taken it up yet")]
    public void A_replica_set_is_ready_when_its_replicas_are_available(string spec, string status, string? reason)
    {
        Check(KnownTypes.ReplicaSets, spec, status, reason);
        Check(KnownTypes.ReplicationControllers, spec, status, reason);
    }

    [Theory]
    [InlineData("{}", "{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}", null)]
    [InlineData("{}", "{'phase':'Succeeded','conditions':[{'type':'Ready','status':'False'}]}", null)]
    [InlineData("{}", "{}", "it isn't running yet")]
    [InlineData(
        "{}",
        "{'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'Unschedulable','message':'0/3 nodes'}]}",
        "Unschedulable: 0/3 nodes"
    )]
    [InlineData(
        "{}",
        "{'phase':'Pending','containerStatuses':[{'name':'web','state':{'waiting':{'reason':'ContainerCreating'}}},"
            + "{'name':'side','state':{'waiting':{'reason':'ImagePullBackOff','message':'no such image'}}}]}",
        "container side: ImagePullBackOff: no such image"
    )]
    [InlineData(
        "{}",
        "{'phase':'Running','containerStatuses':[{'name':'web','state':{'terminated':{'exitCode':137,'reason':'OOMKilled'}}}]}",
        "container web exited with 137 (OOMKilled)"
    )]
    public void A_pod_is_ready_by_its_condition_and_says_what_holds_it(string spec, string status, string? reason) =>
        Check(KnownTypes.Pods, spec, status, reason);

    [Theory]
    [InlineData(KnownTypes.Pods, "{}", "{'phase':'Failed','reason':'Evicted','message':'low on memory'}", "Evicted: low on memory")]
    [InlineData(
        KnownTypes.Jobs,
        "{}",
        "{'conditions':[{'type':'Failed','status':'True','reason':'BackoffLimitExceeded'}]}",
        "it failed: BackoffLimitExceeded"
    )]
    public void What_has_failed_isnt_waited_for(string resource, string spec, string status, string reason) =>
        Assert.Equal(ReadyState.Failed(reason), Of(resource, spec, status));

    [Theory]
    [InlineData("{'completions':2}", "{'succeeded':2,'conditions':[{'type':'Complete','status':'True'}]}", null)]
    [InlineData("{'completions':2}", "{'succeeded':1}", "1 of 2 completions")]
    [InlineData("{}", "{'conditions':[{'type':'Failed','status':'False'}]}", "0 of 1 completions")]
    public void A_job_is_ready_when_it_is_complete(string spec, string status, string? reason) =>
        Check(KnownTypes.Jobs, spec, status, reason);

    [Theory]
    [InlineData(KnownTypes.Deployments, "{'replicas':0}")]
    [InlineData(KnownTypes.Deployments, "{'replicas':2,'paused':true}")]
    [InlineData(KnownTypes.StatefulSets, "{'replicas':0}")]
    [InlineData(KnownTypes.ReplicaSets, "{'replicas':0}")]
    [InlineData(KnownTypes.Jobs, "{'suspend':true}")]
    [InlineData(KnownTypes.Jobs, "{'parallelism':0}")]
    [InlineData(KnownTypes.Pods, "{'schedulingGates':[{'name':'example.com/hold'}]}")]
    [InlineData(KnownTypes.Services, "{'type':'ClusterIP'}")]
    public void What_is_held_back_isnt_awaited(string resource, string spec) =>
        Assert.Equal(ReadyState.NotAwaited, Of(resource, spec, "{}"));

    [Theory]
    [InlineData("{'type':'LoadBalancer'}", "{'loadBalancer':{'ingress':[{'ip':'192.0.2.1'}]}}", null)]
    [InlineData("{'type':'LoadBalancer'}", "{'loadBalancer':{}}", "its load balancer has no address")]
    public void A_load_balancer_is_ready_when_it_has_an_address(string spec, string status, string? reason) =>
        Check(KnownTypes.Services, spec, status, reason);

    [Theory]
    [InlineData("{'conditions':[{'type':'Available','status':'True'}]}", null)]
    [InlineData("{'conditions':[{'type':'Available','status':'False','reason':'MissingEndpoints'}]}", "MissingEndpoints")]
    [InlineData("{}", "its availability isn't known yet")]
    public void An_api_service_is_ready_when_it_is_available(string status, string? reason) =>
        Check(KnownTypes.ApiServices, "{}", status, reason);

    [Fact]
    public void What_a_controller_owns_isnt_awaited_itself()
    {
        var owned = Live("{'replicas':2}", "{'observedGeneration':3}");
        owned["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["controller"] = true, ["kind"] = "Deployment" });

        Assert.Equal(ReadyState.NotAwaited, ObjectReadiness.Of(KnownTypes.ReplicaSets, owned));
    }

    [Fact]
    public void Cron_jobs_and_ingresses_have_no_readiness() =>
        Assert.All([KnownTypes.CronJobs, KnownTypes.Ingresses, KnownTypes.ConfigMaps], type => Assert.False(ObjectReadiness.Has(type)));

    /// <param name="reason">A part of it; null: it is ready.</param>
    private static void Check(string resource, string spec, string status, string? reason)
    {
        var state = Of(resource, spec, status);
        Assert.Equal(reason is null ? ReadyKind.Ready : ReadyKind.Waiting, state.Kind);
        Assert.Contains(reason ?? "", state.Reason ?? "", StringComparison.Ordinal);
    }

    private static ReadyState Of(string resource, string spec, string status) => ObjectReadiness.Of(resource, Live(spec, status));

    private static JsonObject Live(string spec, string status) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = "x", ["generation"] = 3 },
            ["spec"] = Json(spec),
            ["status"] = Json(status),
        };

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text.Replace('\'', '"'))!;
}
