using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control;

namespace Holdfast.Vault.Replication;

/// <summary>Copies a disk image of the vault to the same path of the replica, and keeps it for the term. May be repeated.</summary>
/// <param name="bytes">As the inventory has it.</param>
/// <returns>False: the time was over before it was finished; the next call continues it.</returns>
public delegate Task<bool> ImageCopy(string path, long bytes, ImmutabilityTerm? term, Func<bool> isOver, CancellationToken cancellation);

/// <summary>What replication works with, beside the two vaults.</summary>
/// <param name="Trust">Whose points are copied; others are findings.</param>
/// <param name="Cache">Where seals that were read are kept, so that each is read once; it may be lost at any time.</param>
public sealed record ReplicationMeans(SealTrust Trust, TimeProvider Time, IDocumentStore Cache)
{
    public ReplicaTerms Terms { get; init; } = ReplicaTerms.AsCaptured;

    /// <summary>Null: between these two vaults no images can be copied.</summary>
    public ImageCopy? Images { get; init; }
}

/// <summary>How long the replica's own storage keeps what is copied to it.</summary>
/// <param name="Keep">From the copy on, at least; a seal's <c>keepUntil</c> counts beside it. Null: that alone.</param>
/// <param name="Mode">Whether the replica's storage may be asked to take it back.</param>
public sealed record ReplicaTerms(TimeSpan? Keep, ImmutabilityMode Mode)
{
    public static readonly ReplicaTerms AsCaptured = new(null, ImmutabilityMode.Locked);

    /// <param name="keepUntil">Of the point's seal.</param>
    /// <param name="now">By the replica's clock.</param>
    /// <returns>Null: nothing is asked of the storage, or the time is over.</returns>
    public ImmutabilityTerm? Of(DateTimeOffset? keepUntil, DateTimeOffset now)
    {
        var own = Keep is { } keep ? now + keep : (DateTimeOffset?)null;
        var until = own > keepUntil || keepUntil is null ? own : keepUntil;
        return until > now ? new(until.Value, Mode) : null;
    }
}
