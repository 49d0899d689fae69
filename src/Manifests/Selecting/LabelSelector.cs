using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Selecting;

public enum LabelOperator
{
    Exists,
    NotExists,
    In,

    /// <summary>Also matches objects without the key, as kubectl does.</summary>
    NotIn,
    GreaterThan,
    LessThan,
}

/// <param name="Values">One for comparisons; empty for (not) exists.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, ImmutableArray<string> Values)
{
    public bool Matches(JsonObject? labels)
    {
        var value = labels.Text(Key);
        return Operator switch
        {
            LabelOperator.Exists => value is not null,
            LabelOperator.NotExists => value is null,
            LabelOperator.In => value is not null && Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.NotIn => value is null || !Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.GreaterThan => long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > Bound,
            _ => long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number < Bound,
        };
    }

    private long Bound => long.Parse(Values[0], CultureInfo.InvariantCulture);
}

/// <summary>
/// What kubectl takes after <c>-l</c>: <c>app=web</c>, <c>tier!=db</c>, <c>env in (a,b)</c>, <c>env notin (c)</c>, <c>canary</c>,
/// <c>!canary</c>, <c>weight&gt;3</c>, all joined by commas, which mean "and". Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
/// </summary>
public sealed class LabelSelector
{
    private LabelSelector(ImmutableArray<LabelRequirement> requirements) => Requirements = requirements;

    public ImmutableArray<LabelRequirement> Requirements { get; }

    /// <param name="error">What is wrong, at which character, and what was expected.</param>
    public static LabelSelector? TryParse(string text, out string? error)
    {
        try
        {
            error = null;
            return new(LabelSelectorParser.Parse(text));
        }
        catch (FormatException wrong)
        {
            error = wrong.Message;
            return null;
        }
    }

    public bool Matches(JsonObject? labels)
    {
        foreach (var requirement in Requirements)
            if (!requirement.Matches(labels))
                return false;
        return true;
    }
}
