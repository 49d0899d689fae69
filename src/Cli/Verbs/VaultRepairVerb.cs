using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Archive.Verification;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class VaultRepairVerb : Verb
{
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only print what would be repaired" };

    public VaultRepairVerb()
        : base(
            "repair",
            "Make the original versions of blobs that others overwrote or deleted by name the current ones again",
            "text",
            "json"
        )
    {
        Add(dryRun);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast vault repair --dry-run", "What was overwritten or hidden in a vault with versions"),
            new("holdfast vault repair --cluster prod", "Repair one cluster's part of it"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var vault = invocation.OpenVault();
        invocation.WhenCancelled = "what was repaired so far stays so; run it again to continue";
        var repaired = new List<AlteredBlob>();
        foreach (var cluster in named is { } one ? [one] : await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation))
        {
            foreach (var altered in await VaultRepair.FindAsync(vault.Store, cluster, invocation.Cancellation))
            {
                if (!invocation.Get(dryRun))
                    await VaultRepair.RepairAsync(vault.Store, altered, invocation.Cancellation);
                repaired.Add(altered);
                if (!invocation.Json)
                    invocation.Screen.Line($"{altered.Path}: {(altered.IsHidden ? "deleted by name" : "written over")}");
            }
        }
        if (invocation.Json)
            invocation.Screen.Json([.. repaired], OutputJson.Plain.AlteredBlobArray);
        else
            invocation.Screen.Line($"{Readable.Count(repaired.Count, "blob")} {(invocation.Get(dryRun) ? "to repair" : "repaired")}");
        return ExitCode.Done;
    }
}
