using System.Text.Json;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Runs;

public sealed class OrderJsonTests
{
    [Fact]
    public void An_order_of_a_version_that_said_less_has_the_defaults_of_this_one()
    {
        var order = JsonSerializer.Deserialize(
            """{"run":"20261122T053000Z-1a2b3c4d","clusters":["one"],"requestedBy":"me","later":1}""",
            HoldfastJson.Default.FleetOrder
        )!;

        Assert.Equal(
            (10, 4, 5, false, false),
            (order.Concurrency, order.Units, order.Attempts, order.Busy.IsDefault, order.Unusable.IsDefault)
        );
        Assert.False(order.ExpectedAbsentGroups.IsDefault || order.Scope is null);
    }

    [Theory]
    [InlineData("20261122T053000Z-1a2b3c4d", null), InlineData("20261122T053000Z-1a2b3c4d.prod", "20261122T053000Z-1a2b3c4d")]
    public void A_runs_id_tells_its_time_and_its_fleet(string text, string? fleet)
    {
        Assert.True(RunId.TryParse(text, out var run));
        Assert.Equal(
            (text, new DateTimeOffset(2026, 11, 22, 5, 30, 0, TimeSpan.Zero), fleet),
            (run.ToString(), run.Time, run.Fleet?.ToString())
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
    public void What_is_no_runs_id_is_refused(string text) => Assert.False(RunId.TryParse(text, out _));
}
