using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Invoking;

/// <summary>Finds the point that the command line means.</summary>
internal static class PointChoice
{
    private const string Latest = "latest";

    /// <remarks>
    /// An id is looked for among all clusters of the vault when <c>--cluster</c> is not given. <c>latest</c> needs one: the vault's only
    /// one, or the one that the kubeconfig's context means when the vault holds it.
    /// </remarks>
    /// <param name="trust">Whose points may be the latest.</param>
    /// <exception cref="ArchiveException">NotFound, or ambiguous.</exception>
    public static async Task<SealedPoint> FindAsync(Invocation invocation, OpenedVault vault, string text, SealTrust trust)
    {
        var cluster = invocation.ClusterNamed ?? (text == Latest ? await OfLatestAsync(invocation, vault) : null);
        return await new PointCatalog(vault.Store, trust).FindAsync(cluster, text, invocation.Cancellation);
    }

    /// <param name="trust">What is asked of the point's seal.</param>
    public static async Task<(SealedPoint Point, RecoveryPointReader Reader)> OpenAsync(
        Invocation invocation,
        OpenedVault vault,
        string text,
        SealTrust trust
    )
    {
        var point = await FindAsync(invocation, vault, text, trust);
        return (point, await RecoveryPointReader.OpenAsync(vault.Store, point.Seal.Cluster, point.Id, trust, invocation.Cancellation));
    }

    private static async Task<ClusterName?> OfLatestAsync(Invocation invocation, OpenedVault vault)
    {
        var clusters = await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
        if (clusters.Length < 2)
            return null;
        var hinted = OpenedCluster.HintedName(invocation.KubeconfigPath, invocation.Context, invocation.Time);
        if (hinted is { } name && clusters.Contains(name))
            return name;
        throw new UsageException($"the latest point of which cluster? Give --cluster: the vault holds {string.Join(", ", clusters)}");
    }
}
