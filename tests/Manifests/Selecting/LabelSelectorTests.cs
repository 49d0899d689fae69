using System.Text.Json.Nodes;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Manifests.Tests.Selecting;

public sealed class LabelSelectorTests
{
    [Theory]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData(" app = web , tier = front ", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("app!=web", false)]
    [InlineData("absent!=x", true)]
    [InlineData("app in (db,web)", true)]
    [InlineData("app in(web)", true)]
    [InlineData("app in (db)", false)]
    [InlineData("absent in (x)", false)]
    [InlineData("app notin (db)", true)]
    [InlineData("app notin (web,db)", false)]
    [InlineData("absent notin (x)", true)]
    [InlineData("app", true)]
    [InlineData("absent", false)]
    [InlineData("!absent", true)]
    [InlineData("! app", false)]
    [InlineData("empty=", true)]
    [InlineData("empty in (,a)", true)]
    [InlineData("weight>3", true)]
    [InlineData("weight>7", false)]
    [InlineData("weight<8", true)]
    [InlineData("app>3", false)]
    [InlineData("in=x", false)]
    [InlineData("example.com/team=blue", true)]
    [InlineData("app=web,tier in (front,back),!canary,example.com/team", true)]
    [InlineData("app=web,canary", false)]
    [InlineData("", true)]
    public void Matches_as_kubectl_does(string selector, bool matches)
    {
        var labels = new JsonObject
        {
            ["app"] = "web",
            ["tier"] = "front",
            ["empty"] = "",
            ["weight"] = "7",
            ["example.com/team"] = "blue",
        };

        var parsed = LabelSelector.TryParse(selector, out var error);

        Assert.Null(error);
        Assert.Equal(matches, parsed!.Matches(labels));
    }

    [Theory]
    [InlineData("app=web,", 9, "a label key")]
    [InlineData(",app", 1, "a label key")]
    [InlineData("app in web", 8, "'('")]
    [InlineData("app in (web", 12, "',' or ')'")]
    [InlineData("app is web", 5, "one of")]
    [InlineData("app=web tier=x", 9, "',' or the end")]
    [InlineData("a/b/c=x", 1, "a label key")]
    [InlineData("UPPER.com/x=1", 1, "a label key")]
    [InlineData("-app=x", 1, "a label key")]
    [InlineData("app=-x", 5, "a label value")]
    [InlineData("app=a/b", 5, "a label value")]
    [InlineData("weight>much", 8, "whole number")]
    [InlineData("!", 2, "a label key")]
    public void A_mistake_is_named_with_its_place(string selector, int character, string what)
    {
        Assert.Null(LabelSelector.TryParse(selector, out var error));
        Assert.Contains($"character {character}:", error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_without_labels_matches_what_asks_for_absence_only()
    {
        Assert.True(LabelSelector.TryParse("!app", out _)!.Matches(null));
        Assert.False(LabelSelector.TryParse("app", out _)!.Matches(null));
    }
}
