using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Relations;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Planning;

/// <summary>One manifest of the point while it is planned.</summary>
/// <param name="Name">In the target.</param>
/// <param name="Captured">In the point.</param>
/// <param name="Rules">What its rules may ask for; good until the next subject of the type is read.</param>
internal sealed record PlannedSubject(
    PointManifest Source,
    ContentDigest Digest,
    string? Namespace,
    string Name,
    string Captured,
    RuleContext Rules
)
{
    public ManifestLocation Location => new(Source.Segment, Source.Part, Source.Line, Digest);

    /// <summary>What it stands for outside the cluster; null: nothing.</summary>
    public StepExternal? External { get; init; }
    public bool Related { get; init; }

    /// <summary>What became of it on its way to the target's version; null: it is in one that the target serves.</summary>
    public ConvertedObject? Converted { get; init; }

    /// <summary>Why it comes, where another object brings it; null: it is selected itself.</summary>
    public string? Because { get; init; }

    /// <summary>What of the whole cluster it needs, by its names in the point.</summary>
    public ImmutableArray<(Relation Relation, ObjectKey Key)> References { get; init; } = [];

    /// <summary>Of a claim of whose volume the point has a record; null: nothing was found out.</summary>
    public ClaimOrigin? Origin { get; init; }

    /// <summary>It is a claim that was bound to a volume when it was captured.</summary>
    public bool HadVolume { get; init; }
}

/// <summary>Finds out what the rules ask about the manifests of one type, one after the other.</summary>
internal sealed class PlannedSubjects
{
    private readonly PlanningRun run;
    private readonly ResourceType ofPoint;
    private readonly ResourceType type;
    private readonly TargetType place;
    private readonly RuleContext context;
    private bool ownerComesBack;
    private bool ownerIsCreated;

    public PlannedSubjects(PlanningRun run, ResourceType ofPoint, TargetType place)
    {
        (this.run, this.ofPoint, this.place) = (run, ofPoint, place);
        type = place.Written(ofPoint);
        context = new()
        {
            Request = run.Request,
            Type = type,
            HasStatus = place.HasStatus,
            InPoint = run.Facts.Find,
            OwnerComesBack = () => ownerComesBack,
            OwnerIsCreated = () => ownerIsCreated,
            VolumeComesBack = run.VolumeFacts is { } volumes ? volumes.ComesBack : null,
            VolumeName = captured => run.NameOf(KnownTypes.PersistentVolumes, captured),
            ContentName = captured => run.NameOf(KnownTypes.VolumeSnapshotContents, captured),
            IsNamed = name => run.Filter.IsNamed(ofPoint, name),
            WhyTaken = (service, address) =>
                run.Addresses?.WhyTaken(service with { Namespace = run.NamespaceOf(service.Namespace) }, address),
            PointVersion = run.PointVersion,
            TargetVersion = run.TargetVersion,
            Transforms = run.Transforms.Transforms,
            Mappings = run.Mappings.Mappings,
            Isolation = run.Clone.Isolation,
        };
    }

    /// <param name="parsed">Its manifest is converted to the target's version.</param>
    /// <param name="related">Why it comes, where only others need it; null: it is selected.</param>
    public async Task<PlannedSubject> ReadAsync(ParsedManifest parsed, string? related, CancellationToken cancellation)
    {
        var converted = place.Conversion?.Convert(parsed.Manifest);
        var metadata = parsed.Manifest.Object("metadata");
        var (ns, original) = (run.NamespaceOf(metadata.Text("namespace")), metadata.Text("name") ?? "");
        var name = run.NameOf(type.GroupResource, original);
        await LookAtOwnerAsync(metadata, ns, cancellation);
        if (type.GroupResource == KnownTypes.Services && ChosenAddresses.Of(parsed.Manifest.Object("spec")).Any())
            await run.ReadAddressesAsync(cancellation);
        var rules = await RulesAsync(parsed.Manifest, original, related is not null, cancellation);
        if (name != original)
            rules = rules with { TargetName = name };
        if (ns is not null && run.Namespaces.IsExcluded(ns))
            rules = rules with { IsNamespaceExcluded = true };
        return new(parsed.Source, parsed.Digest, ns, name, original, rules)
        {
            External = run.External.Of(type, parsed.Manifest, metadata.Text("namespace")),
            Converted = converted,
            Related = related is not null,
            Because = related ?? run.BecauseOf(new(type.GroupResource, metadata.Text("namespace"), original)),
            HadVolume =
                type.GroupResource == KnownTypes.PersistentVolumeClaims
                && parsed.Manifest.Object("spec").Text("volumeName") is { Length: > 0 },
            References = run.FollowsReferences ? References(parsed.Manifest) : [],
        };
    }

    /// <summary>What the request's mappings and transforms did to it.</summary>
    public void Note(PlannedSubject subject, PreparedManifest prepared)
    {
        run.Mappings.Note(prepared.Mapped);
        run.Transforms.Note(
            new(type.GroupResource, subject.Namespace, subject.Captured),
            prepared.Matched,
            prepared.Transformed,
            prepared.TransformFault
        );
    }

    /// <summary>For the step of one that is written otherwise than it was captured; empty: it isn't.</summary>
    public string Said(PreparedManifest prepared)
    {
        var mapped = string.Join(", ", prepared.Mapped);
        var isolated = string.Join(", ", prepared.Isolated.Select(i => i.What));
        var converted = place.Conversion is { } conversion ? $"; converted from {conversion.From}" : "";
        return $"{converted}{(isolated.Length == 0 ? "" : $"; isolated: {isolated}")}{(mapped.Length == 0 ? "" : $"; mapped: {mapped}")}"
            + run.Transforms.Transforms.Said(prepared.Transformed);
    }

    private ImmutableArray<(Relation, ObjectKey)> References(JsonObject manifest) =>
        [
            .. RelationTable
                .NamesOf(new(manifest, type, run.Point.OfKind))
                .Where(r => r.Reference.Key.Namespace is null && r.Relation is { Brings: not null, Id: not RelationTable.Owner })
                .Select(r => (r.Relation, InTarget(r.Reference.Key))),
        ];

    private ObjectKey InTarget(ObjectKey key) =>
        key.GroupResource switch
        {
            KnownTypes.StorageClasses => key with { Name = StorageClassMap.Of(run.Request.StorageClasses, key.Name) },
            KnownTypes.PriorityClasses => key with { Name = run.Mappings.Mappings.PriorityClass(key.Name)?.New ?? key.Name },
            _ => key,
        };

    private async Task LookAtOwnerAsync(JsonObject? metadata, string? ns, CancellationToken cancellation)
    {
        (ownerComesBack, ownerIsCreated) = (false, false);
        if (metadata is null || OwnedRules.Controller(metadata) is not { } controller)
            return;
        var owner = new OwnerId(OwnerId.Present(controller.Group, controller.Kind), controller.Kind, ns, controller.Name);
        ownerComesBack = await run.OwnerComesBackAsync(owner, cancellation);
        ownerIsCreated = run.Draft.Find(owner) is { Step.Action: StepAction.Create };
    }

    /// <summary>
    /// Those of the type; with the default withdrawn from what only comes along, and from a second one that the server would refuse.
    /// </summary>
    private async ValueTask<RuleContext> RulesAsync(JsonObject manifest, string name, bool related, CancellationToken cancellation)
    {
        if (type.GroupResource == KnownTypes.PersistentVolumes)
            return context with { Claim = run.Claims.OfVolume(name) };
        if (!ClassRules.CountsForAll(type.GroupResource, manifest))
            return context;
        if (related)
            return context with { WithoutDefault = true };
        var isDefault = ClassRules.IsDefault(type.GroupResource, manifest);
        var other = isDefault && place.Live is { } served ? await run.Defaults.BesideAsync(served, name, cancellation) : null;
        return context with { SecondDefault = other, WithoutDefault = other is not null && ClassRules.IsSingle(type.GroupResource) };
    }
}
