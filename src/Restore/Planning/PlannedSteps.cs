using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Adds the steps of one type's objects to the draft of a plan.</summary>
internal sealed class PlannedSteps(PlanDraft draft, ResourceType type)
{
    private readonly string groupResource = type.GroupResource;

    public void Skip(PlannedSubject subject, string reason, bool incomplete = false, bool absent = false) =>
        Add(subject, StepAction.Skip, reason, incomplete: incomplete, absent: absent);

    public void Add(
        PlannedSubject subject,
        StepAction action,
        string reason,
        ImmutableArray<FieldDiff> diff = default,
        string? uid = null,
        string? revision = null,
        bool incomplete = false,
        string? shortfall = null,
        JsonArray? owners = null,
        bool exists = false,
        bool createdAgain = false,
        bool absent = false,
        bool early = false,
        ClaimVolume? volume = null,
        FoundHooks? hooks = null
    ) =>
        draft.Add(
            new(
                new()
                {
                    Number = 0,
                    Stage = early ? RestoreStages.Before(groupResource) : RestoreStages.Of(groupResource),
                    Action = action,
                    Resource = groupResource,
                    ApiVersion = type.ApiVersion,
                    Kind = type.Kind,
                    Namespace = subject.Namespace,
                    Name = subject.Name,
                    Reason =
                        action == StepAction.Create || subject.Related || subject.Because is null ? reason : $"{reason}; {subject.Because}",
                    Diff = diff.IsDefault ? [] : diff,
                    Source = subject.Location,
                    LiveUid = uid,
                    LiveRevision = revision,
                    Related = subject.Related,
                    Because = subject.Because,
                    Incomplete = incomplete || shortfall is not null,
                    Shortfall = shortfall,
                    Volume = volume ?? (IsLiveClaim(action, uid) ? new(ClaimSource.Live) : null),
                    External = Of(subject.External, action),
                    Hooks = hooks is { Hooks.IsEmpty: false } ? hooks.Hooks : null,
                    Absent = absent ? true : null,
                    ConvertedFrom = subject.Converted is { Fault: null } ? subject.Converted.From : null,
                    WithoutDefault = subject.Rules.WithoutDefault && action != StepAction.Skip ? true : null,
                }
            )
            {
                Owners = OwnerId.Owners(owners ?? [], subject.Namespace),
                Exists = exists,
                IsCreatedAgain = createdAgain,
            }
        );

    private static StepExternal? Of(StepExternal? external, StepAction action) =>
        external is null || action == StepAction.Create || external.Choice == ExternalChoice.Leave
            ? external
            : external with
            {
                Choice = ExternalChoice.Live,
            };

    private bool IsLiveClaim(StepAction action, string? uid) =>
        groupResource == KnownTypes.PersistentVolumeClaims && uid is not null && action != StepAction.Create;

    /// <summary>Its existence in the target says that it was wanted there.</summary>
    public bool IsWished(PlannedSubject subject) =>
        !(subject.Name == "default" && groupResource is KnownTypes.ServiceAccounts or KnownTypes.Namespaces);
}
