using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Relations;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>Plans one type's objects, selected or related: each manifest through the rules, then against what is live.</summary>
internal sealed class TypePlanner
{
    private readonly PlanningRun run;
    private readonly ResourceType type;
    private readonly string groupResource;
    private readonly TargetType place;
    private readonly PlannedSubjects subjects;
    private readonly CapturedBytes bytes;
    private readonly PlannedSteps steps;
    private MergeRules rules = MergeRules.None;
    private bool problemSaid;

    /// <param name="ofPoint">As the point holds it.</param>
    public TypePlanner(PlanningRun run, ResourceType ofPoint, TargetType place)
    {
        this.run = run;
        this.place = place;
        type = place.Written(ofPoint);
        groupResource = type.GroupResource;
        subjects = new(run, ofPoint, place);
        bytes = new(type);
        steps = new(run.Draft, type);
    }

    /// <summary>Plans one selected object.</summary>
    /// <param name="live">Finds the live object of the key; null when there is none.</param>
    public async Task PlanAsync(ParsedManifest parsed, Func<string, ValueTask<LiveObject?>> live, CancellationToken cancellation)
    {
        var subject = await subjects.ReadAsync(parsed, related: null, cancellation);
        if (groupResource == KnownTypes.PersistentVolumeClaims && place.Problem is null)
        {
            var present = await live(LiveObjects.KeyOf(subject.Namespace, subject.Name));
            live = _ => ValueTask.FromResult(present);
            subject = await run.Claims.DecideAsync(subject, parsed.Manifest, present, cancellation);
        }
        var prepared = ManifestRules.Prepare(parsed.Manifest, subject.Rules);
        if (prepared.SkipReason is not null && prepared.SkipRule != VolumeRules.NotAdopted)
        {
            await SkipByRuleAsync(parsed, subject, prepared, live);
            return;
        }
        subjects.Note(subject, prepared);
        if (place.Problem is { } problem)
        {
            Unplaced(subject, problem);
            return;
        }
        if (subject.Converted?.Fault is { } fault)
        {
            steps.Skip(subject, fault, incomplete: true);
            return;
        }
        run.Claims.Replace(subject);
        if (subject.Origin?.Refusal is { } refusal)
        {
            steps.Skip(subject, refusal, incomplete: true);
            return;
        }
        if (subject.External is { Choice: ExternalChoice.Leave } external)
        {
            steps.Skip(subject, ExternalResources.Left(external), incomplete: true);
            return;
        }
        await ReadRulesAsync(cancellation);
        var found = await live(LiveObjects.KeyOf(subject.Namespace, subject.Name));
        if (found is null)
            Missing(subject, prepared);
        else
            Existing(subject, prepared.SkipReason is null ? prepared : PrepareAgain(subject), found);
    }

    /// <summary>Plans an object that others need: created when missing, never changed.</summary>
    /// <param name="because">Who needs it, and how.</param>
    public async Task PlanRelatedAsync(ParsedManifest parsed, string because, CancellationToken cancellation)
    {
        var subject = await subjects.ReadAsync(parsed, because, cancellation);
        var prepared = ManifestRules.Prepare(parsed.Manifest, subject.Rules);
        if (prepared.SkipRule == VolumeRules.FromSnapshot)
            steps.Skip(subject, prepared.SkipReason!);
        if (prepared.SkipReason is not null && prepared.SkipRule != VolumeRules.NotAdopted)
            return;
        subjects.Note(subject, prepared);
        if (place.Problem is { } problem)
        {
            Unplaced(subject, problem);
            return;
        }
        if (subject.Converted?.Fault is { } fault)
        {
            steps.Skip(subject, fault, incomplete: true);
            return;
        }
        await ReadRulesAsync(cancellation);
        var present = await FindLiveAsync(subject.Name, cancellation);
        if (present is null)
            Missing(subject, prepared);
        else if (present.Terminating)
            Create(subject, prepared, Terminating(), present.Uid, present.Revision);
        else if (run.VolumeFacts?.Released(subject.Name) is { } released && groupResource == KnownTypes.PersistentVolumes)
            Compare(subject, PrepareAgain(subject), released, present.Uid, present.Revision);
        else
            steps.Add(subject, StepAction.Skip, StepDecision.NotSelected, uid: present.Uid, revision: present.Revision);
    }

    private async ValueTask ReadRulesAsync(CancellationToken cancellation)
    {
        if (place.Live is not null && rules.Schema is null)
            rules = await run.Target.MergeRulesAsync(place.Live, cancellation);
    }

    private async Task SkipByRuleAsync(
        ParsedManifest parsed,
        PlannedSubject subject,
        PreparedManifest prepared,
        Func<string, ValueTask<LiveObject?>> live
    )
    {
        if (prepared.SkipRule == NeverRules.EditedRbac)
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, $"isn't restored: {prepared.SkipReason!}");
        run.Clone.LeftOut(prepared.SkipRule!);
        if (prepared.IsCreatedAgain && groupResource == KnownTypes.Pods)
            run.Hooks.Adopt(subject, parsed.Manifest);
        var absent =
            ChosenSkips.Has(prepared.SkipRule!, parsed.Manifest)
            && place.Problem is null
            && await live(LiveObjects.KeyOf(subject.Namespace, subject.Name)) is null;
        steps.Add(subject, StepAction.Skip, prepared.SkipReason!, createdAgain: prepared.IsCreatedAgain, absent: absent);
    }

    /// <summary>The target can't take any object of the type: said of the type once, and of each object.</summary>
    private void Unplaced(PlannedSubject subject, string problem)
    {
        if (!problemSaid)
            run.Warnings.Add($"{groupResource} can't be restored: {problem}");
        problemSaid = true;
        steps.Skip(subject, problem, incomplete: true);
    }

    private async ValueTask<LiveName?> FindLiveAsync(string name, CancellationToken cancellation)
    {
        if (place.Live is null)
            return null;
        return groupResource == KnownTypes.Namespaces
            ? run.Namespaces.Find(name)
            : await run.Names.FindAsync(place.Live, null, name, cancellation);
    }

    /// <summary>The point's manifest of it once more, in the version that is written.</summary>
    private JsonObject Read(PlannedSubject subject)
    {
        var manifest = ManifestJson.Parse(subject.Source.Json.Span);
        return place.Conversion?.Convert(manifest).Manifest ?? manifest;
    }

    private PreparedManifest PrepareAgain(PlannedSubject subject)
    {
        var prepared = ManifestRules.Prepare(
            Read(subject),
            subject.Rules with
            {
                Planned = true,
                Request = run.Request with { AdoptVolumes = true },
            }
        );
        subjects.Note(subject, prepared);
        return prepared;
    }

    private void Missing(PlannedSubject subject, PreparedManifest prepared)
    {
        if (prepared.SkipReason is not null)
            steps.Skip(subject, prepared.SkipReason, absent: true);
        else if (groupResource == KnownTypes.PersistentVolumes && run.VolumeFacts?.WhyNotMade(subject.Captured) is { } why)
            steps.Skip(subject, why, incomplete: true);
        else if (subject.Namespace is { } ns && run.Namespaces.IsTerminating(ns))
            Create(subject, prepared, "its live namespace is being deleted: it is created again in the new one");
        else
            Create(subject, prepared, subject.Because is { } because ? $"{StepDecision.Missing}, and {because}" : StepDecision.Missing);
    }

    private void Existing(PlannedSubject subject, PreparedManifest prepared, LiveObject live)
    {
        // With objects asked for that were being deleted, one may be captured and live in the middle of it.
        if (!run.Request.Terminating && !prepared.IsChangedAsAsked && bytes.Are(subject.Source.Json.Span, live.Json.Span))
        {
            steps.Add(
                subject,
                StepAction.Unchanged,
                StepDecision.Equal,
                uid: live.Uid,
                revision: live.Revision,
                exists: steps.IsWished(subject)
            );
            return;
        }
        var manifest = ManifestJson.Parse(live.Json.Span);
        if (manifest.Object("metadata")?.ContainsKey("deletionTimestamp") == true)
            Create(subject, prepared, Terminating(), live.Uid, live.Revision);
        else
            Compare(subject, prepared, manifest, live.Uid, live.Revision);
    }

    private void Compare(PlannedSubject subject, PreparedManifest prepared, JsonObject live, string uid, string revision)
    {
        // Listed items of built-in types come without them.
        live["apiVersion"] = type.ApiVersion;
        live["kind"] = type.Kind;
        var released = groupResource == KnownTypes.PersistentVolumes && LiveFields.IsReleased(live);
        var stored = DefinitionChanges.StoredVersions(live);
        var given = LeftFields.Has(groupResource) ? (JsonObject)live.DeepClone() : null;
        var decision = StepDecision.Decide(prepared, live, subject.Rules, rules, run.Digests);
        if (run.Request.Existing == ExistingPolicy.Update && !decision.Diff.IsEmpty)
            run.UnreadSchemas.Look(groupResource, rules);
        if (given is not null)
            decision = decision.Leaving(LeftFields.Between(Read(subject), given, groupResource, decision.Diff));
        if (groupResource == KnownTypes.CustomResourceDefinitions)
            decision = DefinitionChanges.Possible(decision, prepared.Body, stored);
        if (decision.Rebinds && run.VolumeFacts?.WasBound(subject.Captured) != true)
            decision = new(StepAction.Unchanged, StepDecision.Equal, []);
        if (subject.Related && !decision.Rebinds)
            decision = new(StepAction.Skip, StepDecision.NotSelected, []);
        if (decision.Writes)
            Follow(subject, prepared, isNew: false);
        else if (released && decision.Action == StepAction.Skip)
        {
            run.Warnings.Add(
                groupResource,
                null,
                subject.Name,
                $"it was released by a claim that is gone, and no other binds to it until its spec.claimRef.uid is removed"
            );
        }
        steps.Add(
            subject,
            decision.Action,
            decision.Writes ? decision.Reason + subjects.Said(prepared) : decision.Reason,
            decision.Diff,
            uid,
            revision,
            decision.Incomplete,
            owners: prepared.OwnerReferences,
            exists: steps.IsWished(subject)
        );
    }

    private void Create(PlannedSubject subject, PreparedManifest prepared, string reason, string? uid = null, string? revision = null)
    {
        var missing = subject.Origin?.Shortfall;
        var hooks = run.Hooks.Of(subject, groupResource, prepared.Body);
        foreach (var warning in prepared.Warnings.Concat(subject.Origin?.Warnings ?? []).Concat(missing is null ? [] : [missing]))
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, warning);
        if (subject.External is { } external)
            run.External.Warn(subject, type, external);
        Follow(subject, prepared, isNew: true);
        if (subject.Name != subject.Captured)
            reason = $"{reason}; it was captured as {subject.Captured}";
        reason += subjects.Said(prepared) + LateFinalizers(prepared);
        steps.Add(
            subject,
            StepAction.Create,
            reason,
            uid: uid,
            revision: revision,
            shortfall: missing is null
                ? prepared.Shortfall ?? PlannedHooks.Shortfall(hooks)
                : ClaimOrigin.Joined(prepared.Shortfall, missing),
            owners: prepared.OwnerReferences,
            early: prepared.Early,
            volume: groupResource == KnownTypes.PersistentVolumeClaims ? ClaimVolumes.Of(subject, prepared.Body) : null,
            hooks: hooks
        );
    }

    /// <summary>The object will be written: what it needs, who else manages it, and whom it counts for.</summary>
    private void Follow(PlannedSubject subject, PreparedManifest prepared, bool isNew)
    {
        run.UnreadSchemas.Look(groupResource, rules);
        run.Clone.Note(prepared.Isolated);
        foreach (var note in subject.Converted?.Notes ?? [])
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, note);
        ClassWarnings.Add(run.Warnings, subject, type, prepared.Body);
        if (groupResource == KnownTypes.CustomResourceDefinitions)
            run.Types.Bring(prepared.Body, isNew);
        if (rules.Schema is { } schema)
            foreach (var field in UnknownFields.Of(prepared.Body, schema))
                run.Warnings.Add(groupResource, subject.Namespace, subject.Name, $"the target doesn't know {field} and will drop it");
        MentionWarnings.Add(run, subject, groupResource, prepared.Body);
        run.References.Look(type, subject, prepared.Body);
        if (!isNew && run.AlsoUsedBy(subject, groupResource) is { } other)
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, $"is changed, and {other}, which isn't selected, uses it too");
        foreach (var (relation, key) in subject.References)
            run.Related.Add(key, () => relation.Because(Described.Object(type.Kind, subject.Namespace, subject.Name)));
        run.ManagedBy.Look(prepared.Body.Object("metadata"));
    }

    private string LateFinalizers(PreparedManifest prepared)
    {
        var late = Finalizers.Late(run.Request, prepared.Body);
        return late.IsEmpty ? "" : $"; finalizers that come back last: {string.Join(", ", late)}";
    }

    private string Terminating() =>
        $"the live {(groupResource == KnownTypes.Namespaces ? "namespace" : "object")} is being deleted: "
        + "it is created again once it is gone";
}
