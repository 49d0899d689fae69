using System.Security.Cryptography;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Signing;

internal static class SigningKeys
{
    private const string Begin = "-----BEGIN";
    private const string P256 = "1.2.840.10045.3.1.7";

    public static ECDsa FromPem(ReadOnlySpan<char> pem, string half)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(false).Curve.Oid.Value == P256)
                return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Said below, without the text of a key.
        }
        key.Dispose();
        throw new FormatException(
            $"the PEM text holds no {half} key on P-256: make one with 'openssl ecparam -name prime256v1 -genkey -noout'"
        );
    }

    /// <summary>
    /// The keys of a text that may hold several, each alone; a text without any comes back whole, for a message to say so.
    /// </summary>
    public static IEnumerable<string> Split(string pem)
    {
        var first = pem.IndexOf(Begin, StringComparison.Ordinal);
        return first < 0 ? [pem] : pem[first..].Split(Begin, StringSplitOptions.RemoveEmptyEntries).Select(key => Begin + key);
    }

    public static ContentDigest IdOf(ECDsa key) => ContentDigest.Of(key.ExportSubjectPublicKeyInfo());
}
