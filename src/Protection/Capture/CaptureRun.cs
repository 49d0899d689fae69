using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;

namespace Holdfast.Protection.Capture;

/// <summary>What to capture, under which name, kept how.</summary>
public sealed record CaptureRequest(ClusterName Cluster)
{
    public CaptureScope Scope { get; init; } = new();

    /// <summary>The known name now stands for another cluster (another kube-system uid): start a new history under it.</summary>
    public bool NewIncarnation { get; init; }

    /// <summary>Until when storage shall refuse deletion of the point.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>API groups whose failing discovery is no gap. Default: the metrics APIs.</summary>
    public IReadOnlyList<string> ExpectedAbsentGroups { get; init; } = ["metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"];

    /// <summary>Read everything, reuse nothing by fingerprint.</summary>
    public bool Full { get; init; }
    public JsonElement? Policy { get; init; }
    public JsonElement? Registration { get; init; }
}

/// <summary>
/// The whole capture in one process: plan, export units a few at a time, pin again when the revision expires, seal. The same steps, one at a time, are what an orchestration calls.
/// </summary>
/// <param name="signer">Null: the seal is not signed.</param>
public sealed class CaptureRun(ClusterConnection connection, IBlobStore vault, TimeProvider time, SealSigner? signer = null)
{
    /// <exception cref="Holdfast.Clusters.ClusterException">The cluster can't be read at all.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    /// <exception cref="CaptureException">Another cluster answers under the known name, or not one object could be read.</exception>
    public async Task<CaptureReport> RunAsync(CaptureRequest request, IProgress<CaptureProgress>? progress, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        progress?.Report(new("planning", 0, 0, 0, 0, 0));
        var previous = await PreviousPoint.ReadAsync(vault, request.Cluster, cancellation);
        var course = new CaptureCourse(connection, vault, time, request, previous, signer, progress);
        await course.PlanAsync(cancellation);
        await course.ExportAsync(cancellation);
        await course.SettleDefinitionsAsync(cancellation);
        return await course.SealAsync(cancellation) with { Duration = time.GetElapsedTime(start) };
    }
}
