using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Restore.Rules;

/// <summary>What a person should know of one object that is restored. Those of one shape are said once for all their objects.</summary>
/// <param name="Shape">The text with <c>{0}</c> and so on in the place of what differs from object to object.</param>
public sealed record ObjectWarning(string Shape, ImmutableArray<string> Arguments)
{
    public static ObjectWarning Of(FormattableString text) =>
        new(text.Format, [.. text.GetArguments().Select(a => Convert.ToString(a, CultureInfo.InvariantCulture) ?? "")]);

    /// <summary>Of several objects: what isn't common to all stands as dots.</summary>
    public ObjectWarning With(ObjectWarning other) =>
        this with
        {
            Arguments = [.. Arguments.Zip(other.Arguments, (a, b) => a == b ? a : "...")],
        };

    public override string ToString() => string.Format(CultureInfo.InvariantCulture, Shape, [.. Arguments]);
}
