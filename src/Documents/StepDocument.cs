using System.Text.Json.Nodes;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore;
using Holdfast.Restore.Clones;

namespace Holdfast.Documents;

/// <summary>What a plan does with one object, and why. Fields may be added, never renamed or removed.</summary>
public sealed record StepDocument
{
    /// <summary><c>create</c>, <c>update</c>, <c>replace</c>, <c>delete</c>, <c>unchanged</c> or <c>skip</c>.</summary>
    public required string Action { get; init; }
    public required string Resource { get; init; }
    public required string? Namespace { get; init; }
    public required string Name { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<FieldDocument> Diff { get; init; }
    public required string Stage { get; init; }
    public required string Kind { get; init; }
    public required int Number { get; init; }

    /// <summary>Created when missing because a selected object needs it, never changed.</summary>
    public required bool Related { get; init; }

    /// <summary>The object doesn't come back, or not as it was.</summary>
    public required bool Incomplete { get; init; }

    /// <summary>What of it doesn't come back, where the reason doesn't say it.</summary>
    public required string? Shortfall { get; init; }

    /// <summary>The target has no such object, and the restore makes none.</summary>
    public required bool Absent { get; init; }
    public required string ApiVersion { get; init; }

    /// <summary>Of a claim: where its data comes from. Null for anything else.</summary>
    public required ClaimVolumeDocument? Volume { get; init; }

    /// <summary>What the object stands for outside the cluster; null: nothing.</summary>
    public required ExternalDocument? External { get; init; }

    /// <summary>The restore hooks of what it creates; null: none.</summary>
    public required IReadOnlyList<StepHookDocument>? Hooks { get; init; }

    /// <summary>The manifest of what the restore makes and the point doesn't hold; null: the object is of the point.</summary>
    public required JsonObject? Made { get; init; }

    /// <summary>Why it comes, where another object brings it: <c>Deployment shop/web mounts it</c>. Null: it is selected itself.</summary>
    public required string? Because { get; init; }

    public static StepDocument Of(RestoreStep step) =>
        new()
        {
            Action = WordOf(step.Action),
            Resource = step.Resource,
            Namespace = step.Namespace,
            Name = step.Name,
            Reason = step.Reason,
            Diff = [.. step.Diff.Select(FieldDocument.Of)],
            Stage = step.Stage.ToString(),
            Kind = step.Kind,
            Number = step.Number,
            Related = step.Related,
            Incomplete = step.Incomplete,
            Shortfall = step.Shortfall,
            Absent = step.Absent == true,
            ApiVersion = step.ApiVersion,
            Volume = step.Volume is { } volume ? ClaimVolumeDocument.Of(volume) : null,
            External = step.External is { } external ? ExternalDocument.Of(external) : null,
            Made = step is { Made.What: MadeObject.ClonePolicy, Namespace: { } ns } ? ClonePolicy.Manifest(ns) : null,
            Hooks = step.Hooks is { } hooks ? [.. hooks.Select(StepHookDocument.Of)] : null,
            Because = step.Because,
        };

    public static string WordOf(StepAction action) => action.ToString().ToLowerInvariant();
}

/// <param name="Id">What the cloud knows the resource by.</param>
/// <param name="Choice"><c>live</c>, <c>attach</c>, <c>pause</c> or <c>leave</c>.</param>
/// <param name="EarliestRestore">From when on its cloud can take it back, as captured; null: unknown.</param>
/// <param name="RestoreTo">The time of the point, where it can be taken back; null: it can't, or that isn't known.</param>
/// <param name="RestoreCommand">Makes another one as of that time; null: none is known.</param>
public sealed record ExternalDocument(
    string Operator,
    string Id,
    string Choice,
    DateTimeOffset? EarliestRestore,
    DateTimeOffset? RestoreTo,
    string? RestoreCommand
)
{
    public static ExternalDocument Of(StepExternal external) =>
        new(
            external.Operator,
            external.Id,
            external.Choice.ToString().ToLowerInvariant(),
            external.EarliestRestore,
            external.RestoreTo,
            external.RestoreCommand
        );
}

/// <param name="Kind"><c>exec</c> or <c>init</c>.</param>
/// <param name="Source">The beginning of the annotations that it was read from.</param>
/// <param name="Container">Where a command runs, null for the default container; or the init container's name.</param>
/// <param name="Image">The init container's; null for a command.</param>
/// <param name="OnError"><c>fail</c> or <c>continue</c>.</param>
public sealed record StepHookDocument(
    string Kind,
    string Source,
    string? Container,
    string? Image,
    string OnError,
    double TimeoutSeconds,
    double WaitSeconds
)
{
    public static StepHookDocument Of(StepHook hook) =>
        new(
            hook.Kind.ToString().ToLowerInvariant(),
            hook.Source,
            hook.Container,
            hook.Image,
            hook.OnError.ToString().ToLowerInvariant(),
            hook.TimeoutSeconds,
            hook.WaitSeconds
        );
}

/// <param name="From"><c>live</c>, <c>reattach</c>, <c>snapshot</c> or <c>empty</c>.</param>
/// <param name="Volume">The volume that the claim is attached to; null: none that is known.</param>
/// <param name="Snapshot">Null: none.</param>
public sealed record ClaimVolumeDocument(string From, string? Volume, SnapshotSourceDocument? Snapshot)
{
    public static ClaimVolumeDocument Of(ClaimVolume volume) =>
        new(
            volume.From.ToString().ToLowerInvariant(),
            volume.Volume,
            volume.Snapshot is { } source ? new(source.Driver, source.Handle, source.Class, source.CutAt, source.Size, source.Name) : null
        );
}

/// <param name="Handle">What the driver knows the snapshot by.</param>
/// <param name="Class">The VolumeSnapshotClass in the target; null: none.</param>
/// <param name="CutAt">When the storage system cut it, UTC.</param>
/// <param name="Size">What the claim asks for where the snapshot needs more than was captured; null: as captured.</param>
/// <param name="Name">Of the VolumeSnapshot and its content that the restore makes, and deletes once the claim is bound.</param>
public sealed record SnapshotSourceDocument(string Driver, string Handle, string? Class, DateTimeOffset CutAt, string? Size, string Name);

/// <param name="Path">A JSON pointer.</param>
/// <param name="Live">JSON text; null: absent. Of secret data a digest.</param>
/// <param name="Desired">The same of the point.</param>
/// <param name="Stays">The step doesn't change it.</param>
/// <param name="Label">The path with items of lists by what distinguishes them.</param>
/// <param name="Reordered">Only the order of the list differs: live and desired are the labels of its items.</param>
public sealed record FieldDocument(string Path, string? Live, string? Desired, bool Stays, string Label, bool Reordered)
{
    public static FieldDocument Of(FieldDiff diff) =>
        new(diff.Path, diff.Live, diff.Desired, diff.Stays, diff.Name, diff.Reordered == true);
}
