using Holdfast.Archive.Signing;

namespace Holdfast.Vault.Pruning;

/// <summary>What pruning works with, beside the vault.</summary>
/// <param name="Trust">Whose seals and expiries count.</param>
/// <param name="Signer">Signs expiries, as captures sign seals; null: points whose seals are signed can't expire.</param>
/// <param name="Time">Compared with the store's clock.</param>
public sealed record PruneMeans(SealTrust Trust, SealSigner? Signer, TimeProvider Time)
{
    /// <summary>Deletes data of volumes; null: points that name some aren't purged.</summary>
    public IVolumeDataRemoval? Volumes { get; init; }

    /// <summary>What to do about data of volumes that nothing here can delete, for a person.</summary>
    public string WithoutVolumes { get; init; } = "nothing here can do that";

    /// <summary>For names of purges; null: the process's own.</summary>
    public Random? Random { get; init; }
}
