using System.CommandLine;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class VaultRotateKeyVerb : Verb
{
    private readonly Option<bool> rewrap = new("--rewrap")
    {
        Description = "Keep the data key and wrap it again: with a new version of the Key Vault's key, or another passphrase",
    };

    private readonly WrapOptions wrap = new();

    public VaultRotateKeyVerb()
        : base("rotate-key", "Encrypt with another data key from now on; what is there is neither rewritten nor lost", "text", "json")
    {
        AddAll([rewrap, .. wrap.All]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast vault rotate-key", "A new data key, wrapped as the present one is"),
            new(
                "holdfast vault rotate-key --rewrap --key https://acme.vault.azure.net/keys/holdfast/4567",
                "The same data key, wrapped with a new version of the Key Vault's key"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var vault = invocation.OpenVault();
        var rotation = new KeyRotation(vault.Store, wrap.Wrap(invocation), invocation.Time);
        var isRewrap = invocation.Get(rewrap);
        var document = isRewrap ? await rotation.RewrapAsync(invocation.Cancellation) : await rotation.RotateAsync(invocation.Cancellation);
        var key = KeyText.Of(document, opens: true);
        if (invocation.Json)
        {
            invocation.Screen.Json(key, OutputJson.Plain.KeyText);
            return ExitCode.Done;
        }
        invocation.Screen.Line(
            isRewrap
                ? $"The data key {key.DataKey} is wrapped with {key.WrappedWith}, too"
                : $"Captures encrypt with the data key {key.DataKey} from now on, wrapped with {key.WrappedWith}"
        );
        invocation.Screen.Line(
            isRewrap
                ? "  what it was wrapped with before opens it still: to end that, rotate the data key as well"
                : "  keep what the earlier data keys are wrapped with for as long as points need them"
        );
        return ExitCode.Done;
    }
}
