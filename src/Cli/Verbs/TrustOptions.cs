using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;

namespace Holdfast.Cli.Verbs;

/// <summary>Whose points are believed: the same options wherever a point is read.</summary>
internal sealed class TrustOptions
{
    private readonly Option<string[]> publicKey = new("--public-key")
    {
        HelpName = "FILE",
        Description =
            "Believe only points signed with the private key of this P-256 public key in PEM; repeat it for several. Default: the "
            + $"keys that {SignatureKeys.PublicVariable} holds, if any",
    };

    private readonly Option<bool> allowUnsigned = new("--allow-unsigned")
    {
        Description = "Points without a signature will do, also beside signed ones",
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
