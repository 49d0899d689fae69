using System.Collections.Immutable;
using Holdfast.Archive.Points;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Protection.Catalog;

namespace Holdfast.Cli.Verbs;

internal sealed class PointsVerb() : Verb("points", "List the recovery points of a vault, of one cluster or of all", "text", "json")
{
    public override IReadOnlyList<Example> Examples =>
    [
        new("holdfast points --vault /backups", "Every cluster's points"),
        new("holdfast points --cluster prod -o json | jq -r '.[-1].point'", "The id of a cluster's last point"),
    ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var vault = invocation.OpenVault();
        var points = await new PointCatalog(vault.Store).ListAsync(named, invocation.Cancellation);
        if (invocation.Json)
            invocation.Screen.Json([.. points.Select(Document)], OutputJson.Plain.PointDocumentArray);
        else if (points.IsEmpty)
            invocation.Screen.Note($"no recovery points{(named is null ? "" : $" of {named}")} in {vault.Text}");
        else
            PrintTable(invocation, points);
        return ExitCode.Done;
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

    private static void PrintTable(Invocation invocation, ImmutableArray<SealedPoint> points)
    {
        var now = invocation.Time.GetUtcNow();
        var table = new Table("CLUSTER", "POINT", "STATE", ">OBJECTS", ">SIZE", ">AGE", "REVISION");
        foreach (var (seal, _) in points)
        {
            table.Add(
                seal.Cluster, seal.Point.ToString(), States.Paint(invocation.Screen.Ink, seal.State),
                Readable.Count(seal.Objects), Readable.Size(seal.RawBytes), Readable.Age(now - seal.PinnedAt), seal.Revision);
        }
        table.Print(invocation.Screen);
    }
}
