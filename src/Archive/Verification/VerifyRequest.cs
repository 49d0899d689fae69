using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;

namespace Holdfast.Archive.Verification;

/// <summary>What is verified of one cluster's part of a vault.</summary>
/// <param name="Trust">Which signatures are trusted, and whether each seal must have one.</param>
public sealed record VerifyRequest(SealTrust Trust)
{
    /// <summary>Null: every point of the cluster, the chain, and what else is in the cluster's folder.</summary>
    public PointId? Point { get; init; }

    /// <summary>
    /// The packs that are read. Of the others it is only looked at whether they are there, and long enough for what they hold. Default:
    /// all.
    /// </summary>
    public PackSample Packs { get; init; } = PackSample.All;

    /// <summary>
    /// Seals that are known, from outside of the vault, to have been the end of the chain; looked for where every point is.
    /// </summary>
    public ImmutableArray<ChainHead> Heads { get; init; } = [];

    /// <summary>
    /// Where an earlier verification stopped (<see cref="VerifyReport.Rest"/>): only the packs after this one, in order of digest, are
    /// looked at, and nothing else is. Null: from the beginning.
    /// </summary>
    public ContentDigest? After { get; init; }

    /// <summary>Asked before each pack but the first: true ends the verification there.</summary>
    public Func<bool> IsOver { get; init; } = () => false;
}
