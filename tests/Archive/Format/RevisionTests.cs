using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Format;

public sealed class RevisionTests
{
    [Theory]
    [InlineData("998", "1002", -1)]
    [InlineData("1002", "998", 1)]
    [InlineData("7", "7", 0)]
    [InlineData("18446744073709551615", "9", 1)]
    public void Revisions_compare_as_numbers(string a, string b, int expected)
    {
        Assert.Equal(expected, Math.Sign(new Revision(a).CompareTo(new Revision(b))));
        Assert.Equal(expected < 0, new Revision(a) < new Revision(b));
        Assert.Equal(expected >= 0, new Revision(a) >= new Revision(b));
    }

    [Fact]
    public void What_is_not_a_number_comes_after_all_numbers()
    {
        Revision[] mixed = [new("b"), new("0"), new(""), new("12"), new("a"), new("9")];

        Assert.Equal(["9", "12", "", "0", "a", "b"], mixed.Order().Select(r => r.ToString()));
        Assert.Equal(12ul, new Revision("12").Number);
        Assert.Null(new Revision("0").Number);
    }

    [Theory]
    [InlineData("\"4711\"")]
    [InlineData("\"\"")]
    [InlineData("\"007\"")]
    [InlineData("\"not-a-number\"")]
    public void A_revision_is_written_as_it_was_read(string json) =>
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<Revision>(json)));

    [Fact]
    public void A_server_that_gives_no_revision_has_an_empty_one() => Assert.Equal(default, new Revision(""));

    [Theory]
    [InlineData("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11", true)]
    [InlineData("u", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\"b", false)]
    [InlineData("ä", false)]
    public void A_clusters_uid_is_a_plain_token(string text, bool valid)
    {
        Assert.Equal(valid, ClusterUid.TryParse(text, out var uid));
        var json = JsonSerializer.Serialize(text);
        if (valid)
            Assert.Equal(uid, JsonSerializer.Deserialize<ClusterUid>(json));
        else
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ClusterUid>(json));
        Assert.False(ClusterUid.TryParse(new string('u', 129), out _));
    }
}
