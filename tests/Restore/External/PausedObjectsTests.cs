using Holdfast.Manifests;
using Holdfast.Restore.External;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.External;

public sealed class PausedObjectsTests
{
    private const string Azure = "sql.azure.com";

    [Theory]
    [InlineData("", "detach-on-delete")]
    [InlineData("manage", "detach-on-delete")]
    [InlineData("detach-on-delete", "detach-on-delete")]
    public void An_azure_object_waits_and_then_deletes_nothing_outside(string captured, string then)
    {
        var body = YamlManifests.ParseOne(
            captured.Length == 0
                ? "{ metadata: { name: a }, spec: { azureName: a } }"
                : $"{{ metadata: {{ name: a, annotations: {{ serviceoperator.azure.com/reconcile-policy: {captured} }} }}, "
                    + "spec: { azureName: a } }"
        );

        var created = PausedObjects.With(body, Azure);

        Assert.Equal("skip", created.Object("metadata").Object("annotations").Text("serviceoperator.azure.com/reconcile-policy"));
        Assert.Equal(
            then,
            PausedObjects.Release(created, body, Azure).Object("annotations").Text("serviceoperator.azure.com/reconcile-policy")
        );
    }

    [Fact]
    public void What_was_paused_when_it_was_captured_stays_so()
    {
        var body = YamlManifests.ParseOne(
            "{ metadata: { name: a, annotations: { serviceoperator.azure.com/reconcile-policy: skip } }, spec: { azureName: a } }"
        );

        Assert.Null(PausedObjects.Release(PausedObjects.With(body, Azure), body, Azure));
    }

    [Fact]
    public void A_crossplane_object_is_paused_and_then_not()
    {
        var body = YamlManifests.ParseOne("{ metadata: { name: a }, spec: { forProvider: {}, providerConfigRef: { name: p } } }");

        var created = PausedObjects.With(body, "rds.aws.upbound.io");

        Assert.Equal("true", created.Object("metadata").Object("annotations").Text("crossplane.io/paused"));
        Assert.Equal(
            """{"annotations":{"crossplane.io/paused":null}}""",
            PausedObjects.Release(created, body, "rds.aws.upbound.io")!.ToJsonString()
        );
        Assert.Null(PausedObjects.Release(body, body, "rds.aws.upbound.io"));
    }
}
