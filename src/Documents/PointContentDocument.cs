using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Documents;

/// <summary>What a point holds, and what it doesn't and why. Fields may be added, never renamed or removed.</summary>
public sealed record PointContentDocument
{
    public required PointDocument Point { get; init; }
    public required string ServerVersion { get; init; }

    /// <summary>Compressed bytes of the packs' parts that the point names.</summary>
    public required long StoredBytes { get; init; }
    public required CaptureScope Scope { get; init; }
    public required IReadOnlyList<TypeDocument> Types { get; init; }
    public required IReadOnlyList<NamespaceDocument> Namespaces { get; init; }
    public required IReadOnlyList<Gap> Gaps { get; init; }

    /// <summary>The volumes of the captured claims, with how each is protected; left out where the point has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<VolumeRecord>? Volumes { get; init; }

    /// <summary>The policy that the point was made under; left out for a capture by hand.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Policy { get; init; }

    /// <summary>
    /// What the cluster ran on; left out where the point doesn't say. A restore into a new cluster takes it back, as it is or edited.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InfrastructureProfile? Infrastructure { get; init; }

    /// <summary>Why what the cluster ran on can't be read, though the point has it; left out where it can.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InfrastructureFault { get; init; }

    /// <exception cref="ArchiveException">The vault can't be read.</exception>
    public static async Task<PointContentDocument> OfAsync(RecoveryPointReader point, CancellationToken cancellation)
    {
        var document = Of(point.Seal, point.Inventory);
        try
        {
            return document with { Infrastructure = await point.ReadInfrastructureAsync(cancellation) };
        }
        catch (ArchiveException damaged) when (!damaged.IsTransient)
        {
            return document with { InfrastructureFault = damaged.Message };
        }
    }

    private static PointContentDocument Of(Seal seal, Inventory inventory) =>
        new()
        {
            Point = PointDocument.Of(seal),
            ServerVersion = inventory.ServerVersion,
            StoredBytes = inventory.Segments.Sum(s => s.Parts.Sum(p => p.Length)),
            Scope = inventory.Scope,
            Types = [.. inventory.Types.Select(TypeDocument.Of)],
            Namespaces =
            [
                .. inventory
                    .Segments.GroupBy(s => s.Namespace)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new NamespaceDocument(g.Key, g.Sum(s => s.Objects), g.Sum(s => s.Parts.Sum(p => p.RawBytes)))),
            ],
            Gaps = inventory.Gaps,
            Volumes = inventory.Volumes,
            Policy = inventory.Policy,
        };
}

/// <summary>One resource type of a point.</summary>
public sealed record TypeDocument
{
    /// <summary>The group-resource.</summary>
    public required string Resource { get; init; }
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required TypeState State { get; init; }

    /// <summary>The rule that excluded it, or the error.</summary>
    public required string? Why { get; init; }
    public required string? Revision { get; init; }
    public required bool OwnStore { get; init; }
    public required long Objects { get; init; }
    public required long ObjectsExcluded { get; init; }
    public required long Bytes { get; init; }

    public static TypeDocument Of(TypeEntry entry) =>
        new()
        {
            Resource = entry.Type.GroupResource,
            ApiVersion = entry.Type.ApiVersion,
            Kind = entry.Type.Kind,
            State = entry.State,
            Why = entry.Rule ?? entry.Error,
            Revision = entry.Revision?.ToString(),
            OwnStore = entry.OwnStore,
            Objects = entry.Objects,
            ObjectsExcluded = entry.ObjectsExcluded,
            Bytes = entry.RawBytes,
        };
}

/// <param name="Namespace">Null: cluster scope.</param>
public sealed record NamespaceDocument(string? Namespace, long Objects, long Bytes);
