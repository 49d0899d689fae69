using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class VaultEncryptVerb : Verb
{
    private readonly Option<string?> what = new("--what")
    {
        HelpName = "WHAT",
        CompletionSources = { EncryptionScopes.All.ToArray() },
        Description = "everything (default): objects, inventories and infrastructure; secrets: the objects of type Secret only",
    };

    private readonly Option<bool> confirm = new("--confirm-key-is-kept")
    {
        Description = "Confirm that the key is kept where it outlives the clusters and this vault. Without it, nothing is done",
    };

    private readonly WrapOptions wrap = new();

    public VaultEncryptVerb()
        : base("encrypt", "Encrypt what captures write into the vault from now on. It can't be turned off", "text", "json")
    {
        AddAll([what, .. wrap.All, confirm]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast vault encrypt --key https://acme.vault.azure.net/keys/holdfast/0123 --confirm-key-is-kept",
                "Everything, with a key that stays in a Key Vault"
            ),
            new(
                "holdfast vault encrypt --what secrets --passphrase-file ~/holdfast.passphrase --confirm-key-is-kept",
                "Secrets only, with a passphrase"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var text = invocation.Get(what) ?? "everything";
        if (!EncryptionScopes.TryParse(text, out var scope))
            throw new UsageException($"--what '{text}' is not known: use {EncryptionScopes.Names}");
        var by = wrap.Wrap(invocation);
        var vault = invocation.OpenVault(create: true);
        if (!invocation.Get(confirm))
            throw new UsageException(
                $"whoever loses {by.Name} loses every point that is encrypted with it: no one can read them then, also not with access to "
                    + "the storage, and no copy of the vault helps. Keep it where it outlives the clusters, this vault and this "
                    + "subscription (a Key Vault with purge protection, or a passphrase "
                    + $"in two places). Then repeat this with {confirm.Name}. Nothing "
                    + "was changed"
            );
        var written = await new KeyRotation(vault.Store, by, invocation.Time).EncryptAsync(scope, invocation.Cancellation);
        var documents = await KeyDocuments.ReadAsync(vault.Store, invocation.Cancellation);
        var current = KeyText.Of(documents.Current!, opens: true);
        if (invocation.Json)
            invocation.Screen.Json(current, OutputJson.Plain.KeyText);
        else
            Print(invocation.Screen, current, isNew: written is not null);
        return ExitCode.Done;
    }

    private static void Print(Screen screen, KeyText key, bool isNew)
    {
        var part = key.Encrypts == "everything" ? "all of each point" : "the Secrets of each point";
        screen.Line($"{(isNew ? "From now on captures encrypt" : "Captures encrypt already")} {part}");
        screen.Line($"  data key {key.DataKey}, wrapped with {key.WrappedWith}");
        if (isNew)
            screen.Line("  points that are there stay as they are: what they hold isn't encrypted by this");
        if (isNew)
            screen.Line($"  every capture and restore needs it from now on. {VaultKeys.Advice}");
    }
}
