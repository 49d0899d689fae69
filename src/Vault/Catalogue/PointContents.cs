using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Vault.Catalogue;

/// <summary>What an inventory says that points are searched by.</summary>
/// <param name="Policy">The policy that the point was made under; null: a person asked for it.</param>
/// <param name="Namespaces">Those with objects in the point.</param>
internal sealed record PointContents(string? Policy, ImmutableArray<string> Namespaces)
{
    public static PointContents Of(Inventory inventory) =>
        new(
            PolicyName.Of(inventory.Policy)?.ToString(),
            [.. inventory.Segments.Select(s => s.Namespace).OfType<string>().Distinct(StringComparer.Ordinal)]
        );
}
