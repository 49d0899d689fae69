using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Disks;

/// <summary>A snapshot or disk as Resource Manager shows it. Contract: Microsoft.Compute 2023-10-02, disk.json and snapshot.json.</summary>
internal sealed class SnapshotState(JsonObject resource)
{
    private readonly JsonObject? properties = resource.Object("properties");

    public string Id => resource.Text("id") ?? "";

    /// <summary>As Azure names it: <c>westeurope</c>.</summary>
    public string Region => (resource.Text("location") ?? "").Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Of a disk: the zone that it is in; null: none.</summary>
    public string? Zone => resource.Array("zones")?.OfType<JsonValue>().FirstOrDefault()?.ToString();
    public string? Sku => resource.Object("sku").Text("name");

    /// <summary>Of a disk: the machine that uses it; null: none.</summary>
    public string? ManagedBy => resource.Text("managedBy");
    public string? State => properties.Text("diskState");
    public bool IsIncremental => properties.Flag("incremental");

    /// <summary>Snapshots of one family are of one disk; the changes between two of them can be asked for.</summary>
    public string? Family => properties.Text("incrementalSnapshotFamilyId");

    /// <summary>What it was made from: a disk's or a snapshot's id, or the URL of a blob.</summary>
    public string? Source =>
        properties.Object("creationData").Text("sourceResourceId") ?? properties.Object("creationData").Text("sourceUri");
    public long? Bytes => Whole("diskSizeBytes");
    public DateTimeOffset? Created =>
        DateTimeOffset.TryParse(properties.Text("timeCreated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : null;

    /// <summary>The request that makes it has ended: what it holds doesn't change with the disk any more.</summary>
    public bool IsMade => properties.Text("provisioningState") == "Succeeded";

    /// <summary>Why it won't be made; null: it was, or may be.</summary>
    public string? Problem =>
        properties.Text("provisioningState") is "Failed" or "Canceled" ? $"Azure made it {properties.Text("provisioningState")}"
        : properties.Object("copyCompletionError") is { } error
            ? $"its copy in the background failed ({error.Text("errorCode")}): {error.Text("errorMessage")}"
        : null;

    /// <summary>Its data is complete: a copy in the background says how far it is, anything else says nothing.</summary>
    public bool IsComplete => IsMade && (properties?["completionPercent"] is not JsonValue percent || Percent(percent) >= 100);

    public DiskSnapshot ToSnapshot() =>
        new(Id)
        {
            CutAt = IsMade ? Created : null,
            IsReady = IsComplete,
            Bytes = Bytes,
            Problem = Problem,
            Tags = Tags,
        };

    public ImmutableSortedDictionary<string, string> Tags =>
        (resource.Object("tags") ?? []).Where(t => t.Value is JsonValue).ToImmutableSortedDictionary(t => t.Key, t => t.Value!.ToString());

    private long? Whole(string name) =>
        properties?[name] is JsonValue value
        && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static double Percent(JsonValue percent) =>
        double.TryParse(percent.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
