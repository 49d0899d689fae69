using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>What became of a field that was sent.</summary>
public enum Alteration
{
    /// <summary>The server doesn't have it: its schema doesn't know the field, or admission removed it.</summary>
    Dropped,

    /// <summary>The server has another value: admission rewrote it.</summary>
    Changed,
}

/// <param name="Path">As a JSON pointer (RFC 6901) into what was sent. Never the value.</param>
public sealed record AlteredField(string Path, Alteration How);

/// <summary>The fields of one object that the server did not keep as they were sent. Holds no value.</summary>
/// <param name="Count">Of all such fields.</param>
/// <param name="First">The first <see cref="Listed"/> of them, in the order of what was sent.</param>
public sealed record AlteredFields(int Count, ImmutableArray<AlteredField> First)
{
    /// <summary>How many are named.</summary>
    public const int Listed = 20;

    /// <returns>Null for none.</returns>
    public static AlteredFields? Of(IReadOnlyCollection<AlteredField> fields) =>
        fields.Count == 0 ? null : new(fields.Count, [.. fields.Take(Listed)]);

    /// <summary>These and the fields of an earlier write of the same object.</summary>
    public AlteredFields After(AlteredFields? earlier)
    {
        if (earlier is null)
            return this;
        var added = First.Where(f => !earlier.First.Contains(f)).ToList();
        return new(earlier.Count + Count - (First.Length - added.Count), [.. earlier.First.Concat(added).Take(Listed)]);
    }

    /// <summary><c>dropped /spec/size; changed /data/keep</c>.</summary>
    public override string ToString()
    {
        var groups = First
            .GroupBy(f => f.How)
            .OrderBy(g => g.Key)
            .Select(g => $"{g.Key.ToString().ToLowerInvariant()} {string.Join(", ", g.Select(f => f.Path))}");
        return string.Join("; ", groups) + (Count > First.Length ? $"; and {Count - First.Length} more" : "");
    }
}

/// <summary>An object that was written, with what the server did not keep of it.</summary>
public sealed record AlteredObject(string Resource, string? Namespace, string Name, AlteredFields Fields);
