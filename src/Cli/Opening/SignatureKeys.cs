using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Invoking;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Opening;

/// <summary>The keys that seals are signed and believed by, from files. No message holds anything of a key.</summary>
internal static class SignatureKeys
{
    /// <summary>The key's own text, as the service has it.</summary>
    public const string Variable = "HOLDFAST_SIGNING_KEY";

    /// <summary>In bytes.</summary>
    private const int LargestKey = 64 << 10;

    private const string BeginOfKey = "-----BEGIN";

    /// <param name="file">Null: what <see cref="Variable"/> holds.</param>
    /// <returns>Null: seals are not signed.</returns>
    /// <exception cref="UsageException">There is no such file, or no private key in it.</exception>
    public static SealSigner? Signer(Option<string?> option, string? file)
    {
        if (file is not null)
            return Read(option.Name, file, static text => SealSigner.FromPem(text));
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(Variable, text.Replace("\\n", "\n", StringComparison.Ordinal), static pem => SealSigner.FromPem(pem)) : null;
    }

    /// <param name="files">None: signatures are not looked at.</param>
    /// <param name="allowUnsigned">A seal without a signature is no finding.</param>
    /// <exception cref="UsageException">There is no such file, or no public key in it.</exception>
    public static SealTrust Trust(Option<string[]> option, string[] files, bool allowUnsigned)
    {
        if (files.Length == 0)
            return SealTrust.Anyone;
        return SealTrust.Of([.. files.Select(file => Read(option.Name, file, PublicKey))], required: !allowUnsigned);
    }

    /// <summary>Looked at one by one, so that a message can name the file.</summary>
    private static string PublicKey(string text)
    {
        SealTrust.Of([text], required: false);
        return text;
    }

    private static T Read<T>(string option, string file, Func<string, T> parse)
    {
        if (file.Contains(BeginOfKey, StringComparison.Ordinal))
            throw new UsageException($"{option} takes the name of a file, and was given a key itself: command lines are seen by others, so make a new key and put it into a file");
        try
        {
            return Parse($"{option} {file}", RegularFile.ReadText(file, LargestKey), parse);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} {file} can't be read: {e.Message}");
        }
    }

    private static T Parse<T>(string where, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{where}: {e.Message}");
        }
    }
}
