using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>What a run has decided to make, as it is kept until the run ends.</summary>
/// <param name="Digest">What an approval of it must name.</param>
public sealed record KeptNewCluster(NewClusterPlan Plan, ContentDigest Digest)
{
    /// <returns>Null: the run makes none, has decided nothing yet, or has ended.</returns>
    /// <exception cref="ControlException">It can't be read.</exception>
    public static async Task<KeptNewCluster?> ReadAsync(RunEnvironment environment, RunId run, CancellationToken cancellation)
    {
        var path = $"{RunReports.FolderOf(run)}{NewClusterRuns.Planned}";
        return await environment.Control.ReadAsync(path, NewClusterJson.Default.NewClusterPlan, cancellation) is { } kept
            ? new(kept.Document, DigestOf(kept.Document))
            : null;
    }

    internal static ContentDigest DigestOf(NewClusterPlan plan) =>
        ContentDigest.Of(JsonSerializer.SerializeToUtf8Bytes(plan, NewClusterJson.Default.NewClusterPlan));
}
