using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Connections;

/// <summary>Makes of a kubeconfig's cluster entry a name to keep its points under: the same entry always gives the same name.</summary>
internal static class DefaultClusterName
{
    private const int Longest = 63;
    private const int DigestDigits = 8;

    /// <remarks>
    /// Letters and digits stay, in lower case; everything between becomes one <c>-</c>. What would be too long (an EKS ARN) or empty ends
    /// with digits of the entry's digest, so that two long entries don't meet in one name.
    /// </remarks>
    public static ClusterName For(string entry)
    {
        var label = Label(entry);
        if (label.Length is 0 or > Longest)
            label = $"{label[..Math.Min(label.Length, Longest - DigestDigits - 1)].TrimEnd('-')}-{Digits(entry)}".TrimStart('-');
        return ClusterName.Parse(label);
    }

    private static string Label(string entry)
    {
        var label = new StringBuilder(entry.Length);
        foreach (var c in entry)
        {
            if (char.IsAsciiLetterOrDigit(c))
                label.Append(char.ToLowerInvariant(c));
            else if (label.Length > 0 && label[^1] != '-')
                label.Append('-');
        }
        return label.ToString().TrimEnd('-');
    }

    private static string Digits(string entry) => ContentDigest.Of(Encoding.UTF8.GetBytes(entry)).ToString()[..DigestDigits];
}
