using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore;

public enum StepAction
{
    Create,
    Update,
    Replace,
    Delete,
    Unchanged,
    Skip,

    /// <summary>Deletes the live object and creates the point's, since a field differs that can't be changed: one step.</summary>
    Recreate,
}

/// <summary>The order of a restore (docs/restore.md, "Stages").</summary>
public enum RestoreStage
{
    /// <summary>
    /// Deletes what would judge, undo or get in the way of the restore's own writes: webhooks, policies, quotas, autoscalers, Services.
    /// </summary>
    EarlyDeletions,
    CustomResourceDefinitions,
    Namespaces,
    Classes,
    ClusterRbac,
    Volumes,
    ServiceAccounts,
    Configuration,
    CustomResources,
    Services,
    Workloads,
    Scaling,
    ApiServices,

    /// <summary>Deletes everything else that a rollback deletes, once all writes are done.</summary>
    Deletions,
    Admission,
}

/// <summary>
/// Every object that a restore looked at, with what will be done to it and why. Applying executes this and nothing else. Holds no secret
/// data: values of Secrets (their last-applied annotations too) stand as digests.
/// </summary>
public sealed record RestorePlan
{
    public const string FormatName = "holdfast-plan";
    public const int CurrentVersion = 2;

    /// <summary>The version without <see cref="StepAction.Recreate"/> and deletions: releases up to 0.2.0 read no other.</summary>
    internal const int FirstVersion = 1;

    public string Format { get; init; } = FormatName;

    /// <summary>The lowest that has every step.</summary>
    public int Version { get; init; } = FirstVersion;

    /// <summary>The plan's own name, 12 lower-case hex digits: the field manager of its writes is <c>holdfast-NAME</c>.</summary>
    [JsonPropertyName("run")]
    public required string Name { get; init; }
    public required RestoreRequest Request { get; init; }

    /// <summary>The uid of the cluster that the point is of.</summary>
    public required ClusterUid SourceUid { get; init; }

    /// <summary>The uid of the cluster that was planned for; applying refuses any other.</summary>
    public required ClusterUid TargetUid { get; init; }
    public required string TargetServer { get; init; }
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>How long planning took; null: an earlier version didn't note it.</summary>
    public double? PlanSeconds { get; init; }

    /// <summary>In the order of applying: by stage, owners before owned.</summary>
    public required ImmutableArray<RestoreStep> Steps { get; init; }

    /// <summary>
    /// What a person should know before applying: gaps of the point, references that can't be followed, volumes that come back empty.
    /// </summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// The persistent volumes that come back or are live: claims that name one keep <c>volumeName</c>, all others get new volumes.
    /// </summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary>
    /// Persistent volumes that come back under another name, since another object has theirs, by the name that they were captured under;
    /// claims follow. Null: none.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? VolumeNames { get; init; }

    /// <summary>
    /// VolumeSnapshotContents that come back under a fresh one, by the name that they were captured under; snapshots follow. Null: none.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? SnapshotContents { get; init; }

    /// <summary>Addresses and ports that Services had chosen and can't have in the target: they get others. Null: none.</summary>
    public ImmutableArray<string>? TakenAddresses { get; init; }

    /// <summary>
    /// What the target said to a dry run of the plan's writes; null: it wasn't asked (<see cref="RestoreRequest.ServerDryRun"/>).
    /// </summary>
    public PlanDryRun? DryRun { get; init; }

    /// <summary>Set: namespaces come back beside their source, and isolated. Null: none does.</summary>
    public CloneIsolation? Isolation { get; init; }

    /// <summary>
    /// Of the plan without this field and <see cref="Binding"/>; set in a written plan (<see cref="PlanDocuments.PlanDocument"/>).
    /// </summary>
    public ContentDigest? Digest { get; init; }

    /// <summary>
    /// Made of the digest with the key of the service that keeps the plan (<see cref="PlanDocuments.PlanKey"/>); null in a person's own
    /// file.
    /// </summary>
    public string? Binding { get; init; }
}

public sealed record RestoreStep
{
    public required int Number { get; init; }
    public required RestoreStage Stage { get; init; }
    public required StepAction Action { get; init; }

    /// <summary>The type that the step writes to, by group-resource; what the target serves decides the version.</summary>
    public required string Resource { get; init; }
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public string? Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>Why this action: a rule of docs/restore.md in words.</summary>
    public required string Reason { get; init; }

    /// <summary>What an update or replace changes; for an update also what stays different (<see cref="FieldDiff.Stays"/>).</summary>
    public ImmutableArray<FieldDiff> Diff { get; init; } = [];

    /// <summary>Where the manifest is in the point; null for a delete, and for what the restore makes itself.</summary>
    public ManifestLocation? Source { get; init; }

    /// <summary>Set: the point doesn't hold the object, the restore makes it. Null: it is of the point.</summary>
    public MadeManifest? Made { get; init; }

    /// <summary>
    /// The live object that the plan saw: preconditions of replace and delete. Null where there was none. Set on a create, it is an object
    /// that is being deleted: the step waits until it is gone.
    /// </summary>
    public string? LiveUid { get; init; }
    public string? LiveRevision { get; init; }

    /// <summary>Created when missing because a selected object needs it, never changed.</summary>
    public bool Related { get; init; }

    /// <summary>
    /// Something that was asked for doesn't come back as it was (an empty volume, a refusal): a restore with such a step ends partial.
    /// </summary>
    public bool Incomplete { get; init; }

    /// <summary>
    /// What of the object doesn't come back, and what to do; set where the step is <see cref="Incomplete"/> and its <see
    /// cref="Reason"/> doesn't say it.
    /// </summary>
    public string? Shortfall { get; init; }

    /// <summary>Of a claim that is in the target, or that the step creates: where its data comes from. Null for anything else.</summary>
    public ClaimVolume? Volume { get; init; }

    /// <summary>Of an object that stands for a resource outside the cluster; null for others.</summary>
    public StepExternal? External { get; init; }

    /// <summary>Of a step that creates a Pod, or what makes Pods: the restore hooks of these. Null: none.</summary>
    public ImmutableArray<StepHook>? Hooks { get; init; }

    /// <summary>
    /// True: the target has no such object, and this step makes none. Null: it has one, makes one, or it was not looked up.
    /// </summary>
    public bool? Absent { get; init; }

    /// <summary>
    /// True: the object comes without what would make it count for the whole cluster (a default class, rules added to other roles).
    /// </summary>
    public bool? WithoutDefault { get; init; }

    /// <summary>
    /// The version that the point holds the object in, where the target serves others only. Null: <see cref="ApiVersion"/>.
    /// </summary>
    public string? ConvertedFrom { get; init; }

    /// <summary>
    /// Why the object comes, where another one brings it: <c>Deployment shop/web mounts it</c>. Null: it is selected itself.
    /// </summary>
    public string? Because { get; init; }
}

/// <param name="Segment">Index into the inventory's segments.</param>
/// <param name="Part">Index into the segment's parts.</param>
/// <param name="Line">Index into the part's manifests.</param>
/// <param name="Digest">SHA-256 of the manifest's bytes.</param>
public sealed record ManifestLocation(int Segment, int Part, int Line, ContentDigest Digest);

/// <summary>What a restore makes that no point holds.</summary>
public enum MadeObject
{
    /// <summary>The network policy of an isolated clone.</summary>
    ClonePolicy,
}

/// <param name="Digest">
/// SHA-256 of the manifest, which follows from the step's namespace: a program that would make another one refuses the step.
/// </param>
public sealed record MadeManifest(MadeObject What, ContentDigest Digest);
