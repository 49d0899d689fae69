using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Control;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Runs;

public sealed class OrderJsonTests
{
    [Fact]
    public void An_order_of_a_version_that_said_less_has_the_defaults_of_this_one()
    {
        var order = JsonSerializer.Deserialize(
            """{"run":"20261122T053000Z-1a2b3c4d","clusters":["one"],"requestedBy":"me","later":1,"request":{}}""",
            HoldfastJson.Default.FleetOrder
        )!;

        Assert.Equal(
            (10, 4, 5, false, false),
            (order.Concurrency, order.Units, order.Attempts, order.Busy.IsDefault, order.Unusable.IsDefault)
        );
        Assert.False(order.Request.ExpectedAbsentGroups.IsDefault || order.Request.Scope is null);
    }

    [Fact]
    public void An_order_without_a_request_is_refused() =>
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize(
                """{"run":"20261122T053000Z-1a2b3c4d","clusters":["one"],"requestedBy":"me"}""",
                HoldfastJson.Default.FleetOrder
            )
        );

    [Fact]
    public async Task An_order_that_release_0_1_0_wrote_has_its_request()
    {
        var run = RunId.Parse("20261122T053000Z-1a2b3c4d");
        var control = new MemoryDocuments();
        await control.PutAsync(
            RunOrders.PathOf(run),
            """
            {"at":"2026-11-22T05:30:00+00:00","fleet":{"run":"20261122T053000Z-1a2b3c4d","clusters":["one"],"requestedBy":"schedule",
             "registrations":{"one":{"name":"one"}},"policy":"nightly","policyDocument":{"name":"nightly"},"full":true,"units":3,
             "scope":{"namespaces":["shop"],"excludedNamespaces":[],"excludedResources":[],"includedResources":[]},
             "keepUntil":"2027-01-01T00:00:00+00:00","expectedAbsentGroups":["a.example.com"]}}
            """u8.ToArray(),
            default
        );

        var order = (await new RunOrders(control, TimeProvider.System).FindAsync(run, default))!.Fleet!;

        var request = order.RequestFor(order.Clusters[0]);
        Assert.Equal(("nightly", 3, true), (order.Policy, order.Units, request.Full));
        Assert.Equal(["shop"], request.Scope.Namespaces.ToArray());
        Assert.Equal(["a.example.com"], request.ExpectedAbsentGroups.ToArray());
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), request.KeepUntil);
        Assert.Equal("nightly", request.Policy!.Value.GetProperty("name").GetString());
        Assert.Equal("one", request.Registration!.Value.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_stored_order_has_a_version_that_release_0_1_0_refuses()
    {
        var run = RunId.Parse("20261122T053000Z-1a2b3c4d");
        var control = new MemoryDocuments();
        var order = new CaptureOrder
        {
            Run = run,
            Cluster = ClusterName.Parse("prod"),
            RequestedBy = "me",
            Request = new(),
        };

        await new RunOrders(control, TimeProvider.System).StoreAsync(new(DateTimeOffset.UnixEpoch) { Capture = order }, default);

        using var stored = JsonDocument.Parse((await control.ReadAsync(RunOrders.PathOf(run), default))!.Content);
        Assert.Equal(2, stored.RootElement.GetProperty("version").GetInt32());
    }

    [Fact]
    public void A_reference_has_nothing_of_the_request()
    {
        var order = new CaptureOrder
        {
            Run = RunId.Parse("20261122T053000Z-1a2b3c4d"),
            Cluster = ClusterName.Parse("prod"),
            RequestedBy = "me",
            Policy = "nightly",
            Units = 7,
            Request = new() { Full = true },
        };

        Assert.Equal(
            """{"cluster":"prod","policy":"nightly","units":7,"isBrief":true,"run":"""
                + "\"20261122T053000Z-1a2b3c4d\",\"requestedBy\":\"me\",\"attempts\":5}",
            PayloadConverter.Instance.Serialize(order.Reference())
        );
    }

    [Fact]
    public void Counts_that_release_0_1_0_wrote_are_read_as_they_were()
    {
        var unit = Read<UnitCounts>("""{"objects":10,"bytes":1000,"packsWritten":1,"bytesWritten":500,"failed":1,"goesOn":true}""");
        var node = Read<NodeCounts>("""{"units":3,"objects":10,"bytes":1000,"failed":1}""");
        var fleet = Read<FleetCounts>("""{"done":3,"flawed":1,"objects":10,"bytes":1000,"unreported":[]}""");

        Assert.Equal(1, Read<UnitCounts>("""{"objects":1,"bytes":1,"failed":0,"goesOn":false}""").Done);
        Assert.Equal(unit with { Done = 1 }, Read<UnitCounts>(PayloadConverter.Instance.Serialize(unit with { Done = 1 })));
        Assert.Equal((0, 10L, 1000L, 1, true), (unit.Done, unit.Objects, unit.Bytes, unit.Failed, unit.HasMore));
        Assert.Equal((3, 10L, 1000L, 1), (node.Done, node.Objects, node.Bytes, node.Failed));
        Assert.Equal((3, 10L, 1000L, 1), (fleet.Done, fleet.Objects, fleet.Bytes, fleet.Failed));
    }

    private static T Read<T>(string json) => (T)PayloadConverter.Instance.Deserialize(json, typeof(T))!;

    [Theory]
    [InlineData("20261122T053000Z-1a2b3c4d", null), InlineData("20261122T053000Z-1a2b3c4d.prod", "20261122T053000Z-1a2b3c4d")]
    public void A_runs_id_has_its_time_and_its_fleet(string text, string? fleet)
    {
        Assert.True(RunId.TryParse(text, out var run));
        Assert.Equal(
            (text, new DateTimeOffset(2026, 11, 22, 5, 30, 0, TimeSpan.Zero), fleet),
            (run.ToString(), run.Time, run.Whole?.ToString())
        );
    }

    [Theory]
    [
        InlineData(""),
        InlineData("20261122T053000Z-1A2B3C4D"),
        InlineData("20261122T053000Z-1a2b3c4"),
        InlineData("20261322T053000Z-1a2b3c4d"),
        InlineData("20261122T053000Z-1a2b3c4d/prod")
    ]
    [InlineData("20261122T053000Z-1a2b3c4d."), InlineData("20261122T053000Z-1a2b3c4d.a.b"), InlineData("20261122T053000Z-1a2b3c4d.Prod")]
    public void What_isnt_a_runs_id_is_refused(string text) => Assert.False(RunId.TryParse(text, out _));
}
