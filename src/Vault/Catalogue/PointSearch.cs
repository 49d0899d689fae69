using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Vault.Catalogue;

/// <summary>Which points are meant; all that is given must apply.</summary>
public sealed record PointSearch
{
    public static PointSearch All { get; } = new();

    /// <summary>Pinned then or later; null: from the first.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Pinned then or earlier; null: to the last.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Made under this policy; null: under any, or none.</summary>
    public PolicyName? Policy { get; init; }

    /// <summary>With objects of this namespace; null: whatever they hold.</summary>
    public string? Namespace { get; init; }

    /// <summary>A seal alone doesn't say whether the point is one of them.</summary>
    internal bool NeedsContents => Policy is not null || Namespace is not null;

    internal bool Includes(Seal seal) => !(seal.PinnedAt < Since) && !(seal.PinnedAt > Until);

    internal bool Includes(PointContents contents) =>
        (Policy is null || contents.Policy == Policy.ToString())
        && (Namespace is null || contents.Namespaces.Contains(Namespace, StringComparer.Ordinal));
}
