using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Under which names VolumeSnapshotContents come back. One that is in the target as it was captured, or that a live snapshot still names,
/// keeps its name. Any other gets a fresh one: under the old one there may be another's, or what is left of its own while its finalizers
/// run; and a content leads to one snapshot, so that one of a mapped namespace always gets a fresh one. The fresh name is made of the point
/// and the old name, so that every plan of the point finds what an earlier one made.
/// </summary>
internal sealed class ContentNames
{
    private readonly Dictionary<string, string?> captured = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> live = new(StringComparer.Ordinal);
    private readonly HashSet<string> namedByLive = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> renamed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> mapped = new(StringComparer.Ordinal);
    private readonly string origin;

    private ContentNames(string origin) => this.origin = origin;

    /// <summary>Those that were asked for and are called otherwise; null: none.</summary>
    public ImmutableSortedDictionary<string, string>? Renamed =>
        renamed.Count == 0 ? null : renamed.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static async Task<ContentNames> LoadAsync(
        PointManifests point,
        RestoreTarget target,
        TargetTypes types,
        RestoreRequest request,
        CancellationToken cancellation
    )
    {
        var contents = new ContentNames($"{point.Inventory.ClusterUid}\n{request.Point}");
        await foreach (var (_, content, _) in point.ReadParsedAsync(point.SegmentsOf(KnownTypes.VolumeSnapshotContents), cancellation))
            contents.AddCaptured(content, request);
        await ListAsync(KnownTypes.VolumeSnapshotContents, contents.AddLive);
        await ListAsync(KnownTypes.VolumeSnapshots, contents.AddNamed);
        return contents;

        Task ListAsync(string groupResource, Action<JsonObject> receive) =>
            point.Type(groupResource) is { } type && types.OfType(type) is { } served
                ? ReadAsync(target, served, receive, cancellation)
                : Task.CompletedTask;
    }

    /// <summary>The name in the target of a content that was captured under this one.</summary>
    public string NameOf(string name)
    {
        if (captured.GetValueOrDefault(name) is not { } handle)
            return name;
        var ns = mapped.GetValueOrDefault(name);
        if (ns is null && Stays(name, handle))
            return name;
        var of = ns is null ? $"{origin}\n{name}" : $"{origin}\n{name}\n{ns}";
        return renamed[name] = $"snapcontent-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 16))}";
    }

    private void AddCaptured(JsonObject content, RestoreRequest request)
    {
        captured[NameOf(content)] = SnapshotRules.Handle(content);
        var ns = content.Object("spec").Object("volumeSnapshotRef").Text("namespace");
        if (ns is not null && request.NamespaceMapping?.GetValueOrDefault(ns) is { } target)
            mapped[NameOf(content)] = target;
    }

    private bool Stays(string name, string handle) =>
        live.TryGetValue(name, out var present) ? present == handle : namedByLive.Contains(name);

    /// <summary>One that is being deleted is no longer the captured one.</summary>
    private void AddLive(JsonObject content) => live[NameOf(content)] = IsGoing(content) ? null : SnapshotRules.Handle(content);

    private void AddNamed(JsonObject snapshot)
    {
        if (!IsGoing(snapshot) && SnapshotRules.ContentName(snapshot) is { } name)
            namedByLive.Add(name);
    }

    private static string NameOf(JsonObject content) => content.Object("metadata").Text("name") ?? "";

    private static bool IsGoing(JsonObject live) => live.Object("metadata")?.ContainsKey("deletionTimestamp") == true;

    /// <summary>What may not be listed can't be restored either, and planning says so.</summary>
    private static async Task ReadAsync(RestoreTarget target, ApiResource type, Action<JsonObject> receive, CancellationToken cancellation)
    {
        try
        {
            await foreach (
                var _ in target.List(new(type, null), (in ListedItem item) => receive(ManifestJson.Parse(item.Json)), cancellation)
            ) { }
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound) { }
    }
}
