using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>Reads which points a policy keeps.</summary>
internal static class RetentionReader
{
    private const int Most = 1000;

    public static RetentionRule Read(DocumentSection section)
    {
        int Kept(string member) => section.Whole(member, 0, Most, "Points to keep") ?? 0;
        var rule = new RetentionRule(
            Kept("hourly"),
            Kept("daily"),
            Kept("weekly"),
            Kept("monthly"),
            Kept("yearly"),
            Kept("last"),
            Within(section)
        );
        section.RefuseUnknown();
        if (rule == new RetentionRule() && !section.Has("within"))
            section.Problem(
                null,
                "keeps no point at all",
                "every point would go",
                "Write how many to keep, such as { \"daily\": 7, \"weekly\": 4 }, or leave retention out to keep all"
            );
        return rule;
    }

    private static KeptDuration? Within(DocumentSection section)
    {
        if (section.Text("within", "14d") is not { } text)
            return null;
        if (KeptDuration.TryParse(text, out var duration))
            return duration;
        section.Problem(
            "within",
            $"'{Quoted.Short(text)}' isn't a duration",
            "it says for how long every point is kept",
            "Write a whole number and h, d or w, such as \"36h\", \"14d\" or \"8w\""
        );
        return null;
    }
}
