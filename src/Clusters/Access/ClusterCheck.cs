using System.Collections.Immutable;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Access;

/// <summary>The permissions that the credentials need for a complete capture or restore, and don't have.</summary>
/// <param name="Identity">Null when the credentials may not read it: then nothing can be captured.</param>
/// <param name="Latency">Of one small request over an open connection.</param>
/// <param name="MissingForCapture">Each one causes a gap in every point.</param>
/// <param name="MissingForRestore">A restore of these types would fail; read permissions are included.</param>
public sealed record ClusterCheck(
    ClusterIdentity? Identity,
    TimeSpan Latency,
    int Types,
    ImmutableArray<MissingRight> MissingForCapture,
    ImmutableArray<MissingRight> MissingForRestore
)
{
    /// <summary>
    /// A capture lists and doesn't get: permission to get everything would include running commands in pods, since most servers allow that
    /// with <c>get</c> on <c>pods/exec</c>.
    /// </summary>
    private static readonly string[] CaptureVerbs = ["list"];
    private static readonly string[] RestoreVerbs = ["list", "get", "create", "update", "patch", "delete"];

    /// <summary>The only thing that a capture gets is the cluster's identity, a namespace's uid.</summary>
    private static readonly MissingRight Identifying = new("get", "namespaces");

    /// <param name="surface">A capture reads its types with list, get and create.</param>
    /// <exception cref="ClusterException">The cluster can't be reached or doesn't answer access reviews.</exception>
    public static async Task<ClusterCheck> RunAsync(ClusterConnection connection, ApiSurface surface, CancellationToken cancellation)
    {
        var identity = await IdentifyAsync(connection, cancellation);
        var latency = await MeasureAsync(connection, cancellation);
        var types = surface
            .Resources.Where(r => r.Can("list") && r.Can("get") && r.Can("create"))
            .DistinctBy(r => r.GroupResource)
            .ToArray();
        var missing = await new PermissionReview(connection).MissingAsync(types, RestoreVerbs, cancellation);
        return new(
            identity,
            latency,
            types.Length,
            [.. missing.Where(l => CaptureVerbs.Contains(l.Verb) || (identity is null && l == Identifying))],
            missing
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
