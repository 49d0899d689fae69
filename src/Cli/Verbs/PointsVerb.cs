using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Cli.Verbs;

internal sealed class PointsVerb : Verb
{
    private readonly SearchOptions search = new();
    private readonly Option<string?> ns = new("--namespace", "-n") { HelpName = "NS", Description = "Only points with objects of it" };
    private readonly TrustOptions trust = new();

    public PointsVerb()
        : base(
            "points",
            "List the recovery points of a vault, of one cluster or of all: exit code 4 when one can't be trusted",
            "text",
            "json"
        )
    {
        AddAll([.. search.All, ns, .. trust.All]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast points --vault /backups", "Every cluster's points"),
            new("holdfast points --cluster prod -o json | jq -r '.[-1].point'", "The id of a cluster's last point"),
            new("holdfast points --cluster prod --since 7d --policy nightly -n shop", "Last week's of a policy with a namespace's objects"),
            new("holdfast points --cluster prod -o json | jq -r '.[-1].head'", "What to keep elsewhere, for verify --expect-head"),
            new("holdfast points --public-key holdfast.pub", "Which of them the owner of this key signed"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var believed = trust.Trust(invocation);
        var meant = search.Search(invocation) with { Namespace = invocation.Get(ns) };
        var vault = invocation.OpenVault();
        var judged = await new VaultCatalogue(vault.Store, believed, CacheFolder.Open(invocation.Time)).ListAsync(
            named,
            meant,
            invocation.Cancellation
        );
        if (invocation.Json)
            invocation.Screen.Json([.. judged.Points.Select(PointDocument.Of)], OutputJson.Plain.PointDocumentArray);
        else if (judged.Points.IsEmpty)
            invocation.Screen.Note(
                $"no {(meant == PointSearch.All ? "" : "such ")}recovery points{(named is null ? "" : $" of {named}")} in {vault.Text}"
            );
        else
            PrintTable(invocation, judged.Points);
        foreach (var fault in judged.Faults)
            invocation.Screen.Warn(fault);
        return judged.Faults.IsEmpty ? ExitCode.Done : ExitCode.Damage;
    }

    private static void PrintTable(Invocation invocation, ImmutableArray<CheckedPoint> points)
    {
        var now = invocation.Time.GetUtcNow();
        var table = new Table("CLUSTER", "POINT", "STATE", ">OBJECTS", ">SIZE", ">AGE", "REVISION");
        foreach (var (point, untrusted) in points)
        {
            var seal = point.Seal;
            var state = untrusted is not null ? invocation.Screen.Ink.Red("Untrusted") : States.Paint(invocation.Screen.Ink, seal.State);
            table.Add(
                seal.Cluster.ToString(),
                seal.Point.ToString(),
                state,
                Readable.Count(seal.Objects),
                Readable.Size(seal.RawBytes),
                Readable.Age(now - seal.PinnedAt),
                seal.Revision.ToString()
            );
        }
        table.Print(invocation.Screen);
        foreach (var cluster in points.Where(p => p.Untrusted is null).GroupBy(p => p.Point.Seal.Cluster))
            invocation.Screen.Note(
                $"head of {cluster.Key}: {ChainHead.Of(cluster.MaxBy(p => p.Point.Seal.Sequence)!.Point)} (for 'holdfast verify "
                    + "--expect-head')"
            );
    }
}
