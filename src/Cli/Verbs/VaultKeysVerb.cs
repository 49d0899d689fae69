using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class VaultKeysVerb : Verb
{
    public VaultKeysVerb()
        : base("keys", "List the vault's data keys, what they are wrapped with, and whether that is at hand", "text", "json") { }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast vault keys", "Exit code 1 if one of them can't be opened here: try it on the machine that is to restore")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var vault = invocation.OpenVault();
        var documents = await KeyDocuments.ReadAsync(vault.Store, invocation.Cancellation);
        var (shown, keys) = (new List<KeyText>(), VaultKeys.Of(vault.Store));
        foreach (var document in documents.Documents)
            shown.Add(KeyText.Of(document, await keys.TryOpenAsync(document, invocation.Cancellation) is not null));
        if (invocation.Json)
            invocation.Screen.Json([.. shown], OutputJson.Plain.KeyTextArray);
        else
            Print(invocation.Screen, shown);
        foreach (var number in documents.Missing)
            invocation.Screen.Warn(
                $"{VaultPaths.Key(number)} is missing, and key documents are never deleted: copy it back from a replica"
            );
        foreach (var fault in documents.Faults.Values)
            invocation.Screen.Warn(fault.Message);
        return documents.Missing.Any() || !documents.Faults.IsEmpty ? ExitCode.Damage
            : IsEveryKeyOpen(documents, shown) ? ExitCode.Done
            : ExitCode.Failed;
    }

    /// <summary>A data key that is wrapped several times needs one of them.</summary>
    private static bool IsEveryKeyOpen(KeyDocuments documents, List<KeyText> shown)
    {
        var open = documents.Documents.Zip(shown).Where(d => d.Second.Opens).Select(d => d.First.DataKey).ToHashSet();
        return documents.Documents.All(d => open.Contains(d.DataKey));
    }

    private static void Print(Screen screen, List<KeyText> keys)
    {
        if (keys.Count == 0)
            screen.Line("The vault isn't encrypted; `holdfast vault encrypt` turns encryption on");
        foreach (var key in keys)
            screen.Line(
                $"{key.Number}  {key.Created}  data key {key.DataKey}  encrypts {key.Encrypts}  wrapped with {key.WrappedWith}: "
                    + (key.Opens ? "opens" : "doesn't open here")
            );
    }
}
