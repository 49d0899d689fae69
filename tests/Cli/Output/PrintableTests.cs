using Holdfast.Cli.Output;

namespace Holdfast.Cli.Tests.Output;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain\ttext\n", "plain\ttext\n")]
    [InlineData("ünïcödé-名前-🎉", "ünïcödé-名前-🎉")]
    [InlineData("\e]0;title\a", "\\u001b]0;title\\u0007")]
    [InlineData("\e[2J", "\\u001b[2J")]
    [InlineData("a\rb\0\u007f\u009b31m", "a\\u000db\\u0000\\u007f\\u009b31m")]
    [InlineData("\u202Egnp.exe", "\\u202egnp.exe")]
    [InlineData("\e", "\\u001b"), InlineData("\e[", "\\u001b["), InlineData("\e[1", "\\u001b[1")]
    public void What_a_terminal_would_obey_is_shown_instead(string text, string shown)
    {
        Assert.Equal(shown, Printable.Of(text, colours: false));
        Assert.Equal(shown, Printable.Of(text, colours: true));
    }

    [Fact]
    public void Colours_stay_where_there_are_colours()
    {
        Assert.Equal("\e[31mred\e[0m", Printable.Of("\e[31mred\e[0m", colours: true));
        Assert.Equal("\\u001b[31mred\\u001b[0m", Printable.Of("\e[31mred\e[0m", colours: false));
    }
}
