using System.Text.RegularExpressions;

namespace Holdfast.Restore.Mapping;

/// <summary>A label of nodes, or a taint: a key, or a key with one value.</summary>
internal readonly record struct NodeLabel(string Key, string? Value)
{
    public static NodeLabel Parse(string text) => text.Split('=', 2) is [var key, var value] ? new(key, value) : new(text, null);
}

/// <param name="To">Null: it is left out.</param>
internal readonly record struct MappedLabel(NodeLabel? To, MappingUse By);

/// <summary>Which label of nodes, or which taint, stands for another. Pure.</summary>
internal sealed partial class LabelMap
{
    private const int LongestPrefix = 253;
    private readonly Dictionary<NodeLabel, MappedLabel> labels = [];

    /// <summary>A label of this key is mapped.</summary>
    public bool Has(string key) => labels.Keys.Any(l => l.Key == key);

    public static LabelMap Of(MappingKind kind, IReadOnlyDictionary<string, string> map, Action<string, string> refuse)
    {
        var made = new LabelMap();
        foreach (var (captured, mapped) in map)
        {
            var (from, to) = (NodeLabel.Parse(captured), NodeLabel.Parse(mapped));
            if ((WhyNot(captured, from) ?? (mapped.Length == 0 ? null : WhyNot(mapped, to))) is { } why)
                refuse(captured, why);
            else if (mapped.Length > 0 && from.Value is null != to.Value is null)
                refuse(captured, $"'{captured}' and '{mapped}' are both keys, or both keys with a value");
            else
                made.labels[from] = new(mapped.Length == 0 ? null : to, new(kind, captured, mapped));
        }
        return made;
    }

    /// <returns>What stands for the label, its value before its key; null: it stays.</returns>
    public MappedLabel? Map(string key, string? value)
    {
        if (value is not null && labels.TryGetValue(new(key, value), out var exact))
            return exact;
        return labels.TryGetValue(new(key, null), out var all)
            ? all with
            {
                To = all.To is { } to ? to with { Value = value } : null,
            }
            : null;
    }

    private static string? WhyNot(string text, NodeLabel label) =>
        IsKey(label.Key) && (label.Value is null || label.Value.Length == 0 || Name().IsMatch(label.Value))
            ? null
            : $"'{text}' isn't KEY or KEY=VALUE, as labels of nodes are";

    private static bool IsKey(string key) =>
        key.Split('/') switch
        {
            [var name] => Name().IsMatch(name),
            [var prefix, var name] => prefix.Length <= LongestPrefix && Manifests.NameRule.Group.IsValid(prefix) && Name().IsMatch(name),
            _ => false,
        };

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
