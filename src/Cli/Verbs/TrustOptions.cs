using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>Whose points are believed: the same options wherever a point is read.</summary>
internal sealed class TrustOptions
{
    private readonly Option<string[]> publicKey = new("--public-key")
    {
        HelpName = "FILE",
        Description =
            "Trust only points signed with the private key of this P-256 public key in PEM; repeat it for several. Default: the "
            + $"keys that {SignatureKeys.PublicVariable} holds, if any",
    };

    private readonly Option<bool> allowUnsigned = new("--allow-unsigned")
    {
        Description = "Accept unsigned points, even alongside signed ones",
    };

    public IEnumerable<Option> All => [publicKey, allowUnsigned];

    /// <exception cref="UsageException">There is no such file, or no public key in it.</exception>
    public SealTrust Trust(Invocation invocation) =>
        SignatureKeys.Trust(
            publicKey,
            invocation.Get(publicKey) ?? [],
            invocation.Get(allowUnsigned) ? UnsignedSeals.Accepted : UnsignedSeals.BeforeSigned
        );
}
