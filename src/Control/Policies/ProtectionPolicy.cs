using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Control.Policies;

/// <summary>
/// Which clusters are captured, when, what of them, and for how long storage keeps it from deletion (<c>policies/NAME.json</c> in the
/// control container). Specified in docs/control-documents.md and docs/schemas/policy.schema.json.
/// </summary>
public sealed record ProtectionPolicy
{
    public const int CurrentVersion = 1;

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The document's file name.</summary>
    public required PolicyName Name { get; init; }
    public required PolicyClusters Clusters { get; init; }
    public required PolicySchedule Schedule { get; init; }

    /// <summary>What of each cluster is captured. Default: everything.</summary>
    public CaptureScope Selection { get; init; } = new();

    /// <summary>How the data of volumes is protected. Default: by snapshots.</summary>
    public VolumeHandling Volumes { get; init; }

    /// <summary>Where else the snapshots of Azure disks are copied to; null: nowhere.</summary>
    public ImmutableArray<VolumeCopyPlace>? VolumeCopies { get; init; }

    /// <summary>Images of Azure disks are written into the vault's storage account.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool VolumeImages { get; init; }

    /// <summary>Commands around the cutting of volumes' snapshots, in this order. Null: only what pods' annotations ask for.</summary>
    public ImmutableArray<PolicyHook>? Hooks { get; init; }

    /// <summary>Also copies the files of volumes into the vault's account, by Jobs in the clusters. Null: nothing runs in them.</summary>
    public FileExport? Files { get; init; }

    /// <summary>Which points of this policy are kept when there are more. Null: all.</summary>
    public RetentionRule? Retention { get; init; }

    /// <summary>For how long storage refuses to delete each point. Null: it doesn't refuse.</summary>
    public ImmutabilityRule? Immutability { get; init; }

    /// <summary>What of its points is encrypted, in a vault that has keys. Null: what the vault says.</summary>
    public EncryptionScope? Encryption { get; init; }

    /// <summary>From when on captures warn of changes since the last point. Null: the defaults.</summary>
    public ChangeThresholds? SuspiciousChange { get; init; }
    public ConcurrencyLimits Concurrency { get; init; } = new();

    /// <summary>API groups whose failed discovery isn't a gap. Default: the metrics APIs.</summary>
    public ImmutableArray<string> ExpectedAbsentGroups { get; init; } = BuiltInGroups.Metrics;

    /// <summary>Null: the schedule runs.</summary>
    public PauseNotice? Paused { get; init; }

    /// <summary>Reads and validates whole: all that is wrong, at once.</summary>
    public static DocumentReading<ProtectionPolicy> Read(ReadOnlyMemory<byte> json) =>
        DocumentText.Read(json, CurrentVersion, PolicyReader.Read);

    /// <summary>As an inventory carries it.</summary>
    public static DocumentReading<ProtectionPolicy> Read(JsonElement element) => Read(Encoding.UTF8.GetBytes(element.GetRawText()));

    /// <summary>Indented JSON, members in declared order: what <see cref="Read"/> reads back as an equal policy.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PolicyJson.Readable.ProtectionPolicy);

    /// <summary>As an inventory carries it.</summary>
    public JsonElement ToElement() => JsonSerializer.SerializeToElement(this, PolicyJson.Readable.ProtectionPolicy);
}

/// <summary>The clusters of a policy: by their names or by their labels, one of the two.</summary>
public sealed record PolicyClusters
{
    public ImmutableArray<string>? Names { get; init; }

    /// <summary>As kubectl's <c>-l</c>: <c>env=prod,tier in (gold,silver)</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>
    /// Decides whether a cluster is one of them. The selector is parsed here, so get it once and ask it about every cluster.
    /// </summary>
    /// <exception cref="FormatException">The selector isn't one; a policy that was read from its document has none such.</exception>
    public Func<ClusterRegistration, bool> Matcher()
    {
        if (Selector is not { } text)
            return cluster => Names is { } names && names.Contains(cluster.Name.ToString(), StringComparer.Ordinal);
        var selector = LabelSelector.TryParse(text, out var error) ?? throw new FormatException(error);
        return cluster => selector.Matches(new JsonObject(cluster.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))));
    }
}

/// <param name="Cron">
/// 5 fields (minute, hour, day of month, month, day of week) or 6 (seconds first). A day must match both of its fields.
/// </param>
/// <param name="TimeZone">An IANA name.</param>
/// <param name="JitterSeconds">Each cluster starts so many seconds late, from 0 to this, always the same for a policy and cluster.</param>
public sealed record PolicySchedule(string Cron, string TimeZone = "Etc/UTC", int JitterSeconds = 0);

/// <summary>
/// Keep the last points; those that aren't older than a duration when the newest was captured; and the last point of each of the last so
/// many hours, days, weeks (from Monday), months and years that have one. A point that any of these keeps stays.
/// </summary>
/// <param name="Last">So many of the last points.</param>
/// <param name="Within">Null: none is kept for its age.</param>
public sealed record RetentionRule(
    int Hourly = 0,
    int Daily = 0,
    int Weekly = 0,
    int Monthly = 0,
    int Yearly = 0,
    int Last = 0,
    KeptDuration? Within = null
)
{
    /// <summary>As it is written in <c>expired.json</c> and shown: <c>within 36h, daily 7, weekly 4</c>.</summary>
    public override string ToString()
    {
        (string Name, int Count)[] counts =
        [
            ("last", Last),
            ("hourly", Hourly),
            ("daily", Daily),
            ("weekly", Weekly),
            ("monthly", Monthly),
            ("yearly", Yearly),
        ];
        var parts = counts.Where(c => c.Count > 0).Select(c => $"{c.Name} {c.Count.ToString(CultureInfo.InvariantCulture)}");
        return string.Join(", ", Within is { } within ? parts.Prepend($"within {within}") : parts);
    }
}

/// <param name="Days">From the capture's start.</param>
/// <param name="Mode">Whether the time can be taken back by whoever may change immutability.</param>
public sealed record ImmutabilityRule(
    int Days,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] ImmutabilityMode Mode = ImmutabilityMode.Locked
);

/// <param name="Clusters">Captured at once under this policy.</param>
/// <param name="Units">Of one cluster, exported at once.</param>
public sealed record ConcurrencyLimits(int Clusters = 10, int Units = 4);

/// <param name="Reason">Why nothing runs, for people who ask.</param>
public sealed record PauseNotice(string Reason);
