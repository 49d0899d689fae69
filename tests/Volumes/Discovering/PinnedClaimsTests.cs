using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Tests.Discovering;

public sealed class PinnedClaimsTests
{
    [Fact]
    public async Task Where_no_claims_are_served_none_is_pinned()
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(404, """{"kind":"Status","code":404,"reason":"NotFound"}"""));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        var found = await PinnedClaims.ReadAsync(connection, new(new(), []), new Revision("1"), default);

        Assert.True(found.IsEmpty);
    }
}
