using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Volumes;

/// <summary>A text as lower-case hex digits that names of objects and labels can hold: equal texts have equal ones. Pure.</summary>
internal static class ShortDigest
{
    /// <param name="digits">Of its SHA-256. 12 are 48 bits: enough to keep the runs of one cluster apart.</param>
    public static string Of(string text, int digits = 12) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];
}
