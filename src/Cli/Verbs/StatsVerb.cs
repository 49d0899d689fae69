using Holdfast.Archive.Format;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Vault.Catalogue;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Vault.Space;

namespace Holdfast.Cli.Verbs;

internal sealed class StatsVerb : Verb
{
    private readonly KeepOptions keep = new();

    public StatsVerb()
        : base("stats", "Show what the recovery points take, what they share, how they grow, and what retention will free", "text", "json")
    {
        AddAll(keep.All);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast stats", "Every cluster's points, with the retention of the policies that made them"),
            new("holdfast stats --cluster prod -o json | jq '.[].namespaces[:5]'", "The namespaces that take most"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        using var signer = keep.Signer(invocation);
        var means = new PruneMeans(keep.Trust(invocation), signer, invocation.Time);
        var terms = await keep.TermsAsync(invocation);
        var vault = invocation.OpenVault();
        var documents = new List<StatsDocument>();
        foreach (var cluster in await PruneRun.ClustersAsync(invocation, vault, named))
            documents.Add(await OneAsync(invocation, vault, cluster, means, terms));
        if (invocation.Json)
            invocation.Screen.Json([.. documents], OutputJson.Plain.StatsDocumentArray);
        foreach (var document in documents)
        {
            if (!invocation.Json)
                StatsText.Print(invocation.Screen, document);
            foreach (var note in document.Notes)
                invocation.Screen.Warn($"{document.Cluster}: {note}");
        }
        return documents.TrueForAll(d => !d.Notes.Any()) ? ExitCode.Done : ExitCode.Partial;
    }

    private static async Task<StatsDocument> OneAsync(
        Invocation invocation,
        OpenedVault vault,
        ClusterName cluster,
        PruneMeans means,
        Func<VaultFacts, PolicyTerms> terms
    )
    {
        var catalogue = new VaultCatalogue(vault.Store, means.Trust, CacheFolder.Open(invocation.Time));
        var listed = await catalogue.ListAsync(cluster, PointSearch.All, invocation.Cancellation);
        var space = await new SpaceReading(vault.Store, cluster).ReadAsync(listed.Points.Select(p => p.Point), invocation.Cancellation);
        var (plan, why) = await PlanAsync(new(vault.Store, cluster, means), terms, invocation.Cancellation);
        return StatsDocument.Of(space, plan, [.. listed.Faults, .. plan?.Obstacles ?? [], .. why is null ? Array.Empty<string>() : [why]]);
    }

    /// <summary>Sizes are known also where nothing can be decided.</summary>
    private static async Task<(PrunePlan? Plan, string? Why)> PlanAsync(
        VaultPruning pruning,
        Func<VaultFacts, PolicyTerms> terms,
        CancellationToken cancellation
    )
    {
        try
        {
            return (await pruning.PlanAsync(terms, cancellation), null);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Conflict)
        {
            return (null, $"what retention frees isn't known: {e.Message}");
        }
    }
}
