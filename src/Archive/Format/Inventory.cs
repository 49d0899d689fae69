using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>
/// A recovery point's index: every resource type that discovery listed, with its outcome, and every segment with its parts. The same
/// capture results give the same bytes. Specified in docs/format.md, "Inventory".
/// </summary>
public sealed record Inventory
{
    public const string FormatName = "holdfast-inventory";
    public const int CurrentVersion = 4;

    /// <summary>The version without volumes and infrastructure: releases up to 0.2.0 read no other.</summary>
    internal const int FirstVersion = 1;

    /// <summary>With volumes and infrastructure.</summary>
    public const int VolumesVersion = 2;

    /// <summary>With encrypted parts. Where the whole inventory is encrypted, the document around it is of the current version.</summary>
    internal const int KeysVersion = 3;

    public string Format { get; init; } = FormatName;

    /// <summary>
    /// The lowest that has every member: a point without volumes, infrastructure and encryption is one that earlier releases read.
    /// </summary>
    public int Version { get; init; } = FirstVersion;
    public required ClusterName Cluster { get; init; }

    /// <summary>The uid of the cluster's <c>kube-system</c> namespace.</summary>
    public required ClusterUid ClusterUid { get; init; }

    /// <summary>The API server's <c>gitVersion</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>When <see cref="Revision"/> was pinned, UTC.</summary>
    public required DateTimeOffset PinnedAt { get; init; }

    /// <summary>The one revision of every segment that doesn't name another.</summary>
    public required Revision Revision { get; init; }

    public required CaptureScope Scope { get; init; }

    /// <summary>Sorted by group, then resource.</summary>
    public required ImmutableArray<TypeEntry> Types { get; init; }

    /// <summary>Sorted by <see cref="Segment.Resource"/>, then namespace; cluster scope first.</summary>
    public required ImmutableArray<Segment> Segments { get; init; }

    /// <summary>What is missing and why. A point with any is <c>Partial</c>.</summary>
    public ImmutableArray<Gap> Gaps { get; init; } = [];

    /// <summary>
    /// The volumes of the captured claims, and captured volumes without a claim; sorted by namespace, claim, volume. Null: there are none.
    /// </summary>
    public ImmutableArray<VolumeRecord>? Volumes { get; init; }

    /// <summary>What the cluster runs on, beside the inventory. Null: it isn't known, or couldn't be read.</summary>
    public InfrastructureReference? Infrastructure { get; init; }

    /// <summary>
    /// The policy and the registration (no secrets) that the point was made under, as JSON; absent for a manual capture.
    /// </summary>
    public JsonElement? Policy { get; init; }

    public JsonElement? Registration { get; init; }
}

/// <summary>What a capture was asked to take. All empty: everything.</summary>
public sealed record CaptureScope
{
    /// <summary>Only these namespaces' objects, and the cluster-scoped types.</summary>
    public ImmutableArray<string> Namespaces { get; init; } = [];
    public ImmutableArray<string> ExcludedNamespaces { get; init; } = [];

    /// <summary>Group-resources that the caller excluded beyond the defaults.</summary>
    public ImmutableArray<string> ExcludedResources { get; init; } = [];

    /// <summary>Group-resources that the caller asked for though they are left out by default (events).</summary>
    public ImmutableArray<string> IncludedResources { get; init; } = [];
    public string? LabelSelector { get; init; }

    /// <summary>The same, and lists that its document left out are empty. (A vault's documents must have them.)</summary>
    public CaptureScope WithMissingLists() =>
        this with
        {
            Namespaces = OrEmpty(Namespaces),
            ExcludedNamespaces = OrEmpty(ExcludedNamespaces),
            ExcludedResources = OrEmpty(ExcludedResources),
            IncludedResources = OrEmpty(IncludedResources),
        };

    private static ImmutableArray<string> OrEmpty(ImmutableArray<string> list) => list.IsDefault ? [] : list;
}

[JsonConverter(typeof(ExactEnumJson<TypeState>))]
public enum TypeState
{
    Captured,
    Excluded,
    Failed,
}

/// <summary>
/// The outcome of one resource type that discovery listed (or of a whole group version that it could not list: <c>Resource</c> is then
/// <c>*</c>).
/// </summary>
public sealed record TypeEntry
{
    public required ResourceType Type { get; init; }
    public required TypeState State { get; init; }

    /// <summary>Which rule excluded it; set exactly when excluded.</summary>
    public string? Rule { get; init; }

    /// <summary>Why it failed; set exactly when failed.</summary>
    public string? Error { get; init; }

    /// <summary>The revision that the type was read at.</summary>
    public Revision? Revision { get; init; }

    /// <summary>The type has its own store, so its revision counts separately from the point's.</summary>
    public bool OwnStore { get; init; }

    /// <summary>Objects captured.</summary>
    public long Objects { get; init; }

    /// <summary>Objects left out one by one (labelled as excluded, made by a controller).</summary>
    public long ObjectsExcluded { get; init; }
    public long RawBytes { get; init; }
}

/// <summary>The objects of one resource type in one namespace (null: cluster scope), in the API server's order (by name).</summary>
public sealed record Segment
{
    /// <summary>The type's <see cref="ResourceType.GroupResource"/>, listed in <see cref="Inventory.Types"/>.</summary>
    public required string Resource { get; init; }
    public string? Namespace { get; init; }
    public required Revision Revision { get; init; }
    public required long Objects { get; init; }

    /// <summary>
    /// SHA-256 over what decides the segment's bytes: the GVR asked for, the server's version, the CRD's uid and generation, each captured
    /// item's uid and resourceVersion. Equal fingerprints of one cluster mean equal bytes. Of encrypted parts it is keyed.
    /// </summary>
    public required ContentDigest Fingerprint { get; init; }
    public required ImmutableArray<Part> Parts { get; init; }
}

/// <summary>One gzip member of a pack: at most 8 MiB of manifests, one a line.</summary>
public sealed record Part
{
    public required int Objects { get; init; }
    public required long RawBytes { get; init; }
    public required ContentDigest RawDigest { get; init; }
    public required ContentDigest Pack { get; init; }
    public required long Offset { get; init; }
    public required long Length { get; init; }

    /// <summary>The pack's version on a store that has versions.</summary>
    public string? PackVersion { get; init; }

    /// <summary>The data key that it is encrypted with, and by which <see cref="RawDigest"/> is keyed; null: it isn't encrypted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentDigest? Key { get; init; }
}

/// <summary>Something that should be in the point but isn't, or isn't at the point's revision.</summary>
/// <param name="Resource">A group-resource, or a group version (<c>metrics.k8s.io/v1beta1</c>) that discovery couldn't list.</param>
/// <param name="Namespace">Null: all of it.</param>
/// <param name="Reason">What happened and what to do, for a person.</param>
public sealed record Gap(string Resource, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Namespace, string Reason);
