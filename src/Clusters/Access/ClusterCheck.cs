using System.Collections.Immutable;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Access;

/// <summary>What stands between the credentials and a whole capture or restore of a cluster that answers.</summary>
/// <param name="Identity">Null when the credentials may not read it: then nothing can be captured.</param>
/// <param name="Latency">Of one small request over a connection that is open.</param>
/// <param name="LackingForCapture">Each is a gap in every point.</param>
/// <param name="LackingForRestore">A restore of these types would fail; what it reads is among them.</param>
public sealed record ClusterCheck(
    ClusterIdentity? Identity,
    TimeSpan Latency,
    int Types,
    ImmutableArray<LackingRight> LackingForCapture,
    ImmutableArray<LackingRight> LackingForRestore
)
{
    /// <summary>
    /// A capture lists and gets nothing: a right to get everything would be one to run commands in pods, since most servers take <c>get</c>
    /// on <c>pods/exec</c> for that.
    /// </summary>
    private static readonly string[] CaptureVerbs = ["list"];
    private static readonly string[] RestoreVerbs = ["list", "get", "create", "update", "patch", "delete"];

    /// <summary>Reading the cluster's identity, which is a namespace's uid, is the one thing that a capture gets.</summary>
    private static readonly LackingRight Identifying = new("get", "namespaces");

    /// <param name="surface">Its types with list, get and create are those that a capture reads.</param>
    /// <exception cref="ClusterException">The cluster can't be reached or asked.</exception>
    public static async Task<ClusterCheck> RunAsync(ClusterConnection connection, ApiSurface surface, CancellationToken cancellation)
    {
        var identity = await IdentifyAsync(connection, cancellation);
        var latency = await MeasureAsync(connection, cancellation);
        var types = surface
            .Resources.Where(r => r.Can("list") && r.Can("get") && r.Can("create"))
            .DistinctBy(r => r.GroupResource)
            .ToArray();
        var lacking = await new PermissionReview(connection).LackingAsync(types, RestoreVerbs, cancellation);
        return new(
            identity,
            latency,
            types.Length,
            [.. lacking.Where(l => CaptureVerbs.Contains(l.Verb) || (identity is null && l == Identifying))],
            lacking
        );
    }

    private static async Task<ClusterIdentity?> IdentifyAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        try
        {
            return await ClusterIdentity.ReadAsync(connection, cancellation);
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            return null;
        }
    }

    private static async Task<TimeSpan> MeasureAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var began = connection.Time.GetTimestamp();
        await connection.GetAsync("/version", cancellation);
        return connection.Time.GetElapsedTime(began);
    }
}
