using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Tests.Planning;

public sealed class UnreadableObjectTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"metadata":{"name":"b"}}""")]
    [InlineData("""{"metadata":{"name":"\ud800"}}""")]
    [InlineData("[]")]
    public void An_object_of_the_target_that_no_reader_takes_is_the_servers_fault_and_named(string json)
    {
        var receiver = RestoreTarget.Readable(new("https://target.example"), (in ListedItem item) => ManifestJson.Parse(item.Json));

        var fault = Assert.Throws<ClusterException>(() => receiver(Item(System.Text.Encoding.UTF8.GetBytes(json))));

        Assert.Equal(ClusterFailure.Broken, fault.Failure);
        Assert.Contains("shop/web", fault.Message, StringComparison.Ordinal);
    }

    private static ListedItem Item(byte[] json) =>
        new()
        {
            Json = json,
            Namespace = "shop"u8,
            Name = "web"u8,
            Uid = "u"u8,
            ResourceVersion = "1"u8,
            HasTypeMeta = false,
        };
}
