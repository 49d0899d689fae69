using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>How a drafted vault is encrypted. Each step can be altered.</summary>
internal sealed record DraftEncryption
{
    public const string RightPassphrase = "correct horse battery staple";

    public static readonly byte[] FirstKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    public static readonly byte[] SecondKey = [.. Enumerable.Range(101, 32).Select(i => (byte)i)];

    /// <summary>Of Secrets only; else of everything.</summary>
    public bool SecretsOnly { get; init; }

    /// <summary>What the first segment is encrypted with.</summary>
    public byte[] KeyOfFirst { get; init; } = FirstKey;

    /// <summary>What all else is encrypted with.</summary>
    public byte[] Key { get; init; } = FirstKey;

    /// <summary>What a reader has; null: nothing.</summary>
    public string? Given { get; init; } = RightPassphrase;

    /// <summary>Alters the first encrypted part: its header and frames.</summary>
    public Func<IReadOnlyList<byte[]>, IEnumerable<byte[]>> Frames { get; init; } = frames => frames;

    /// <summary>What the first encrypted part is encrypted as; null: as what it is.</summary>
    public byte[]? FirstContext { get; init; }

    /// <summary>Alters what an encrypted inventory says openly.</summary>
    public Func<string, string> OpenText { get; init; } = text => text;

    /// <summary>The key documents' texts, in order.</summary>
    public string[] Documents { get; init; } = [Document(1, FirstKey, RightPassphrase)];

    public bool Includes(int segment) => !SecretsOnly || segment == 1;

    public byte[] KeyOf(int segment) => segment == 0 ? KeyOfFirst : Key;

    /// <param name="memory">Of Argon2id, in KiB.</param>
    /// <param name="encrypts">What the document says; what it was sealed with may be something else.</param>
    public static string Document(int number, byte[] dataKey, string passphrase, int memory = 8192, string encrypts = "everything")
    {
        var salt = SHA256.HashData(Encoding.ASCII.GetBytes($"salt {number}"))[..16];
        var draft = Text(number, dataKey, memory, salt, encrypts);
        using var argon = new Argon2id(Encoding.UTF8.GetBytes(passphrase))
        {
            Salt = salt,
            MemorySize = Math.Min(memory, 8192),
            Iterations = 1,
            DegreeOfParallelism = 1,
        };
        using var cipher = new AesGcm(argon.GetBytes(32), 16);
        var nonce = SHA256.HashData(Encoding.ASCII.GetBytes($"nonce {number}"))[..12];
        var (wrapped, tag) = (new byte[32], new byte[16]);
        cipher.Encrypt(nonce, dataKey, wrapped, tag, Encoding.UTF8.GetBytes(draft));
        var value = Convert.ToBase64String([.. nonce, .. wrapped, .. tag]);
        return draft[..^2] + $",\"value\":\"{value}\"}}}}";
    }

    private static string Text(int number, byte[] dataKey, int memory, byte[] salt, string encrypts)
    {
        var (id, text) = (DraftCipher.IdOf(dataKey), Convert.ToBase64String(salt));
        FormattableString document = $$$"""
            {"format":"holdfast-key","version":1,"number":{{{number}}},"createdAt":"2026-11-22T05:00:00Z",
            "encrypts":"{{{encrypts}}}","dataKey":"{{{id}}}",
            "wrap":{"algorithm":"ARGON2ID-A256GCM","memory":{{{memory}}},"iterations":1,"parallelism":1,"salt":"{{{text}}}"}}
            """;
        return FormattableString.Invariant(document).ReplaceLineEndings("");
    }
}
