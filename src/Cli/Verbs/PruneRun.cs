using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Cli.Verbs;

/// <summary>Plans for each cluster what expires and what is purged, and does it as far as is asked.</summary>
internal static class PruneRun
{
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(5);

    public enum Step
    {
        Show,
        Expire,
        ShowPurge,
        Purge,
    }

    public static async Task<ExitCode> RunAsync(Invocation invocation, KeepOptions keep, Step step)
    {
        var named = invocation.ClusterNamed;
        using var signer = keep.Signer(invocation);
        var trust = keep.Trust(invocation);
        var terms = await keep.TermsAsync(invocation);
        await using var clusters = keep.Control(invocation) is { } control ? new ServiceClusters(control, invocation.Time) : null;
        var vault = invocation.OpenVault();
        var means = new PruneMeans(trust, signer, invocation.Time)
        {
            Volumes = clusters?.RemovalFrom(vault),
            WithoutVolumes = "give --control, whose registrations lead to it",
        };
        invocation.WhenCancelled = "what was expired or deleted so far stays so; run it again to continue";
        var documents = new List<PruneDocument>();
        foreach (var cluster in await ClustersAsync(invocation, vault, named))
        {
            var document = await OneAsync(new(vault.Store, cluster, means), terms, step, invocation.Cancellation);
            documents.Add(document);
            if (!invocation.Json)
                Print(invocation.Screen, document, step);
            foreach (var problem in document.Obstacles.Concat(document.Done?.Problems ?? []))
                invocation.Screen.Warn($"{cluster}: {problem}");
        }
        if (invocation.Json)
            invocation.Screen.Json([.. documents], OutputJson.Plain.PruneDocumentArray);
        return documents.TrueForAll(d => !d.Obstacles.Any() && d.Done is not { Problems.Length: > 0 }) ? ExitCode.Done : ExitCode.Partial;
    }

    private static async Task<PruneDocument> OneAsync(
        VaultPruning pruning,
        Func<VaultFacts, PolicyTerms> terms,
        Step step,
        CancellationToken cancellation
    )
    {
        var plan = await pruning.PlanAsync(terms, cancellation);
        if (step == Step.Expire)
            plan = plan with { Purge = [], Packs = [], Images = [], Files = [] };
        var done = step is Step.Expire or Step.Purge ? await pruning.ApplyAsync(plan, Budget, cancellation) : null;
        return PruneDocument.Of(plan, done);
    }

    /// <summary>The named cluster, or every one that the vault holds something of.</summary>
    /// <exception cref="FailedException">It holds nothing of the named one.</exception>
    public static async Task<ImmutableArray<ClusterName>> ClustersAsync(Invocation invocation, OpenedVault vault, ClusterName? named)
    {
        var known = await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
        if (named is not { } name)
            return known;
        return known.Contains(name) ? [name] : throw new FailedException($"the vault holds nothing of cluster {name}");
    }

    private static void Print(Screen screen, PruneDocument document, Step step)
    {
        if (step is Step.Show or Step.ShowPurge)
            PruneText.PrintCalendar(screen, document);
        if (step is Step.ShowPurge)
            PruneText.PrintPurge(screen, document);
        if (document.Done is { } done)
            PruneText.PrintDone(screen, document.Cluster, done);
    }
}
