using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Protection.Restore.Rules;
using Holdfast.Protection.Restore.Selection;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>Plans one type's objects, selected or related: each manifest through the rules, then against what is live.</summary>
internal sealed class TypePlanner
{
    // Rules whose objects somebody may miss: whether the target has them is looked up, so that a plan can name them.
    private static readonly HashSet<string> ByChoice = new(StringComparer.Ordinal)
    {
        NeverRules.SystemNamespaces, NeverRules.EditedRbac, "pod-finished", "job-finished", "meta-terminating", "snapshot-unbound", "snapshot-content-without-handle",
    };

    private readonly PlanningRun run;
    private readonly ResourceType type;
    private readonly string groupResource;
    private readonly TargetType place;
    private readonly RuleContext context;
    private readonly byte[] typeMeta;
    private bool ownerComesBack;
    private bool ownerIsCreated;
    private bool problemSaid;

    public TypePlanner(PlanningRun run, ResourceType type, TargetType place)
    {
        this.run = run;
        this.type = type;
        this.place = place;
        groupResource = type.GroupResource;
        typeMeta = System.Text.Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{type.ApiVersion}\",\"kind\":\"{type.Kind}\",");
        context = new()
        {
            Request = run.Request,
            Type = type,
            HasStatus = place.HasStatus,
            InPoint = run.Facts.Find,
            OwnerComesBack = (_, _, _, _) => ownerComesBack,
            OwnerIsCreated = () => ownerIsCreated,
            VolumeComesBack = run.VolumeFacts is { } volumes ? volumes.ComesBack : null,
            ContentName = captured => run.NameOf(SnapshotRules.Contents, captured),
            IsNamed = name => run.Filter.IsNamed(type, name),
            WhyTaken = (service, address) => run.Addresses?.WhyTaken(service, address),
            PointVersion = run.PointVersion,
            TargetVersion = run.TargetVersion,
        };
    }

    /// <summary>Plans one selected object.</summary>
    /// <param name="live">Finds the live object of the key; null when there is none.</param>
    public async Task PlanAsync(ParsedManifest parsed, Func<string, ValueTask<LiveObject?>> live, CancellationToken cancellation)
    {
        var subject = await SubjectAsync(parsed, related: false, cancellation);
        var prepared = ManifestRules.Prepare(parsed.Manifest, subject.Rules);
        if (prepared.SkipReason is not null && prepared.SkipRule != VolumeRules.NotAdopted)
        {
            await SkipByRuleAsync(parsed, subject, prepared, live);
            return;
        }
        if (place.Problem is { } problem)
        {
            Unplaced(subject, problem);
            return;
        }
        var found = await live(LiveObjects.KeyOf(subject.Namespace, subject.Name));
        if (found is null)
            Missing(subject, prepared);
        else
            Existing(subject, prepared.SkipReason is null ? prepared : PrepareAgain(subject), found);
    }

    /// <summary>Plans an object that others need: created when missing, never changed.</summary>
    public async Task PlanRelatedAsync(ParsedManifest parsed, CancellationToken cancellation)
    {
        var subject = await SubjectAsync(parsed, related: true, cancellation);
        var prepared = ManifestRules.Prepare(parsed.Manifest, subject.Rules);
        if (prepared.SkipReason is not null && prepared.SkipRule != VolumeRules.NotAdopted)
            return;
        if (place.Problem is { } problem)
        {
            Unplaced(subject, problem);
            return;
        }
        var present = await FindLiveAsync(subject.Name, cancellation);
        if (present is null)
            Missing(subject, prepared);
        else if (present.Terminating)
            Create(subject, prepared, Terminating(), present.Uid, present.Revision);
        else if (run.VolumeFacts?.Released(subject.Name) is { } released && groupResource == "persistentvolumes")
            Compare(subject, PrepareAgain(subject), released, present.Uid, present.Revision);
        else
            Add(subject, StepAction.Skip, StepDecision.NotSelected, uid: present.Uid, revision: present.Revision);
    }

    private async Task SkipByRuleAsync(ParsedManifest parsed, Subject subject, PreparedManifest prepared, Func<string, ValueTask<LiveObject?>> live)
    {
        var madeAgain = prepared.SkipRule!.StartsWith("owned-", StringComparison.Ordinal);
        if (prepared.SkipRule == NeverRules.EditedRbac)
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, $"isn't restored: {prepared.SkipReason!}");
        var absent = IsByChoice(prepared.SkipRule, parsed) && place.Problem is null && await live(LiveObjects.KeyOf(subject.Namespace, subject.Name)) is null;
        Add(subject, StepAction.Skip, prepared.SkipReason!, madeAgain: madeAgain, absent: absent);
    }

    private static bool IsByChoice(string rule, ParsedManifest parsed) =>
        ByChoice.Contains(rule) && (parsed.Manifest.Object("metadata") is not { } metadata || OwnedRules.Controller(metadata) is null);

    /// <summary>The target can't take any object of the type: said of the type once, and of each object.</summary>
    private void Unplaced(Subject subject, string problem)
    {
        if (!problemSaid)
            run.Warnings.Add($"{groupResource} can't be restored: {problem}");
        problemSaid = true;
        Skip(subject, problem, incomplete: true);
    }

    private async ValueTask<LiveName?> FindLiveAsync(string name, CancellationToken cancellation)
    {
        if (place.Live is null)
            return null;
        return groupResource == "namespaces" ? run.Namespaces.Find(name) : await run.Names.FindAsync(place.Live, null, name, cancellation);
    }

    private PreparedManifest PrepareAgain(Subject subject) =>
        ManifestRules.Prepare(ManifestJson.Parse(subject.Source.Json.Span), subject.Rules with { Planned = true, Request = run.Request with { AdoptVolumes = true } });

    private async Task<Subject> SubjectAsync(ParsedManifest parsed, bool related, CancellationToken cancellation)
    {
        var metadata = parsed.Manifest.Object("metadata");
        var ns = metadata.Text("namespace");
        await LookAtOwnerAsync(metadata, ns, cancellation);
        if (groupResource == "services" && ChosenAddresses.Of(parsed.Manifest.Object("spec")).Any())
            await run.ReadAddressesAsync(cancellation);
        var captured = metadata.Text("name") ?? "";
        var rules = await RulesAsync(parsed.Manifest, captured, related, cancellation);
        return new(parsed.Source, parsed.Digest, ns, run.NameOf(groupResource, captured), captured, rules)
        {
            Related = related,
            References = run.FollowsReferences ? [.. RelatedReferences.Of(parsed.Manifest, type)] : [],
        };
    }

    private async Task LookAtOwnerAsync(JsonObject? metadata, string? ns, CancellationToken cancellation)
    {
        (ownerComesBack, ownerIsCreated) = (false, false);
        if (metadata is null || OwnedRules.Controller(metadata) is not { } controller)
            return;
        var owner = new OwnerId(OwnerId.Present(controller.Group), controller.Kind, ns, controller.Name);
        ownerComesBack = await run.OwnerComesBackAsync(owner, cancellation);
        ownerIsCreated = run.Draft.Find(owner) is { Step.Action: StepAction.Create };
    }

    /// <summary>Those of the type; with the default withdrawn from what only comes along, and from a second one that the server would refuse.</summary>
    private async ValueTask<RuleContext> RulesAsync(JsonObject manifest, string name, bool related, CancellationToken cancellation)
    {
        if (!ClassRules.CountsForAll(groupResource, manifest))
            return context;
        if (related)
            return context with { WithoutDefault = true };
        var beside = ClassRules.IsDefault(groupResource, manifest) && place.Live is { } served ? await run.Defaults.BesideAsync(served, name, cancellation) : null;
        return context with { SecondDefault = beside, WithoutDefault = beside is not null && ClassRules.IsSingle(groupResource) };
    }

    private void Missing(Subject subject, PreparedManifest prepared)
    {
        if (prepared.SkipReason is not null)
            Skip(subject, prepared.SkipReason, absent: true);
        else if (groupResource == "persistentvolumes" && run.VolumeFacts?.SameDisk(subject.Name) is { } other)
            Skip(subject, $"volume {other} of the target is on the same disk: two volumes on one disk lose it", incomplete: true);
        else if (subject.Namespace is { } ns && run.Namespaces.IsTerminating(ns))
            Create(subject, prepared, "its live namespace is being deleted: it is made again in the new one");
        else
            Create(subject, prepared, subject.Related ? "it is missing in the target, and a selected object needs it" : StepDecision.Missing);
    }

    private void Existing(Subject subject, PreparedManifest prepared, LiveObject live)
    {
        // With objects asked for that were being deleted, one may be captured and live in the middle of it.
        if (!run.Request.Terminating && IsSame(subject.Source.Json.Span, live.Json.Span))
        {
            Add(subject, StepAction.Unchanged, StepDecision.Equal, uid: live.Uid, revision: live.Revision, exists: IsWished(subject));
            return;
        }
        var manifest = ManifestJson.Parse(live.Json.Span);
        if (manifest.Object("metadata")?.ContainsKey("deletionTimestamp") == true)
            Create(subject, prepared, Terminating(), live.Uid, live.Revision);
        else
            Compare(subject, prepared, manifest, live.Uid, live.Revision);
    }

    private void Compare(Subject subject, PreparedManifest prepared, JsonObject live, string uid, string revision)
    {
        // Listed items of built-in types come without them.
        live["apiVersion"] = type.ApiVersion;
        live["kind"] = type.Kind;
        var released = groupResource == "persistentvolumes" && LiveFields.IsReleased(live);
        var decision = Possible(StepDecision.Decide(prepared, live, subject.Rules, run.Digests), prepared, live);
        if (decision.Rebinds && run.VolumeFacts?.WasBound(subject.Name) != true)
            decision = new(StepAction.Unchanged, StepDecision.Equal, []);
        if (subject.Related && !decision.Rebinds)
            decision = new(StepAction.Skip, StepDecision.NotSelected, []);
        if (decision.Action is StepAction.Update or StepAction.Replace)
            Follow(subject, prepared);
        else if (released && decision.Action == StepAction.Skip)
            run.Warnings.Add(groupResource, null, subject.Name, $"it was released by a claim that is gone, and no other binds to it until its spec.claimRef.uid is removed");
        Add(subject, decision.Action, decision.Reason, decision.Diff, uid, revision, decision.Incomplete, owners: prepared.OwnerReferences, exists: IsWished(subject));
    }

    /// <summary>The server takes a definition only with every version that objects are stored in.</summary>
    private StepDecision Possible(StepDecision decision, PreparedManifest prepared, JsonObject live)
    {
        if (groupResource != "customresourcedefinitions.apiextensions.k8s.io" || decision.Action is not (StepAction.Update or StepAction.Replace))
            return decision;
        var versions = prepared.Body.Object("spec").Objects("versions").Select(v => v.Text("name")).ToList();
        var lost = (live.Object("status").Array("storedVersions") ?? []).Select(v => v?.ToString()).Where(v => !versions.Contains(v)).ToList();
        return lost.Count == 0
            ? decision
            : new(
                StepAction.Skip, $"refused: objects may be stored as {string.Join(", ", lost)}, which the point's definition doesn't have; migrate them to another version first (status.storedVersions)",
                [.. decision.Diff.Select(d => d with { Stays = true })], Incomplete: true);
    }

    private void Create(Subject subject, PreparedManifest prepared, string reason, string? uid = null, string? revision = null)
    {
        foreach (var warning in prepared.Warnings)
            run.Warnings.Add(groupResource, subject.Namespace, subject.Name, warning);
        Follow(subject, prepared);
        if (subject.Name != subject.Captured)
            reason = $"{reason}; it was captured as {subject.Captured}";
        Add(subject, StepAction.Create, reason, uid: uid, revision: revision, shortfall: prepared.Shortfall, owners: prepared.OwnerReferences, early: prepared.Early);
    }

    /// <summary>The object will be written: what it needs, who else manages it, and whom it counts for.</summary>
    private void Follow(Subject subject, PreparedManifest prepared)
    {
        WarnOfDefault(subject, prepared);
        if (groupResource == "customresourcedefinitions.apiextensions.k8s.io")
            run.Types.Bring(prepared.Body);
        run.Related.Add(subject.References);
        run.ManagedBy.Look(prepared.Body.Object("metadata"));
    }

    private void WarnOfDefault(Subject subject, PreparedManifest prepared)
    {
        var (rules, kind) = (subject.Rules, type.Kind.ToLowerInvariant());
        if (subject.Related && rules.WithoutDefault)
            run.Warnings.Add(groupResource, null, subject.Name, $"comes along without what makes it count for the whole cluster; `--name {kind}/{subject.Captured}` brings it whole");
        else if (rules is { SecondDefault: { } other, WithoutDefault: true })
            run.Warnings.Add(groupResource, null, subject.Name, $"comes without globalDefault: {other} has it in the target, and the server refuses a second");
        else if (rules.SecondDefault is { } first && ClassRules.IsDefault(groupResource, prepared.Body))
            run.Warnings.Add(groupResource, null, subject.Name, $"becomes a second default class beside {first}: objects that name no class may get either. Take the marker from one of them");
    }

    private void Skip(Subject subject, string reason, bool incomplete = false, bool absent = false) =>
        Add(subject, StepAction.Skip, reason, incomplete: incomplete, absent: absent);

    private void Add(
        Subject subject, StepAction action, string reason, ImmutableArray<FieldDiff> diff = default, string? uid = null, string? revision = null,
        bool incomplete = false, string? shortfall = null, JsonArray? owners = null, bool exists = false, bool madeAgain = false, bool absent = false, bool early = false) =>
        run.Draft.Add(new(new()
        {
            Number = 0,
            Stage = early ? RestoreStages.Before(groupResource) : RestoreStages.Of(groupResource),
            Action = action,
            Resource = groupResource,
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Namespace = subject.Namespace,
            Name = subject.Name,
            Reason = reason,
            Diff = diff.IsDefault ? [] : diff,
            Source = new(subject.Source.Segment, subject.Source.Part, subject.Source.Line, subject.Digest),
            LiveUid = uid,
            LiveRevision = revision,
            Related = subject.Related,
            Incomplete = incomplete || shortfall is not null,
            Shortfall = shortfall,
            Absent = absent ? true : null,
            WithoutDefault = subject.Rules.WithoutDefault ? true : null,
        })
        {
            Owners = OwnerId.Owners(owners ?? [], subject.Namespace),
            Exists = exists,
            MadeAgain = madeAgain,
        });

    private string Terminating() => groupResource == "namespaces"
        ? "the live namespace is being deleted: the step waits until it is gone, 10 minutes at most, and makes it again"
        : "the live object is being deleted: it is made again once it is gone";

    /// <summary>Its existence in the target says that somebody wanted it there.</summary>
    private bool IsWished(Subject subject) => !(subject.Name == "default" && groupResource is "serviceaccounts" or "namespaces");

    /// <summary>Byte for byte the captured object, but for the type that listed items leave out.</summary>
    private bool IsSame(ReadOnlySpan<byte> captured, ReadOnlySpan<byte> live) =>
        captured.SequenceEqual(live)
        || (captured.Length == live.Length + typeMeta.Length - 1 && captured.StartsWith(typeMeta) && captured[typeMeta.Length..].SequenceEqual(live[1..]));

    /// <param name="Name">In the target.</param>
    /// <param name="Captured">In the point.</param>
    private sealed record Subject(PointManifest Source, ContentDigest Digest, string? Namespace, string Name, string Captured, RuleContext Rules)
    {
        public bool Related { get; init; }
        public ImmutableArray<ObjectKey> References { get; init; } = [];
    }
}
