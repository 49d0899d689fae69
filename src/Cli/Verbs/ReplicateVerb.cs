using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Policies;
using Holdfast.Vault.Replication;

namespace Holdfast.Cli.Verbs;

internal sealed class ReplicateVerb : Verb
{
    private readonly Option<string[]> to = new("--to")
    {
        HelpName = "WHERE",
        Description = "The vault to copy into, in another region, account or tenant, as of --vault; repeat it for several",
    };

    private readonly Option<string?> keep = new("--keep")
    {
        HelpName = "TIME",
        Description =
            "Have the replica's storage refuse deletion of what is copied for at least so long: 36h, 30d, 8w. Default: as long as each "
            + "point says",
    };

    private readonly Option<string?> mode = new("--keep-mode")
    {
        HelpName = "MODE",
        CompletionSources = { "locked", "unlocked" },
        Description = "locked (default): no one can take that back; unlocked: who may change immutability can",
    };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only print what would be copied" };

    private readonly TrustOptions trust = new();

    public ReplicateVerb()
        : base("replicate", "Copy what another vault doesn't have of this one, so that it holds every point on its own", "text", "json")
    {
        AddAll([to, keep, mode, dryRun, .. trust.All]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast replicate --vault https://ACCOUNT.blob.core.windows.net/vault --to https://OTHER.blob.core.windows.net/vault",
                "Every cluster, to an account in another region"
            ),
            new("holdfast replicate --to /mnt/a/vault --to /mnt/b/vault --dry-run", "What two replicas don't have yet"),
            new("holdfast replicate --cluster prod --to /mnt/a/vault --keep 30d", "One cluster, kept from deletion for 30 days"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var means = new ReplicationMeans(trust.Trust(invocation), invocation.Time, CacheFolder.Open(invocation.Time))
        {
            Terms = Terms(invocation),
        };
        var vault = invocation.OpenVault();
        var targets = Targets(invocation, vault);
        invocation.WhenCancelled = "what was copied so far stays; run it again to continue";
        var documents = new List<ReplicateDocument>();
        foreach (var target in targets)
        {
            var images = OpenedVault.ImagesFrom(vault, target, invocation.Time);
            var taken = await Takeovers.ReadAsync(target.Store, invocation.Cancellation);
            foreach (var problem in taken.Problems)
                invocation.Screen.Warn($"{target.Text}: {problem}");
            foreach (var cluster in await ClustersAsync(invocation, vault, named))
            {
                var document = taken.Clusters.Contains(cluster)
                    ? ReplicateDocument.TakenOver(cluster, target.Text)
                    : await OneAsync(invocation, vault, target, cluster, means with { Images = images });
                documents.Add(document);
                Print(invocation, document);
            }
        }
        if (invocation.Json)
            invocation.Screen.Json([.. documents], OutputJson.Plain.ReplicateDocumentArray);
        return documents.TrueForAll(d => !d.Findings.Any()) ? ExitCode.Done : ExitCode.Partial;
    }

    private async Task<ReplicateDocument> OneAsync(
        Invocation invocation,
        OpenedVault vault,
        OpenedVault target,
        ClusterName cluster,
        ReplicationMeans means
    )
    {
        var replication = new VaultReplication(vault.Store, target.Store, cluster, means);
        var plan = await replication.PlanAsync(invocation.Cancellation);
        if (invocation.Get(dryRun))
            return ReplicateDocument.Of(plan, target.Text);
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<ReplicationProgress>(p =>
            new($"replicating {cluster}", p.Points, p.Of, "points", Readable.Size(p.Bytes))
        );
        return ReplicateDocument.Of(
            plan,
            target.Text,
            await replication.ApplyAsync(plan, static () => false, progress, invocation.Cancellation)
        );
    }

    private static async Task<ImmutableArray<ClusterName>> ClustersAsync(Invocation invocation, OpenedVault vault, ClusterName? named)
    {
        var known = await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
        if (named is not { } one)
            return known;
        return known.Contains(one) ? [one] : throw new FailedException($"the vault holds nothing of cluster {one}");
    }

    private List<OpenedVault> Targets(Invocation invocation, OpenedVault vault)
    {
        var named = invocation.Get(to) ?? [];
        if (named.Length == 0)
            throw new UsageException("where to? Give --to: a folder, or https://ACCOUNT.blob.core.windows.net/CONTAINER");
        // a dry run makes nothing
        var targets = named.Select(text => OpenedVault.Open(text, create: !invocation.Get(dryRun), to.Name)).ToList();
        foreach (var warning in targets.Select(t => t.Warning).OfType<string>())
            invocation.Screen.Warn(warning);
        var places = targets.Prepend(vault).Select(v => v.Store.Location.TrimEnd('/')).ToList();
        return places.Distinct(StringComparer.Ordinal).Count() == places.Count
            ? targets
            : throw new UsageException("--to names the vault itself, or one replica twice");
    }

    private ReplicaTerms Terms(Invocation invocation)
    {
        var kept = invocation.Get(keep) switch
        {
            null => (TimeSpan?)null,
            var text when KeptDuration.TryParse(text, out var duration) => duration.Span,
            var text => throw new UsageException(
                $"--keep '{text}' isn't a duration: a whole number and h, d or w is expected, such as 30d"
            ),
        };
        return invocation.Get(mode) is not { } named ? new(kept, ImmutabilityMode.Locked)
            : ImmutabilityModes.TryParse(named, out var parsed) ? new(kept, parsed)
            : throw new UsageException($"--keep-mode '{named}' is not known: use {ImmutabilityModes.Names}");
    }

    private void Print(Invocation invocation, ReplicateDocument document)
    {
        foreach (var finding in document.Findings)
            invocation.Screen.Warn($"{document.Cluster}: {finding}");
        if (invocation.Json)
            return;
        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"{Readable.Count(document.Points, "point")}, {Readable.Count(document.Packs, "pack")}, {Readable.Size(document.Bytes)}"
        );
        invocation.Screen.Line(
            document.IsTakenOver ? $"{document.Cluster} -> {document.To}: nothing"
            : invocation.Get(dryRun) ? $"{document.Cluster} -> {document.To}: {Readable.Count(document.Points, "point")} to copy"
            : $"{document.Cluster} -> {document.To}: {what} copied"
        );
    }
}
