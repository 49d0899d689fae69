using System.Collections.Immutable;

namespace Holdfast.Manifests.Selecting;

/// <summary>
/// A kind, or one object of it, as a person writes it for kubectl. <see cref="KindNames"/> finds what the kind means.
/// </summary>
/// <param name="Name">Null: every object of the kind.</param>
public sealed record ObjectReference(string Kind, string? Name)
{
    /// <summary>For messages.</summary>
    public const string Forms = "KIND/NAME or KIND NAME, such as deployment/web";

    public override string ToString() => Name is null ? Kind : $"{Kind}/{Name}";

    /// <summary>Reads <c>KIND/NAME</c>.</summary>
    /// <returns>Null: it isn't of that form.</returns>
    public static ObjectReference? OfObject(string text) =>
        text.Split('/') is [var kind, var name] && !string.IsNullOrWhiteSpace(kind) && !string.IsNullOrWhiteSpace(name)
            ? new(kind.Trim(), name.Trim())
            : null;

    /// <summary>
    /// Reads what kubectl takes as its arguments: <c>deploy</c>, <c>deploy,svc</c>, <c>deploy web db</c>, <c>deploy/web svc/web</c>.
    /// Source: https://kubernetes.io/docs/reference/kubectl/#syntax
    /// </summary>
    /// <exception cref="FormatException">They aren't of these forms; the message says which one isn't.</exception>
    public static ImmutableArray<ObjectReference> Parse(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return [];
        if (words.Any(w => w.Contains('/', StringComparison.Ordinal)))
            return [.. words.Select(w => OfObject(w) ?? throw new FormatException($"'{Quoted.Short(w)}' names no object: use KIND/NAME"))];
        var kinds = words[0].Split(',', StringSplitOptions.TrimEntries);
        if (kinds.Any(k => k.Length == 0))
            throw new FormatException($"'{Quoted.Short(words[0])}' has an empty kind: use KIND or KIND,KIND");
        if (words.Count == 1)
            return [.. kinds.Select(k => new ObjectReference(k, null))];
        return kinds is [var only]
            ? [.. words.Skip(1).Select(name => new ObjectReference(only, name))]
            : throw new FormatException($"'{Quoted.Short(words[1])}' could be of several kinds: use KIND/NAME for each");
    }
}
