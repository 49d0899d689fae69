using System.Globalization;

namespace Holdfast.Manifests.Comparing;

/// <summary>A place in a document. Immutable.</summary>
/// <param name="Pointer">As a JSON pointer (RFC 6901).</param>
/// <param name="Label">As a person reads it: the same, with items of lists by what distinguishes them where something does.</param>
public readonly record struct FieldPath(string Pointer, string Label)
{
    public static readonly FieldPath Root = new("", "");

    public FieldPath Field(string name) => Step(JsonPointer.Escape(name));

    public FieldPath Item(int index) => Step(index.ToString(CultureInfo.InvariantCulture));

    /// <param name="identity">What a person knows the item by: <c>name=web</c>.</param>
    public FieldPath Item(int index, string identity) => Item(index) with { Label = $"{Label}[{identity}]" };

    private FieldPath Step(string step) => new($"{Pointer}/{step}", $"{Label}/{step}");
}
