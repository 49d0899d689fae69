using System.Diagnostics.CodeAnalysis;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;
using Holdfast.Restore.Transforms;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Planning;

/// <summary>
/// All that one planning holds: where it reads from, what it was asked, and what it has found so far. Used by one caller at a time.
/// </summary>
internal sealed class PlanningRun
{
    // What a controller may have made from an owner of a later stage is planned after all possible owners.
    private static readonly HashSet<string> AfterOwners = new(StringComparer.Ordinal)
    {
        KnownTypes.PersistentVolumeClaims,
        KnownTypes.Endpoints,
        KnownTypes.EndpointSlices,
        KnownTypes.ControllerRevisions,
        KnownTypes.ResourceClaims,
    };

    private const int AfterClaims = int.MaxValue;

    private PlanningRun(PointManifests point, RestoreTarget target, RestoreRequest request, SecretDigests digests)
    {
        Point = point;
        Target = target;
        Request = request;
        Digests = digests;
        Types = new(target.Surface);
        Held = request.Existing == ExistingPolicy.Rollback ? new() : null;
        Facts = new(point);
        OtherVersions = new(target, Types, Facts);
        Names = new(target);
        Defaults = new(target);
        Transforms = new(TransformSet.Of(request.Transforms));
        Mappings = new(MappingSet.Of(request.Mappings));
        Clone = new(this);
        PointVersion = ServerRelease.Parse(point.Inventory.ServerVersion);
        TargetVersion = ServerRelease.Parse(target.Identity.ServerVersion);
    }

    public PointManifests Point { get; }
    public RestoreTarget Target { get; }
    public RestoreRequest Request { get; }
    public SecretDigests Digests { get; }
    public TargetTypes Types { get; }
    public PointFacts Facts { get; }
    public CustomVersions OtherVersions { get; }
    public LiveNames Names { get; }
    public LiveDefaults Defaults { get; }
    public ServerRelease? PointVersion { get; }
    public ServerRelease? TargetVersion { get; }
    public PlanDraft Draft { get; } = new();
    public PlanWarnings Warnings { get; } = new();

    /// <summary>Filled for a rollback; null: no other restore asks for it.</summary>
    public HeldNames? Held { get; }
    public ManagedBy ManagedBy { get; } = new();
    public UnreadSchemas UnreadSchemas { get; } = new();
    public TransformTally Transforms { get; }
    public MappingTally Mappings { get; }
    public PlannedClone Clone { get; }

    /// <summary>What selected objects need, in the order of finding; filled only when the selection leaves something out.</summary>
    public RelatedKeys Related { get; } = new();
    public required ObjectFilter Filter { get; init; }

    /// <summary>Makes disks of the cloud that the target is in; null: none can be asked.</summary>
    public INewDisks? Disks { get; init; }
    public required LiveNamespaces Namespaces { get; init; }
    public VolumeFacts? VolumeFacts { get; private set; }
    public ClaimVolumes Claims => field ??= new(this);
    public PlannedHooks Hooks => field ??= new(this);
    public ExternalResources External => field ??= new(this);
    public UnprovidedReferences References => field ??= new(this);
    public BindingNames Bindings { get; private set; } = new();

    /// <summary>Null: no snapshots are restored.</summary>
    public ContentNames? Contents { get; private set; }

    /// <summary>Read when the first Service with a chosen address or port is planned; null: there was none.</summary>
    public LiveAddresses? Addresses { get; private set; }

    public async ValueTask<LiveAddresses> ReadAddressesAsync(CancellationToken cancellation) =>
        Addresses ??= await LiveAddresses.ReadAsync(this, cancellation);

    public bool FollowsReferences => Filter is { IsPartial: true, AllowsClusterScope: true, BringsDependencies: true };

    /// <summary>Why an object of an application comes; null: it is a root, or the selection isn't by application.</summary>
    public string? BecauseOf(ObjectKey captured) => Filter.Application?.ReasonOf(captured)?.Text(NamespaceOf);

    /// <summary>Who uses an object of an application without belonging to it; null: no one that is known.</summary>
    public string? AlsoUsedBy(PlannedSubject subject, string groupResource) =>
        Filter.Application?.AlsoUsedBy(new(groupResource, Point.Inventory.Segments[subject.Source.Segment].Namespace, subject.Captured));

    /// <summary>The selected types, in an order in which an object's controller is planned before it.</summary>
    public IReadOnlyList<ResourceType> SelectedTypes { get; private set; } = [];

    public static async Task<PlanningRun> StartAsync(
        PointManifests point,
        RestoreTarget target,
        RestoreRequest request,
        SecretDigests digests,
        INewDisks? disks,
        CancellationToken cancellation
    )
    {
        var filter = await new SelectionReader(point).ReadAsync(request.Selection, cancellation);
        var run = new PlanningRun(point, target, request, digests)
        {
            Filter = filter,
            Disks = disks,
            Namespaces = await LiveNamespaces.ReadAsync(target, new(target.Surface), cancellation),
        };
        await MappedNamespaces.CheckAsync(point, filter, request, cancellation);
        var selected = point.Types.Where(filter.SelectsType).ToList();
        foreach (var type in selected)
            await run.OtherVersions.LearnAsync(type, cancellation);
        run.SelectedTypes =
        [
            .. selected
                .OrderBy(t => Order(run.Types.Find(t).Written(t)))
                .ThenBy(t => Rules.RestoreStages.Rank(t.GroupResource))
                .ThenBy(t => t.GroupResource, StringComparer.Ordinal),
        ];
        if (
            run.SelectedTypes.Any(t => t.GroupResource is KnownTypes.PersistentVolumes or KnownTypes.PersistentVolumeClaims)
            && point.Type(KnownTypes.PersistentVolumes) is { } volumes
        )
            run.VolumeFacts = await VolumeFacts.LoadAsync(run, run.Types.OfType(volumes), cancellation);
        if (run.VolumeFacts?.Hidden is { } hidden)
            run.Warnings.Add($"the target's volumes can't be listed, so none is attached: {hidden}");
        if (run.SelectedTypes.Any(t => t.GroupResource is KnownTypes.VolumeSnapshotContents or KnownTypes.VolumeSnapshots))
            run.Contents = await ContentNames.LoadAsync(point, target, run.Types, request, cancellation);
        run.Bindings = await BindingNames.LoadAsync(run, cancellation);
        if (run.FollowsReferences && filter is { IsWholeApplication: true, Application: { } application })
            foreach (var (key, reason) in application.ClusterScoped)
                run.Related.Add(key, () => reason.Text(run.NamespaceOf));
        return run;
    }

    /// <summary>The name in the target of an object of the point.</summary>
    public string NameOf(string groupResource, string captured) =>
        groupResource switch
        {
            KnownTypes.VolumeSnapshotContents => Contents?.NameOf(captured) ?? captured,
            KnownTypes.Namespaces => NamespaceOf(captured),
            KnownTypes.PersistentVolumes => VolumeFacts?.NameOf(captured) ?? captured,
            KnownTypes.ClusterRoleBindings => Bindings.NameOf(captured),
            _ => captured,
        };

    /// <summary>The name in the target of a namespace of the point.</summary>
    [return: NotNullIfNotNull(nameof(captured))]
    public string? NamespaceOf(string? captured) => NamespaceMap.Of(Request.NamespaceMapping, captured);

    /// <summary>The target isn't the cluster that was captured.</summary>
    public bool IsOtherCluster => Target.Uid != Point.Inventory.ClusterUid;

    /// <summary>A namespace of the point that comes back under another name.</summary>
    public bool IsMapped(string? captured) => captured is not null && NamespaceOf(captured) != captured;

    /// <summary>
    /// Where the type goes. With a partial selection, its CRD comes as what its objects need, where the target has none: a live one is
    /// never changed for them.
    /// </summary>
    public async Task<TargetType> PlaceAsync(ResourceType type, CancellationToken cancellation)
    {
        await OtherVersions.LearnAsync(type, cancellation);
        var place = Types.Find(type);
        if (place.Problem is null || !FollowsReferences || await Facts.CrdAsync(type, cancellation) is not { } crd)
            return place;
        if (await IsDefinedAsync(type, cancellation))
            return place;
        Types.Bring(crd, isNew: true);
        return Types.Find(type);
    }

    private async Task<bool> IsDefinedAsync(ResourceType type, CancellationToken cancellation) =>
        Types.OfKind("apiextensions.k8s.io", "CustomResourceDefinition") is { } definitions
        && await Names.FindAsync(definitions, null, type.GroupResource, cancellation) is not null;

    /// <summary>Whether the owner is planned, created again by a controller, or live.</summary>
    public async ValueTask<bool> OwnerComesBackAsync(OwnerId owner, CancellationToken cancellation)
    {
        if (Draft.Find(owner) is { } planned)
            return planned.ComesBack;
        return Types.OfKind(owner.Group, owner.Kind) is { } type && await IsLiveAsync(type, owner, cancellation);
    }

    private async ValueTask<bool> IsLiveAsync(ApiResource type, OwnerId owner, CancellationToken cancellation) =>
        (owner.Namespace is null || !type.Namespaced || Namespaces.Has(owner.Namespace))
        && await Names.FindAsync(type, owner.Namespace, owner.Name, cancellation) is not null;

    private static int Order(ResourceType type) =>
        type.GroupResource == KnownTypes.PersistentVolumes ? AfterClaims
        : AfterOwners.Contains(type.GroupResource) ? AfterClaims - 1
        : (int)Rules.RestoreStages.Of(type.GroupResource);
}

/// <summary>Keys to look for, each once, with the reason that was found first.</summary>
internal sealed class RelatedKeys
{
    private readonly HashSet<ObjectKey> seen = [];
    private List<(ObjectKey Key, string Because)> open = [];

    public void Add(ObjectKey key, Func<string> because)
    {
        if (seen.Add(key))
            open.Add((key, because()));
    }

    /// <summary>Those added since the last call.</summary>
    public IReadOnlyList<(ObjectKey Key, string Because)> Take()
    {
        var taken = open;
        open = [];
        return taken;
    }
}
