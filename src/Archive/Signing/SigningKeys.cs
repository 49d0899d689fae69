using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;

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
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            // Reported below, without the key's text.
        }
        key.Dispose();
        throw new FormatException(
            $"the PEM text doesn't hold a {half} key on P-256: create one with 'openssl ecparam -name prime256v1 -genkey -noout'"
        );
    }

    /// <summary>
    /// Splits a text into its keys; a text without any is returned whole, so that reading it fails with a message.
    /// </summary>
    public static IEnumerable<string> Split(string pem)
    {
        var first = pem.IndexOf(Begin, StringComparison.Ordinal);
        return first < 0 ? [pem] : pem[first..].Split(Begin, StringSplitOptions.RemoveEmptyEntries).Select(key => Begin + key);
    }

    public static ContentDigest IdOf(ECDsa key) => ContentDigest.Of(key.ExportSubjectPublicKeyInfo());
}
