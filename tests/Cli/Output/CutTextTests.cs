using Holdfast.Cli.Output;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Tests.Output;

public sealed class CutTextTests
{
    [Theory]
    [
        InlineData("abcd", "abcd"),
        InlineData("abcde", "abcd…"),
        InlineData("abc😀", "abc…"),
        InlineData("ab😀c", "ab😀…"),
        InlineData("", "")
    ]
    public void A_text_is_cut_at_its_longest_length_and_never_inside_a_surrogate_pair(string text, string cut) =>
        Assert.Equal(cut, CutText.To(4, text));

    [Fact]
    public void A_long_field_is_cut_between_characters()
    {
        var lines = new List<string>();

        FieldText.Print(new("/data/k", null, new string('x', 119) + "😀"), new(false), lines.Add);

        Assert.EndsWith("x... (121 characters)", Assert.Single(lines), StringComparison.Ordinal);
    }
}
