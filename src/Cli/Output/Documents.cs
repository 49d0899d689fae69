using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Verification;
using Holdfast.Capture;
using Holdfast.Capture.Changes;
using Holdfast.Documents;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Cli.Output;

// What `-o json` prints. Scripts depend on these shapes (docs/cli.md): fields may be added, never renamed or removed.

internal sealed record CaptureDocument
{
    public required string Point { get; init; }

    /// <summary>Its seal's number and digest, for <c>verify --expect-head</c>.</summary>
    public required string? Head { get; init; }
    public required string Cluster { get; init; }
    public required string Vault { get; init; }
    public required string Revision { get; init; }

    /// <summary>Succeeded or Partial.</summary>
    public required string State { get; init; }
    public required long Objects { get; init; }
    public required long Bytes { get; init; }
    public required int PacksWritten { get; init; }
    public required long BytesWritten { get; init; }
    public required int Segments { get; init; }
    public required int SegmentsReused { get; init; }

    /// <summary>Left out where the scope has no volumes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeCounts? Volumes { get; init; }
    public required double Seconds { get; init; }
    public required IEnumerable<Gap> Gaps { get; init; }
    public required IEnumerable<string> Notes { get; init; }
    public required IEnumerable<string> Warnings { get; init; }

    /// <summary>Changes since the cluster's last point that a person should look at; each is among the warnings, too.</summary>
    public required IEnumerable<SuspiciousChange> Suspicious { get; init; }
}

internal sealed record PlannedDocument
{
    public required string Run { get; init; }
    public required string Point { get; init; }
    public required string Cluster { get; init; }
    public required string TargetUid { get; init; }
    public required IReadOnlyDictionary<string, int> Counts { get; init; }
    public required IEnumerable<StepDocument> Steps { get; init; }
    public required IEnumerable<string> Warnings { get; init; }

    /// <summary>About how long applying it takes.</summary>
    public required RestoreEstimate Estimate { get; init; }

    /// <summary>Null: the target wasn't asked.</summary>
    public DryRunDocument? DryRun { get; init; }

    /// <summary>Namespaces that come back beside their source, and how they are isolated; null: none does.</summary>
    public IsolationDocument? Isolation { get; init; }
}

/// <param name="Namespaces">As they are called in the target.</param>
/// <param name="Kept">What isn't isolated: <c>jobs</c>, <c>load-balancers</c>, <c>hosts</c>, <c>egress</c>.</param>
/// <param name="Changed">How many objects the isolation changes or leaves out, by the same words.</param>
internal sealed record IsolationDocument(
    IEnumerable<string> Namespaces,
    IEnumerable<string> Kept,
    IReadOnlyDictionary<string, int> Changed
);

internal sealed record RestoreDocument
{
    public required string Run { get; init; }
    public required string Point { get; init; }
    public required bool Complete { get; init; }
    public required IReadOnlyDictionary<string, int> Counts { get; init; }
    public required IEnumerable<StepFailure> Failures { get; init; }

    /// <summary>
    /// Objects that didn't come back as they were although nothing failed. With the failures never empty when <c>complete</c> is false.
    /// </summary>
    public required IEnumerable<StepFailure> Incomplete { get; init; }
    public required IEnumerable<string> Notes { get; init; }
    public required IEnumerable<AlteredDocument> Altered { get; init; }

    /// <summary>
    /// Claims that are in the target, by where their data came from: <c>live</c>, <c>reattach</c>, <c>snapshot</c>, <c>empty</c>. Null:
    /// there are none.
    /// </summary>
    public required IReadOnlyDictionary<string, int>? Volumes { get; init; }

    /// <summary>Restore hooks that were run, by pod. Null: none.</summary>
    public required IEnumerable<ReportedHook>? Hooks { get; init; }

    /// <summary>How long it took until all was written, and ready. Null: nothing was written.</summary>
    public required RestoreTimings? Timings { get; init; }

    /// <summary>The point of the target before a restore that deletes; left out for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SafetyPoint { get; init; }

    /// <summary>Left out where the target was there before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NewClusterReport? NewCluster { get; init; }
    public required double Seconds { get; init; }
}

/// <summary>What the target said to a dry run of a plan's writes.</summary>
internal sealed record DryRunDocument
{
    public required int Checked { get; init; }
    public required IEnumerable<StepFailure> Refused { get; init; }
    public required IEnumerable<AlteredDocument> Altered { get; init; }
    public required IEnumerable<StepFailure> NotChecked { get; init; }
}

/// <param name="Count">Of all fields that the target did not keep; some are named.</param>
internal sealed record AlteredDocument(string Resource, string? Namespace, string Name, int Count, IEnumerable<AlteredFieldDocument> Fields)
{
    public static AlteredDocument Of(string resource, string? ns, string name, AlteredFields fields) =>
        new(
            resource,
            ns,
            name,
            fields.Count,
            fields.First.Select(f => new AlteredFieldDocument(f.Path, f.How.ToString().ToLowerInvariant()))
        );
}

/// <param name="How"><c>dropped</c> or <c>changed</c>.</param>
internal sealed record AlteredFieldDocument(string Path, string How);

internal sealed record ComparisonDocument
{
    public required string Before { get; init; }

    /// <summary>A point's id, or <c>live</c>.</summary>
    public required string After { get; init; }
    public required bool Equal { get; init; }
    public required IReadOnlyDictionary<string, int> Counts { get; init; }
    public required IEnumerable<ChangeDocument> Changes { get; init; }
    public required IEnumerable<string> Notes { get; init; }
}

internal sealed record TransformedDocument
{
    /// <summary>The objects that would be changed: <c>before</c> is as captured.</summary>
    public required IEnumerable<ChangeDocument> Changes { get; init; }

    /// <summary>Transforms without effect, and manifests that can't be read.</summary>
    public required IEnumerable<string> Notes { get; init; }
}

internal sealed record DemoDocument
{
    public required string Vault { get; init; }
    public required string Cluster { get; init; }
    public required string Before { get; init; }
    public required string After { get; init; }
    public required IReadOnlyDictionary<string, int> Restored { get; init; }
    public required bool Equal { get; init; }
    public required double Seconds { get; init; }
}

internal sealed record VerifyDocument
{
    /// <summary>Nothing that was looked at is damaged.</summary>
    public required bool Intact { get; init; }
    public required int Points { get; init; }

    /// <summary>Packs that were read, whole.</summary>
    public required int Packs { get; init; }

    /// <summary>Packs that were looked for, those that were read among them.</summary>
    public required int PacksSeen { get; init; }
    public required long Bytes { get; init; }
    public required IEnumerable<FindingDocument> Findings { get; init; }
}

internal sealed record FindingDocument
{
    public required string Cluster { get; init; }

    /// <summary>Missing, DigestMismatch, Malformed, NewerVersion, BrokenChain, BadSignature, Tampered, Foreign, Orphan or
    /// Unprotected, Locked.</summary>
    public required string Kind { get; init; }
    public required bool Damage { get; init; }
    public required string Path { get; init; }
    public required string? Point { get; init; }
    public required string? Subject { get; init; }
    public required string Message { get; init; }

    /// <summary>Of a blob that was tampered with in a vault with versions, the oldest first; else empty.</summary>
    public required IEnumerable<VersionOfBlob> Versions { get; init; }
}

internal sealed record VersionOfBlob(string Version, DateTimeOffset Time, long Bytes, bool Current);

internal sealed record CheckDocument
{
    /// <summary>The name that points would be stored under.</summary>
    public required string Cluster { get; init; }
    public required string Context { get; init; }
    public required string Server { get; init; }

    /// <summary>Null, with the next, when the credentials may not read it.</summary>
    public required string? ClusterUid { get; init; }
    public required string? ServerVersion { get; init; }

    /// <summary>Of one small request over an open connection.</summary>
    public required double LatencyMs { get; init; }

    /// <summary>How many types a capture would take.</summary>
    public required int Types { get; init; }

    [JsonPropertyName("lacking")]
    public required IEnumerable<PermissionDocument> Missing { get; init; }
    public required IEnumerable<DiscoveryFailureDocument> DiscoveryFailures { get; init; }
}

/// <param name="Action">The verb of the permission.</param>
internal sealed record PermissionDocument([property: JsonPropertyName("verb")] string Action, string Resource);

internal sealed record DiscoveryFailureDocument(string GroupVersion, string Message);

internal sealed record VersionDocument(string Version, int InventoryFormat, int SealFormat, int PlanFormat, string Runtime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CaptureDocument))]
[JsonSerializable(typeof(PointDocument[]))]
[JsonSerializable(typeof(PointContentDocument))]
[JsonSerializable(typeof(PlannedDocument))]
[JsonSerializable(typeof(PlannedRecoveryDocument))]
[JsonSerializable(typeof(RecoveredDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(NewClusterDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(ObjectHistoryDocument[]))]
[JsonSerializable(typeof(StatsDocument[]))]
[JsonSerializable(typeof(TransformedDocument))]
[JsonSerializable(typeof(DemoDocument))]
[JsonSerializable(typeof(PruneDocument[]))]
[JsonSerializable(typeof(ReplicateDocument[]))]
[JsonSerializable(typeof(HoldDocument))]
[JsonSerializable(typeof(AlteredBlob[]))]
[JsonSerializable(typeof(KeyText))]
[JsonSerializable(typeof(KeyText[]))]
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(AdoptionDocument))]
[JsonSerializable(typeof(EditDocument))]
[JsonSerializable(typeof(EditDocument[]))]
[JsonSerializable(typeof(NotificationEntryDocument[]))]
[JsonSerializable(typeof(TestedDocument))]
[JsonSerializable(typeof(ClusterEntryDocument[]))]
[JsonSerializable(typeof(PolicyEntryDocument[]))]
[JsonSerializable(typeof(NextRunsDocument))]
[JsonSerializable(typeof(CompletionDocument))]
[JsonSerializable(typeof(DiagnosisDocument))]
[JsonSerializable(typeof(ConfigurationDocument))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(VersionDocument))]
internal sealed partial class OutputJson : JsonSerializerContext
{
    /// <summary>As <see cref="Default"/>, with text as people write it: <c>+</c> and <c>'</c> stay themselves.</summary>
    public static OutputJson Plain => field ??= new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
