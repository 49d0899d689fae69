using System.Text.Json.Nodes;
using Holdfast.Restore.Applying;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Restore.Tests.Applying;

public sealed class PendingDeletionsTests
{
    private static readonly ApplyLimits Limits = new()
    {
        Deletion = TimeSpan.FromMinutes(10),
        Settling = TimeSpan.FromMinutes(1),
        Held = TimeSpan.FromSeconds(10),
    };

    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData("""{"metadata":{"finalizers":["example.com/hold"]}}""")]
    [InlineData("""{"spec":{"finalizers":["kubernetes","hold"]}}""")]
    [InlineData(
        """{"status":{"conditions":[{"type":"NamespaceFinalizersRemaining","status":"True","message":"""
            + """ "Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 1 resource instances, """
            + """example.com/hold in 2 resource instances"}]}}"""
    )]
    [InlineData(
        """
            {"status":{"conditions":[{"type":"NamespaceDeletionDiscoveryFailure","status":"True",
              "message":"unable to retrieve: metrics.k8s.io/v1beta1"}]}}
            """
    )]
    public void What_no_controller_lets_go_of_is_waited_for_only_while_it_changes(string live)
    {
        var deletions = new PendingDeletions(Limits, time);
        deletions.Seen(Step("namespaces"), Live(live, "1"));
        time.Advance(TimeSpan.FromSeconds(8));
        deletions.Seen(Step("namespaces"), Live(live, "2"));
        time.Advance(TimeSpan.FromSeconds(8));
        deletions.Seen(Step("namespaces"), Live(live, "2"));

        Assert.Equal(TimeSpan.FromSeconds(2), deletions.Patience(Step("namespaces"), TimeSpan.Zero));
    }

    [Theory]
    [InlineData(
        """
            {"metadata":{"finalizers":["kubernetes.io/pv-protection","foregroundDeletion","customresourcecleanup.apiextensions.k8s.io"]},
              "spec":{"finalizers":["kubernetes"]}}
            """
    )]
    [InlineData(
        """
            {"status":{"conditions":[{"type":"NamespaceContentRemaining","status":"True",
              "message":"Some resources are remaining: pods. has 3 resource instances"}]}}
            """
    )]
    [InlineData("""{"status":{"conditions":[{"type":"NamespaceFinalizersRemaining","status":"True","message":"some remain"}]}}""")]
    public void What_Kubernetes_itself_lets_go_of_is_waited_for(string live)
    {
        var deletions = new PendingDeletions(Limits, time);
        deletions.Seen(Step("namespaces"), Live(live, "1"));
        deletions.Seen(Step("configmaps"), Live(live, "1"));
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(TimeSpan.FromMinutes(9), deletions.Patience(Step("namespaces"), waited: TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromSeconds(20), deletions.Patience(Step("configmaps"), waited: TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public void What_holds_it_is_reported()
    {
        var outcome = new PendingDeletions(Limits, time).Seen(
            Step("namespaces"),
            Live("""{"metadata":{"finalizers":["example.com/hold"]}}""", "1")
        );

        Assert.Equal(OutcomeKind.Deferred, outcome.Kind);
        Assert.Contains("example.com/hold", outcome.Reason, StringComparison.Ordinal);
    }

    private static JsonObject Live(string text, string revision)
    {
        var live = JsonNode.Parse(text)!.AsObject();
        var metadata = live["metadata"] as JsonObject ?? [];
        metadata["resourceVersion"] = revision;
        live["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
        return live;
    }

    private static RestoreStep Step(string resource) =>
        new()
        {
            Number = resource == "namespaces" ? 1 : 2,
            Stage = RestoreStage.Namespaces,
            Action = StepAction.Create,
            Resource = resource,
            ApiVersion = "v1",
            Kind = "X",
            Name = "shop",
            Reason = "",
        };
}
