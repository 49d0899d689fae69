using System.Text.Json.Nodes;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Tests.Discovering;

public sealed class VolumeSourceTests
{
    [Theory]
    [InlineData(
        """{"csi":{"driver":"disk.csi.azure.com","volumeHandle":"/subscriptions/s/d"}}""",
        "disk.csi.azure.com",
        "/subscriptions/s/d",
        true
    )]
    [InlineData("""{"azureDisk":{"diskURI":"/subscriptions/s/d"}}""", "kubernetes.io/azure-disk", "/subscriptions/s/d", false)]
    [InlineData("""{"nfs":{"server":"files","path":"/data"}}""", "nfs", "files:/data", false)]
    [InlineData("""{"hostPath":{"path":"/var/data"}}""", "hostPath", "/var/data", false)]
    [InlineData("""{"local":{"path":"/mnt/ssd"}}""", "local", "/mnt/ssd", false)]
    [InlineData("""{"fc":{"targetWWNs":["w"]}}""", "kubernetes.io/fc", null, false)]
    public void A_volume_is_named_for_what_it_is(string spec, string driver, string? handle, bool isCsi) =>
        Assert.Equal(new(driver, handle, isCsi), VolumeSource.Of(Parse(spec)));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"csi":{}}""")]
    [InlineData("""{"csi":"broken"}""")]
    public void What_names_no_known_source_is_unknown(string spec) => Assert.Null(VolumeSource.Of(Parse(spec)));

    [Fact]
    public void Topology_lists_the_values_of_each_key_over_all_terms()
    {
        var topology = VolumeSource.TopologyOf(
            Parse(
                """
                {"nodeAffinity":{"required":{"nodeSelectorTerms":[
                 {"matchExpressions":[{"key":"zone","operator":"In","values":["b","a"]},{"key":"os","operator":"Exists"}]},
                 {"matchExpressions":[{"key":"zone","operator":"In","values":["c"]},{"key":"rack","operator":"In","values":["1"]}]}]} } }
                """
            )
        );

        Assert.Equal(["rack=1", "zone=a,b,c"], topology.Select(t => $"{t.Key}={string.Join(',', t.Values)}"));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
