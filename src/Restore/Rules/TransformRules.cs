using System.Collections.Immutable;

namespace Holdfast.Restore.Rules;

/// <summary>What a person asked to be changed comes last: it sees what would be written without it.</summary>
internal static class TransformRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "transformed",
            ["*"],
            "--transform: objects that match as they were captured are changed after all other rules",
            s => s.Transform()
        ),
    ];
}
