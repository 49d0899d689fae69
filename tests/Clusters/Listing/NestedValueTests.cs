using System.Text;
using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Tests.Listing;

public sealed class NestedValueTests
{
    [Theory]
    [InlineData("""}""")]
    [InlineData("""{"a":[1,2,{"b":"}]"}]}}""")]
    [InlineData(""" "a":"\\" }""")]
    [InlineData(""" "a":"\\\"}" }""")]
    [InlineData(""" "\"{":"[","b":[[[]]],"c":"}\\\\\\\"}" }""")]
    public void The_end_is_found_wherever_the_value_begins_in_a_block_and_however_it_is_torn(string value)
    {
        for (var shift = 0; shift < 130; shift++)
        {
            var bytes = Encoding.UTF8.GetBytes(new string(' ', shift) + value + """, "next": "}" }""");
            for (var piece = 1; piece < bytes.Length; piece++)
                Assert.Equal(shift + value.Length - 1, EndOf(bytes, piece));
        }
    }

    [Theory]
    [InlineData(""" "a": {} """)]
    [InlineData(""" "}""")]
    [InlineData(""" "\"}""")]
    public void A_value_that_ends_too_early_stays_open(string value) => Assert.Equal(-1, EndOf(Encoding.UTF8.GetBytes(value), 3));

    private static int EndOf(byte[] bytes, int piece)
    {
        var nested = default(NestedValue);
        nested.Open();
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var end = nested.FindEnd(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
            if (end >= 0)
                return at + end;
        }
        Assert.True(nested.IsOpen);
        return -1;
    }
}
