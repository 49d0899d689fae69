using Holdfast.Manifests.Selecting;

namespace Holdfast.Manifests.Tests.Selecting;

public sealed class ObjectReferenceTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("deploy", "deploy")]
    [InlineData("deploy,svc", "deploy svc")]
    [InlineData("deploy web", "deploy/web")]
    [InlineData("deploy web db", "deploy/web deploy/db")]
    [InlineData("deploy/web", "deploy/web")]
    [InlineData("deploy/web svc/db", "deploy/web svc/db")]
    [InlineData("deployments.v1.apps/web", "deployments.v1.apps/web")]
    public void Objects_are_written_as_for_kubectl(string words, string references) =>
        Assert.Equal(
            references,
            string.Join(' ', ObjectReference.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(r => r.ToString()))
        );

    [Theory]
    [InlineData("/web", "'/web'")]
    [InlineData("deploy/", "'deploy/'")]
    [InlineData("deploy/shop/web", "'deploy/shop/web'")]
    [InlineData("deploy/web db", "'db'")]
    [InlineData("deploy svc/web", "'deploy'")]
    [InlineData("deploy,", "'deploy,'")]
    [InlineData("deploy,svc web", "'web'")]
    public void What_cannot_be_understood_is_named(string words, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => ObjectReference.Parse(words.Split(' '))).Message);
}
