using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Machine.Files;

namespace Holdfast.Functions.Access;

/// <summary>
/// The bearer token of an app that no platform guards: made at each start and written to a file that only its owner can read. Never in
/// a log, a message or a URL. Its holder may do everything.
/// </summary>
internal sealed class LocalToken
{
    private const string Scheme = "Bearer ";
    private const int Bytes = 32;

    private static readonly Caller Everything = new("local", "local", Roles.Reader | Roles.Operator | Roles.Admin | Roles.SecretReader);

    private readonly byte[] digest;

    private LocalToken(string token, string path) => (digest, Path) = (Digest(token), path);

    /// <summary>Where the token can be read.</summary>
    public string Path { get; }

    public static LocalToken Make(string path)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        Write(path, token);
        return new(token, path);
    }

    /// <summary>Null: not the token. Takes the same time whatever is wrong with it.</summary>
    public Caller? Read(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(authorization[Scheme.Length..].Trim()), digest)
            ? Everything
            : null;

    /// <summary>Aside first, so that there is never half a token, and never one that others can read.</summary>
    private static void Write(string path, string token)
    {
        OwnerOnly.CreateFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var aside = $"{path}.{Environment.ProcessId}.tmp";
        File.Delete(aside);
        using (var file = OwnerOnly.CreateFile(aside))
            file.Write(Encoding.ASCII.GetBytes(token + "\n"));
        File.Move(aside, path, overwrite: true);
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
