using System.Globalization;

namespace Holdfast.Vault.Retention;

/// <summary>Why a point stays.</summary>
public enum KeepRule
{
    /// <summary>It is one of the last points.</summary>
    Last,

    /// <summary>It is young enough.</summary>
    Within,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,

    /// <summary>No retention rule applies to it.</summary>
    NoRule,

    /// <summary>It is the last point of its cluster, or of its policy.</summary>
    LastPoint,

    /// <summary>It is the last Succeeded point of its cluster, or of its policy.</summary>
    LastSucceeded,

    /// <summary>Storage refuses its deletion.</summary>
    Immutable,

    /// <summary>Someone holds it.</summary>
    Held,

    /// <summary>It can't be trusted, or can't be read.</summary>
    Doubtful,
}

/// <summary>One reason for which a point stays.</summary>
/// <param name="Period">
/// The hour, day, week (its Monday), month or year whose last point it is; of immutability until when; of a hold or a doubt why. Null for
/// the others.
/// </param>
public sealed record KeepReason(KeepRule Rule, string? Period = null)
{
    /// <summary>Which one it is of the last so many, counted from 1 at the newest; 0 where nothing is counted.</summary>
    public int Number { get; init; }

    /// <summary>How many the rule keeps; 0 where nothing is counted.</summary>
    public int Of { get; init; }

    /// <summary>For a person: <c>daily 2026-11-22 (3 of 7)</c>.</summary>
    public override string ToString()
    {
        var text = Rule switch
        {
            KeepRule.NoRule => "no retention rule",
            KeepRule.LastPoint => "the last point",
            KeepRule.LastSucceeded => "the last Succeeded point",
            KeepRule.Immutable => $"immutable until {Period}",
            KeepRule.Held => $"held: {Period}",
            KeepRule.Doubtful => $"not counted: {Period}",
            _ => Period is null ? Name(Rule) : $"{Name(Rule)} {Period}",
        };
        return Of == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} ({Number} of {Of})");
    }

    internal static string Name(KeepRule rule) => rule.ToString().ToLowerInvariant();
}
