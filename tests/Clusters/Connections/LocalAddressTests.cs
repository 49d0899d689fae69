using System.Net;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class LocalAddressTests
{
    [Theory]
    [
        InlineData("127.0.0.1"),
        InlineData("127.8.8.8"),
        InlineData("0.0.0.0"),
        InlineData("169.254.169.254"),
        InlineData("168.63.129.16"),
        InlineData("100.100.100.200")
    ]
    [InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("febf::1"), InlineData("fd00:ec2::254")]
    [
        InlineData("::ffff:127.0.0.1"),
        InlineData("::ffff:169.254.169.254"),
        InlineData("64:ff9b::127.0.0.1"),
        InlineData("::169.254.169.254")
    ]
    public void It_leads_to_this_machine_its_link_or_a_metadata_service(string address) =>
        Assert.True(LocalAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [
        InlineData("10.0.0.1"),
        InlineData("192.168.1.1"),
        InlineData("172.16.0.1"),
        InlineData("20.1.2.3"),
        InlineData("fd00::1"),
        InlineData("2603:1020::1"),
        InlineData("64:ff9b::10.0.0.1")
    ]
    public void It_leads_elsewhere(string address) => Assert.False(LocalAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://localhost"), InlineData("https://2130706433"), InlineData("https://0x7f.1"), InlineData("https://[::ffff:7f00:1]")]
    public void Other_ways_to_write_the_loopback_address_are_seen_through(string url) => Assert.True(LocalAddresses.IsNamedBy(new(url)));

    [Fact]
    public async Task A_guarded_handler_connects_to_no_local_address_and_follows_no_redirect()
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(302, "{}", ("Location", "/elsewhere")));
        using var client = new HttpClient(GuardedSockets.HandlerFor(server.Url));
        using var open = GuardedSockets.HandlerFor(server.Url);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Url));

        Assert.IsType<LocalAddressException>(refused.InnerException);
        Assert.Empty(server.Requests);
        Assert.False(open.AllowAutoRedirect);
    }

    /// <summary>
    /// A name that resolves to a local address is refused at connection time, whatever it resolved to when the endpoint was checked.
    /// </summary>
    [Theory]
    [InlineData("localhost"), InlineData("127.0.0.1")]
    public async Task Local_addresses_are_not_connected_to_and_not_retried(string host)
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(200, "{}"));
        var endpoint = new ClusterEndpoint { Server = new($"http://{host}:{server.Url.Port}"), LocalAddressAdvice = "set THE_SETTING" };
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        using var allowed = new ClusterConnection(endpoint with { LocalAddressAdvice = null }, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/version", default));
        Assert.Empty(server.Requests);
        await allowed.GetAsync("/version", default);

        Assert.False(refused.IsTransient);
        Assert.Contains("THE_SETTING", refused.Message);
        Assert.Single(server.Requests);
    }
}
