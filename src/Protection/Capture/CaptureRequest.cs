using System.Text.Json;
using Holdfast.Archive.Format;

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
