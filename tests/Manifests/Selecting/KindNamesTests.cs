using Holdfast.Archive.Format;
using Holdfast.Manifests.Selecting;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Manifests.Tests.Selecting;

public sealed class KindNamesTests
{
    private static readonly List<ResourceType> Types =
    [
        .. BuiltInTypes.BuiltIn.Select(ManifestPoint.TypeOf),
        new("example.com", "v1", "widgets", "Widget", true),
        new("other.example.com", "v1", "widgets", "Widget", true),
        new("serving.knative.dev", "v1", "services", "Service", true),
        new("gateway.example.com", "v1", "ingresses", "Ingress", true),
    ];

    [Theory]
    [InlineData("deployment", "deployments.apps")]
    [InlineData("Deployment", "deployments.apps")]
    [InlineData("deployments", "deployments.apps")]
    [InlineData("deployments.apps", "deployments.apps")]
    [InlineData("deployment.apps", "deployments.apps")]
    [InlineData("deployments.v1.apps", "deployments.apps")]
    [InlineData("deploy", "deployments.apps")]
    [InlineData("pods.v1", "pods")]
    [InlineData("svc", "services")]
    [InlineData("service", "services")]
    [InlineData("Service", "services")]
    [InlineData("services.serving.knative.dev", "services.serving.knative.dev")]
    [InlineData("ingress", "ingresses.networking.k8s.io")]
    [InlineData("event", "events")]
    [InlineData("Widget", "widgets.example.com widgets.other.example.com")]
    [InlineData("widgets.example.com", "widgets.example.com")]
    [InlineData("wd", "widgets.example.com")]
    [InlineData("deployments.extensions", "")]
    [InlineData("deploym", "")]
    public void A_kind_is_found_by_any_name_that_kubectl_takes(string text, string found) =>
        Assert.Equal(
            found,
            string.Join(
                ' ',
                KindNames.Find(text, Types, new Dictionary<string, string> { ["wd"] = "widgets.example.com" }).Select(t => t.GroupResource)
            )
        );
}
