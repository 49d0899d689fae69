namespace Holdfast.Vault.Holds;

/// <summary>What became of a point's hold.</summary>
/// <param name="IsChanged">False: it was held, or not held, before.</param>
/// <param name="Storage">
/// What the storage itself was asked to do; null: it has no legal holds, and only this program respects the hold.
/// </param>
public sealed record HoldResult(bool IsChanged, StorageHold? Storage);

/// <summary>The storage's own legal hold on a point's blobs.</summary>
/// <param name="Blobs">On so many it was placed, or from so many it was taken off.</param>
/// <param name="Shared">So many keep it, since other held points need them, too.</param>
/// <param name="Missing">So many that the point names aren't in the vault.</param>
/// <param name="Problem">Why not all blobs of the point are known, for a person; null: they are.</param>
public sealed record StorageHold(int Blobs, int Shared, int Missing, string? Problem);
