using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.PlanDocuments;

/// <summary>
/// Binds the plans that a service keeps to it: whoever can write to where they are kept can change a plan and its digest, but not what only
/// the holder of this key can make of them. Thread-safe.
/// </summary>
public sealed class PlanKey
{
    /// <summary>In characters.</summary>
    public const int ShortestSecret = 32;

    private static readonly byte[] Purpose = "holdfast plan v1"u8.ToArray();

    private readonly byte[]? key;
    private readonly string remedy = "";

    private PlanKey(byte[] key) => this.key = key;

    private PlanKey(string remedy) => this.remedy = remedy;

    /// <summary>Of a secret text, the same for every process that shares the plans.</summary>
    /// <exception cref="FormatException">It is too short; the message quotes nothing of it.</exception>
    public static PlanKey Of(string secret) =>
        secret.Length >= ShortestSecret
            ? new(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), SHA256.HashSizeInBytes, info: Purpose))
            : throw new FormatException(
                $"it has {secret.Length} characters, and a key that can't be guessed has at least {ShortestSecret}: make one with "
                    + "'openssl rand -base64 48'"
            );

    /// <summary>There is none: no plan is kept, and none is believed.</summary>
    /// <param name="remedy">What to do about that.</param>
    public static PlanKey Missing(string remedy) => new(remedy);

    /// <param name="place">Where the plan is kept: one that was moved elsewhere isn't bound there.</param>
    /// <exception cref="RestoreException">BadPlan: there is no key.</exception>
    internal string Bind(string place, ContentDigest plan) =>
        key is null
            ? throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"this service has no key to bind plans with, so that it can keep none: {remedy}"
            )
            : Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{place}\n{plan}")));

    /// <exception cref="RestoreException">BadPlan: it wasn't bound by this key there.</exception>
    internal void Require(string place, ContentDigest plan, string? binding)
    {
        var bound = Bind(place, plan);
        if (binding is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(bound), Encoding.UTF8.GetBytes(binding)))
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"the plan {place} isn't one that this service made with the key that it has now: it was changed, put there, or made "
                    + "by an earlier release. Plan again"
            );
    }
}
