using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Capture;

/// <summary>What to capture, under which name, kept how.</summary>
public sealed record CaptureRequest(ClusterName Cluster)
{
    public CaptureScope Scope { get; init; } = new();

    /// <summary>The known name now stands for another cluster (another kube-system uid): start a new history under it.</summary>
    public bool NewIncarnation { get; init; }

    /// <summary>Until when storage shall refuse deletion of the point.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>API groups whose failing discovery is no gap. Default: <see cref="BuiltInGroups.Metrics"/>.</summary>
    public ImmutableArray<string> ExpectedAbsentGroups { get; init; } = BuiltInGroups.Metrics;

    /// <summary>
    /// A policy asks, which is made for many clusters and for times to come: where other parts of its selection match, what it names and
    /// this cluster doesn't have is a gap, and what it leaves out and isn't there
    /// a warning. Of a person's request both are errors.
    /// </summary>
    public bool UnderPolicy { get; init; }

    /// <summary>Read everything, reuse nothing by fingerprint.</summary>
    public bool Full { get; init; }
    public JsonElement? Policy { get; init; }
    public JsonElement? Registration { get; init; }
}
