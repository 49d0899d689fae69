using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class PointsVerb : Verb
{
    private readonly TrustOptions trust = new();

    public PointsVerb()
        : base("points", "List the recovery points of a vault, of one cluster or of all: exit code 4 when one can't be trusted", "text", "json")
    {
        AddAll(trust.All);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("holdfast points --vault /backups", "Every cluster's points"),
        new("holdfast points --cluster prod -o json | jq -r '.[-1].point'", "The id of a cluster's last point"),
        new("holdfast points --public-key holdfast.pub", "Which of them the owner of this key signed"),
    ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        var (points, doubts, faults) = await JudgeAsync(invocation, vault, named, believed);
        if (invocation.Json)
            invocation.Screen.Json([.. points.Select(p => Document(p) with { Untrusted = doubts.GetValueOrDefault(p) })], OutputJson.Plain.PointDocumentArray);
        else if (points.Count == 0)
            invocation.Screen.Note($"no recovery points{(named is null ? "" : $" of {named}")} in {vault.Text}");
        else
            PrintTable(invocation, points, doubts);
        foreach (var fault in faults)
            invocation.Screen.Warn(fault);
        return faults.Count == 0 ? ExitCode.Done : ExitCode.Damage;
    }

    /// <summary>The points, which of them aren't believed and why, and all that is wrong with the chains of these clusters.</summary>
    private static async Task<(List<SealedPoint> Points, Dictionary<SealedPoint, string> Doubts, List<string> Faults)> JudgeAsync(
        Invocation invocation, OpenedVault vault, ClusterName? named, SealTrust believed)
    {
        var (points, doubts, faults) = (new List<SealedPoint>(), new Dictionary<SealedPoint, string>(), new List<string>());
        ImmutableArray<ClusterName> clusters = named is { } one ? [one] : await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
        foreach (var cluster in clusters)
        {
            var chain = await SealChain.ReadAsync(vault.Store, cluster, invocation.Cancellation);
            points.AddRange(chain.Points);
            faults.AddRange(chain.Faults.Select(f => $"{cluster}: {f.Message}"));
            foreach (var point in chain.Points)
            {
                if (chain.Distrust(point, believed) is not { } doubt)
                    continue;
                doubts[point] = doubt;
                faults.Add($"{cluster}: point {point.Id} can't be trusted: {doubt}");
            }
        }
        return (points, doubts, faults);
    }

    public static PointDocument Document(SealedPoint point) => new()
    {
        Point = point.Id.ToString(),
        Cluster = point.Seal.Cluster,
        ClusterUid = point.Seal.ClusterUid,
        Sequence = point.Seal.Sequence,
        Time = point.Seal.PinnedAt,
        Revision = point.Seal.Revision,
        State = point.Seal.State.ToString(),
        Objects = point.Seal.Objects,
        Bytes = point.Seal.RawBytes,
        KeepUntil = point.Seal.KeepUntil,
    };

    private static void PrintTable(Invocation invocation, List<SealedPoint> points, Dictionary<SealedPoint, string> doubts)
    {
        var now = invocation.Time.GetUtcNow();
        var table = new Table("CLUSTER", "POINT", "STATE", ">OBJECTS", ">SIZE", ">AGE", "REVISION");
        foreach (var point in points)
        {
            var seal = point.Seal;
            var state = doubts.ContainsKey(point) ? invocation.Screen.Ink.Red("Untrusted") : States.Paint(invocation.Screen.Ink, seal.State);
            table.Add(
                seal.Cluster, seal.Point.ToString(), state,
                Readable.Count(seal.Objects), Readable.Size(seal.RawBytes), Readable.Age(now - seal.PinnedAt), seal.Revision);
        }
        table.Print(invocation.Screen);
    }
}
