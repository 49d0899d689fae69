using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>What is about a vault as a whole.</summary>
internal sealed class VaultVerbs : Command
{
    public VaultVerbs()
        : base("vault", "Look after a vault")
    {
        Add(new VaultCheckVerb());
        Add(new VaultRepairVerb());
        Add(new VaultEncryptVerb());
        Add(new VaultKeysVerb());
        Add(new VaultRotateKeyVerb());
    }
}
