using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Capture.Planning;

/// <summary>
/// Everything that a capture decided before it read an object: the revision, what becomes of every type, and the units of work.
/// Serialisable; whoever holds it and the results of its units can seal the point.
/// </summary>
public sealed record CapturePlan
{
    public required ClusterName Cluster { get; init; }

    /// <summary>The uid of the cluster's <c>kube-system</c> namespace.</summary>
    public required ClusterUid ClusterUid { get; init; }
    public required string ServerVersion { get; init; }

    /// <summary>When the capture began, UTC: packs are safe from pruning for some days from here.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When <see cref="Revision"/> was pinned, UTC.</summary>
    public required DateTimeOffset PinnedAt { get; init; }
    public required Revision Revision { get; init; }

    /// <summary>How often the revision has been pinned: 1 for the first.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The request that is planned for, its resources named in full.</summary>
    public required CaptureRequest Request { get; init; }

    /// <summary>Every type that exists, once, sorted by group, then resource.</summary>
    public required ImmutableArray<PlannedType> Types { get; init; }

    /// <summary>Namespaces at <see cref="Revision"/> that carry the label which leaves them out.</summary>
    public ImmutableArray<string> LabelledNamespaces { get; init; } = [];
    public required ImmutableArray<CaptureUnit> Units { get; init; }

    /// <summary>The last point, where its content may be reused; null: everything is written.</summary>
    public PointId? Reuses { get; init; }

    /// <summary>Packs of that point whose content is written again; see <see cref="Reuse.SparsePacks"/>.</summary>
    public ImmutableArray<ContentDigest> Sparse
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What a person should know of the planning beside gaps.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What planning found missing beside whole types.</summary>
    public ImmutableArray<Gap> Gaps
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What isn't as it was asked for, or may not stay, though nothing of it is missing.</summary>
    public ImmutableArray<string> Warnings
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>What the plan does about one resource type.</summary>
public sealed record PlannedType
{
    public required ResourceType Type { get; init; }
    public required TypeState State { get; init; }

    /// <summary>Which rule excluded it; set exactly when excluded.</summary>
    public string? Rule { get; init; }

    /// <summary>Why it can't be read; set exactly when failed.</summary>
    public string? Error { get; init; }

    /// <summary>The revision to read it at; null: its server gives none, so the latest.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Its revisions are of another counter than the cluster's.</summary>
    public bool OwnStore { get; init; }

    /// <summary>Objects when it was counted.</summary>
    public long Count { get; init; }

    /// <summary>The count was taken at <see cref="Revision"/> itself and found nothing: there is nothing to read.</summary>
    public bool KnownEmpty { get; init; }

    /// <summary>Bytes of one of its objects; 0: none was seen.</summary>
    public long SampleBytes { get; init; }

    /// <summary>For a custom type its definition's uid and generation; empty for a built-in one.</summary>
    public string Definition { get; init; } = "";

    /// <summary>The definition's resourceVersion: while it is the same, so is <see cref="Definition"/>.</summary>
    public string DefinitionRevision { get; init; } = "";

    /// <summary>Equal uids and resource versions prove equal bytes: nothing beyond the definition decides what a list shows.</summary>
    public bool Fingerprintable { get; init; }

    internal ApiResource Api => new(Type.Group, Type.Version, Type.Resource, Type.Kind, Type.Namespaced, []);
}

/// <summary>One activity's worth of export: at most a few thousand objects, or one slice that can't be cut smaller.</summary>
/// <param name="Number">Of this plan, from 0.</param>
/// <param name="Piece">How often the unit has been handed back because its time was up.</param>
public sealed record CaptureUnit(int Number, int Piece, ImmutableArray<Slice> Slices)
{
    public long Expected => Slices.Sum(s => s.Expected);
}

/// <summary>One list to read: a type in one namespace, or (null) in all of them or in cluster scope.</summary>
/// <param name="Expected">Objects, as far as the plan knows.</param>
/// <param name="PageLimit">Objects per page.</param>
public sealed record Slice(string Resource, string? Namespace, long Expected, int PageLimit)
{
    /// <summary>
    /// Read at a revision of its own, not the plan's: its type has a store of its own, or it fell behind. Such a list is begun again
    /// when it expires.
    /// </summary>
    public bool OwnRevision { get; init; }

    /// <summary>Its metadata was compared already, and differs: it is read without comparing again.</summary>
    public bool Changed { get; init; }

    /// <summary>Where an earlier piece of the unit stopped.</summary>
    public SlicePosition? Resume { get; init; }
}

/// <param name="Continue">The list's token.</param>
/// <param name="Revision">The list's revision.</param>
/// <param name="Namespace">In which it stopped; null in cluster scope, and before the first object.</param>
/// <param name="OpenObjects">How many objects the open segment has so far, in all pieces; 0: none is open.</param>
/// <param name="Fingerprint">The open segment's fingerprint so far.</param>
public sealed record SlicePosition(string Continue, Revision Revision, string? Namespace, long OpenObjects, string? Fingerprint);
