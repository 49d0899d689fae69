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

    /// <summary>
    /// A selector as objects have it, with <c>matchLabels</c> and <c>matchExpressions</c>; an empty one chooses everything. Null: there is
    /// none, or one that can't be read.
    /// </summary>
    public static LabelSelector? Of(JsonObject? selector)
    {
        if (selector is null)
            return null;
        var requirements = Equal(selector.Object("matchLabels")).ToImmutableArray().ToBuilder();
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            if (OperatorOf(expression.Text("operator")) is not { } what || expression.Text("key") is not { } key)
                return null;
            requirements.Add(new(key, what, [.. Texts(expression.Array("values"))]));
        }
        return new(requirements.ToImmutable());
    }

    /// <summary>A map of labels as Services have it, all of which are wanted. Null: there are none, which chooses nothing.</summary>
    public static LabelSelector? OfLabels(JsonObject? labels) => labels is { Count: > 0 } ? new([.. Equal(labels)]) : null;

    private static IEnumerable<LabelRequirement> Equal(JsonObject? labels) =>
        (labels ?? []).Select(l => new LabelRequirement(l.Key, LabelOperator.In, [labels.Text(l.Key) ?? ""]));

    private static LabelOperator? OperatorOf(string? text) =>
        text switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "DoesNotExist" => LabelOperator.NotExists,
            _ => null,
        };

    private static IEnumerable<string> Texts(JsonArray? values) =>
        (values ?? []).OfType<JsonValue>().Select(v => v.TryGetValue(out string? text) ? text : "");

    public bool Matches(JsonObject? labels)
    {
        foreach (var requirement in Requirements)
            if (!requirement.Matches(labels))
                return false;
        return true;
    }
}
