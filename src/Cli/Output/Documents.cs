using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Restore;

namespace Holdfast.Cli.Output;

// What `-o json` prints. Scripts depend on these shapes (docs/cli.md): fields may be added, never renamed or removed.

internal sealed record CaptureDocument
{
    public required string? Point { get; init; }
    public required string Cluster { get; init; }
    public required string Vault { get; init; }
    public required string? Revision { get; init; }

    /// <summary>Succeeded, Partial or Failed.</summary>
    public required string State { get; init; }
    public required long Objects { get; init; }
    public required long Bytes { get; init; }
    public required int PacksWritten { get; init; }
    public required long BytesWritten { get; init; }
    public required int Segments { get; init; }
    public required int SegmentsReused { get; init; }
    public required double Seconds { get; init; }
    public required IEnumerable<Gap> Gaps { get; init; }
    public required IEnumerable<string> Notes { get; init; }
    public required IEnumerable<string> Warnings { get; init; }
}

internal sealed record PointDocument
{
    public required string Point { get; init; }
    public required string Cluster { get; init; }
    public required string ClusterUid { get; init; }
    public required long Sequence { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Revision { get; init; }
    public required string State { get; init; }
    public required long Objects { get; init; }
    public required long Bytes { get; init; }
    public required DateTimeOffset? KeepUntil { get; init; }

    /// <summary>Why the point can't be trusted; left out where it can.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Untrusted { get; init; }
}

internal sealed record ShowDocument
{
    public required PointDocument Point { get; init; }
    public required string ServerVersion { get; init; }

    /// <summary>Compressed bytes of the packs' parts that the point names.</summary>
    public required long StoredBytes { get; init; }
    public required CaptureScope Scope { get; init; }
    public required IEnumerable<TypeDocument> Types { get; init; }
    public required IEnumerable<NamespaceDocument> Namespaces { get; init; }
    public required IEnumerable<Gap> Gaps { get; init; }
}

internal sealed record TypeDocument
{
    public required string Resource { get; init; }
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }

    /// <summary>Captured, Excluded or Failed.</summary>
    public required string State { get; init; }

    /// <summary>The rule that excluded it, or the error.</summary>
    public required string? Why { get; init; }
    public required string? Revision { get; init; }
    public required bool OwnStore { get; init; }
    public required long Objects { get; init; }
    public required long ObjectsExcluded { get; init; }
    public required long Bytes { get; init; }
}

/// <param name="Namespace">Null: cluster scope.</param>
internal sealed record NamespaceDocument(string? Namespace, long Objects, long Bytes);

/// <param name="Label">The path with items of lists by what tells them apart.</param>
/// <param name="Reordered">Only the order of the list differs: live and desired are the labels of its items.</param>
internal sealed record DiffDocument(string Path, string? Live, string? Desired, bool Stays, string Label, bool Reordered);

internal sealed record StepDocument
{
    /// <summary>create, update, replace, delete, unchanged or skip.</summary>
    public required string Action { get; init; }
    public required string Resource { get; init; }
    public required string? Namespace { get; init; }
    public required string Name { get; init; }
    public required string Reason { get; init; }
    public required IEnumerable<DiffDocument> Diff { get; init; }
    public required string Stage { get; init; }
    public required string Kind { get; init; }
    public required int Number { get; init; }
    public required bool Related { get; init; }

    /// <summary>The object doesn't come back, or not as it was.</summary>
    public required bool Incomplete { get; init; }

    /// <summary>What of it doesn't come back, where the reason doesn't say it.</summary>
    public required string? Shortfall { get; init; }

    /// <summary>The target has no such object, and the restore makes none.</summary>
    public required bool Absent { get; init; }
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

    /// <summary>Null: the target wasn't asked.</summary>
    public DryRunDocument? DryRun { get; init; }
}

internal sealed record RestoreDocument
{
    public required string Run { get; init; }
    public required string Point { get; init; }
    public required bool Complete { get; init; }
    public required IReadOnlyDictionary<string, int> Counts { get; init; }
    public required IEnumerable<FailureDocument> Failures { get; init; }

    /// <summary>
    /// Objects that didn't come back as they were although nothing failed. With the failures never empty when <c>complete</c> is false.
    /// </summary>
    public required IEnumerable<FailureDocument> Incomplete { get; init; }
    public required IEnumerable<string> Notes { get; init; }
    public required IEnumerable<AlteredDocument> Altered { get; init; }
    public required double Seconds { get; init; }
}

/// <summary>What the target said to a dry run of a plan's writes.</summary>
internal sealed record DryRunDocument
{
    public required int Checked { get; init; }
    public required IEnumerable<FailureDocument> Refused { get; init; }
    public required IEnumerable<AlteredDocument> Altered { get; init; }
    public required IEnumerable<FailureDocument> NotChecked { get; init; }
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

internal sealed record ChangeDocument
{
    /// <summary>added, removed or changed.</summary>
    public required string Change { get; init; }
    public required string Resource { get; init; }
    public required string Kind { get; init; }
    public required string? Namespace { get; init; }
    public required string Name { get; init; }
    public required IEnumerable<ChangedFieldDocument> Diff { get; init; }
}

/// <param name="Before">JSON text; null: absent.</param>
/// <param name="Label">The path with items of lists by what tells them apart.</param>
/// <param name="Reordered">Only the order of the list differs: before and after are the labels of its items.</param>
internal sealed record ChangedFieldDocument(string Path, string? Before, string? After, string Label, bool Reordered);

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

internal sealed record FailureDocument(string Resource, string? Namespace, string Name, string Reason);

internal sealed record VerifyDocument
{
    public required bool Intact { get; init; }
    public required int Points { get; init; }
    public required int Packs { get; init; }
    public required long Bytes { get; init; }
    public required IEnumerable<FindingDocument> Findings { get; init; }
}

internal sealed record FindingDocument
{
    public required string Cluster { get; init; }

    /// <summary>Missing, DigestMismatch, Malformed, NewerVersion, BrokenChain, BadSignature, Tampered, Foreign or Orphan.</summary>
    public required string Kind { get; init; }
    public required bool Damage { get; init; }
    public required string Path { get; init; }
    public required string? Point { get; init; }
    public required string? Subject { get; init; }
    public required string Message { get; init; }
}

internal sealed record CheckDocument
{
    /// <summary>The name that points would be kept under.</summary>
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
    public required IEnumerable<LackingDocument> Lacking { get; init; }
    public required IEnumerable<DiscoveryFailureDocument> DiscoveryFailures { get; init; }
}

internal sealed record LackingDocument(string Verb, string Resource);

internal sealed record DiscoveryFailureDocument(string GroupVersion, string Message);

internal sealed record VersionDocument(string Version, int InventoryFormat, int SealFormat, int PlanFormat, string Runtime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CaptureDocument))]
[JsonSerializable(typeof(PointDocument[]))]
[JsonSerializable(typeof(ShowDocument))]
[JsonSerializable(typeof(PlannedDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(DemoDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(VersionDocument))]
internal sealed partial class OutputJson : JsonSerializerContext
{
    /// <summary>As <see cref="Default"/>, with text as people write it: <c>+</c> and <c>'</c> stay themselves.</summary>
    public static OutputJson Plain => field ??= new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
