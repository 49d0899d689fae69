using Holdfast.Control.Hooks;

namespace Holdfast.Control.Tests.Hooks;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData(".5s", 500)]
    [InlineData("2.s", 2_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250ms", 250)]
    [InlineData("3000us", 3)]
    [InlineData("3000µs", 3)]
    [InlineData("3000000ns", 3)]
    public void Durations_are_read_as_Go_writes_them(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), GoDuration.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("30 s")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1,5s")]
    [InlineData("1s\n")]
    [InlineData("٣s")]
    [InlineData("999999999h")]
    public void Anything_else_is_none(string text) => Assert.Null(GoDuration.TryParse(text));
}
