using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>CSI snapshots come back as pre-provisioned ones: bound to the storage snapshot that exists, never taken again.</summary>
internal static class SnapshotRules
{
    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Skip(
            "snapshot-content-without-handle",
            [KnownTypes.VolumeSnapshotContents],
            "it has no snapshotHandle: the storage snapshot had not been taken",
            s => Handle(s.Manifest) is null
        ),
        Rule.Change(
            "snapshot-content-attached",
            [KnownTypes.VolumeSnapshotContents],
            "it comes back as pre-provisioned, by its snapshotHandle, under a fresh name (the old one may still be going away) and "
                + "with deletionPolicy Retain: the storage snapshot isn't this restore's to delete",
            Attach
        ),
        Rule.Skip(
            "snapshot-unbound",
            [KnownTypes.VolumeSnapshots],
            "it was bound to no content with a handle: restoring it would take another snapshot, of now",
            s => BoundContent(s) is null
        ),
        Rule.Change(
            "snapshot-attached",
            [KnownTypes.VolumeSnapshots],
            "it comes back bound to its content, instead of taking another snapshot of its claim",
            Bind
        ),
    ];

    public static string? Handle(JsonObject content) =>
        content.Object("status").Text("snapshotHandle") ?? content.Object("spec").Object("source").Text("snapshotHandle");

    private static void Attach(RuleSubject subject)
    {
        subject.Metadata["name"] = subject.Context.ContentName(subject.Name);
        if (subject.Spec is not { } spec)
            return;
        if (Handle(subject.Manifest) is { } handle)
            spec["source"] = new JsonObject { ["snapshotHandle"] = handle };
        spec["deletionPolicy"] = "Retain";
        var reference = spec.Object("volumeSnapshotRef");
        reference?.Remove("uid");
        reference?.Remove("resourceVersion");
    }

    /// <summary>The content that a snapshot is bound to.</summary>
    public static string? ContentName(JsonObject snapshot) =>
        snapshot.Object("status").Text("boundVolumeSnapshotContentName")
        ?? snapshot.Object("spec").Object("source").Text("volumeSnapshotContentName");

    private static string? BoundContent(RuleSubject subject) =>
        ContentName(subject.Manifest) is { } name
        && subject.Context.InPoint(new(KnownTypes.VolumeSnapshotContents, null, name)) is { } content
        && Handle(content) is not null
            ? name
            : null;

    private static void Bind(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || ContentName(subject.Manifest) is not { } captured)
            return;
        var content = subject.Context.ContentName(captured);
        spec["source"] = new JsonObject { ["volumeSnapshotContentName"] = content };
        if (subject.Status?.ContainsKey("boundVolumeSnapshotContentName") == true)
            subject.Status["boundVolumeSnapshotContentName"] = content;
    }
}
