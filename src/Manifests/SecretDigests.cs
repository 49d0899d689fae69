using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Manifests;

/// <summary>
/// Stands for secret values in diffs: equal values have equal digests within one plan. The key lives as long as the plan is made and is
/// stored nowhere, so a digest can't be looked up in a table of likely passwords.
/// </summary>
public sealed class SecretDigests
{
    private readonly byte[] key;

    /// <summary>With a key of its own, from the system's source of randomness.</summary>
    public SecretDigests()
        : this(RandomNumberGenerator.GetBytes(32)) { }

    public SecretDigests(byte[] key) => this.key = key;

    /// <summary>As JSON text, like every value of a diff.</summary>
    public string Of(string json) => $"\"sha256:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(json)))}\"";
}
