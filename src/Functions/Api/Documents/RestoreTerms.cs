using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Transforms;

namespace Holdfast.Functions.Api.Documents;

/// <summary>What to restore, and how.</summary>
internal record RestoreTerms
{
    /// <summary>The cluster that the point is of.</summary>
    public ClusterName? Cluster { get; set; }

    /// <summary>The point's id, an unambiguous beginning of it, or <c>latest</c>.</summary>
    public string? Point { get; set; }

    /// <summary>The registered cluster to restore into. Default: the one that the point is of.</summary>
    public ClusterName? Target { get; set; }
    public RestoreSelection? Selection { get; set; }
    public ExistingPolicy Existing { get; set; } = ExistingPolicy.Skip;
    public bool IntoOtherCluster { get; set; }
    public bool SystemNamespaces { get; set; }
    public bool Status { get; set; }
    public bool Terminating { get; set; }
    public bool Finished { get; set; }
    public bool KeepNodePorts { get; set; }
    public bool AdoptVolumes { get; set; }

    /// <summary>Finalizers of objects that are created come back last, once the workloads are ready.</summary>
    public bool LateFinalizers { get; set; }

    /// <summary>How claims that are created get their data, where there is a choice.</summary>
    public VolumeChoice Volumes { get; set; } = VolumeChoice.Auto;

    /// <summary>
    /// The id of the resource group that new disks are made in. Default: the one that the target's registration names, otherwise that of
    /// its nodes.
    /// </summary>
    public AzureGroupId? DiskResourceGroup { get; set; }

    /// <summary>Namespaces of the point, and under which name each comes back.</summary>
    public ImmutableSortedDictionary<string, string>? NamespaceMapping { get; set; }

    /// <summary>Storage classes of the point, and what stands for each in the target.</summary>
    public ImmutableSortedDictionary<string, string>? StorageClasses { get; set; }

    /// <summary>What to change in objects that match, one after the other.</summary>
    public ImmutableArray<Transform> Transforms { get; set; } = [];
    public ImmutableArray<string> Quiesce { get; set; } = [];

    /// <summary>In another cluster, operators manage databases and the like at once: the source no longer does.</summary>
    public bool AdoptExternal { get; set; }

    /// <summary>False: the restore hooks of pods aren't run.</summary>
    public bool Hooks { get; set; } = true;

    /// <summary>
    /// With <c>recreate</c> and <c>rollback</c>: objects that may be deleted though they are protected, as <c>KIND/NAME</c> or
    /// <c>KIND/NAMESPACE/NAME</c>.
    /// </summary>
    public ImmutableArray<string> Delete { get; set; } = [];

    /// <summary>
    /// What the target calls otherwise: registries, hosts, labels and taints of nodes, priority classes, resources outside.
    /// </summary>
    public Mappings? Mappings { get; set; }

    /// <summary>
    /// What isn't isolated where a namespace comes back under another name in its own cluster. Default: nothing, a clone is isolated whole.
    /// </summary>
    public ImmutableArray<ClonePart> KeepInClone { get; set; } = [];

    /// <summary>
    /// How long the restore waits at most, once all is written, for what it wrote to be ready; what isn't by then makes it partial. 1 to
    /// 86,400. Default: it doesn't wait.
    /// </summary>
    public int? WaitSeconds { get; set; }

    /// <summary>Finds the point and the target.</summary>
    /// <param name="made">A cluster that is made to restore into; null: the target is registered.</param>
    /// <exception cref="ProblemException">With all that is wrong.</exception>
    public async Task<(RestoreRequest Request, ClusterName Target)> ResolveAsync(ApiRequest request, NewClusterRequest? made = null)
    {
        var errors = new List<ProblemError>();
        if (Cluster is null)
            errors.Add(new("/cluster", "name the cluster that the point is of"));
        if (string.IsNullOrEmpty(Point))
            errors.Add(new("/point", "give the point's id, or latest"));
        var target = made?.Name ?? Target ?? Cluster;
        if (made is not null && Target is not null)
            errors.Add(new("/target", "the new cluster is the target: remove this"));
        if (made is null && target is { } into && await TroubleAsync(request, into) is { } trouble)
            errors.Add(new(Target is null ? "/cluster" : "/target", trouble));
        if (WaitSeconds is < 1 or > RestoreRequest.LongestWaitSeconds)
            errors.Add(
                new("/waitSeconds", $"give 1 to {RestoreRequest.LongestWaitSeconds} seconds, or leave it out: it doesn't wait then")
            );
        errors.AddRange(MappingProblems.Of(Mappings).Select(problem => new ProblemError("/mappings", problem)));
        errors.AddRange(TransformDocument.Problems(Transforms).Select(problem => new ProblemError("/transforms", problem)));
        var point =
            errors.Exists(e => e.Path is "/cluster" or "/point") && (Cluster is null || string.IsNullOrEmpty(Point))
                ? null
                : await FindAsync(request, errors);
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the restore request is invalid", [.. errors]));
        var terms = Request(point!.Value);
        return (made is null ? terms : terms with { IntoOtherCluster = true }, target!.Value);
    }

    /// <returns>Why the cluster can't be restored into; null: it can.</returns>
    internal static async Task<string?> TroubleAsync(ApiRequest request, ClusterName into)
    {
        var kept = await new ControlDocuments(request.App.Environment.Control).ReadClusterAsync(into, request.Cancellation);
        if (kept is null)
            return $"no cluster '{into}' is registered to restore into";
        return kept.IsValid ? null : $"the registration of '{into}' can't be used. {kept.Trouble}";
    }

    private async Task<PointId?> FindAsync(ApiRequest request, List<ProblemError> errors)
    {
        try
        {
            return (
                await new PointCatalog(request.App.Environment.Vault, request.App.Environment.Trust).FindAsync(
                    Cluster,
                    Point!,
                    request.Cancellation
                )
            ).Id;
        }
        catch (ArchiveException none) when (none.Failure == ArchiveFailure.NotFound)
        {
            errors.Add(new("/point", none.Message));
            return null;
        }
    }

    private RestoreRequest Request(PointId point) =>
        new()
        {
            Cluster = Cluster!.Value,
            Point = point,
            Selection = Selection ?? new(),
            Existing = Existing,
            IntoOtherCluster = IntoOtherCluster,
            SystemNamespaces = SystemNamespaces,
            Status = Status,
            Terminating = Terminating,
            Finished = Finished,
            KeepNodePorts = KeepNodePorts,
            AdoptVolumes = AdoptVolumes,
            LateFinalizers = LateFinalizers ? true : null,
            Volumes = Volumes == VolumeChoice.Auto ? null : Volumes,
            DiskResourceGroup = DiskResourceGroup,
            NamespaceMapping = NamespaceMapping is { Count: > 0 } names ? names : null,
            StorageClasses = StorageClasses is { Count: > 0 } map ? map : null,
            Transforms = Transforms is { IsDefaultOrEmpty: false } transforms ? transforms : null,
            Quiesce = Quiesce,
            AdoptExternal = AdoptExternal ? true : null,
            Hooks = Hooks ? null : false,
            Delete = Delete.IsDefaultOrEmpty ? null : Delete,
            Mappings = Mappings,
            KeepInClone = KeepInClone.IsDefaultOrEmpty ? null : KeepInClone,
            WaitSeconds = WaitSeconds,
        };
}

/// <summary>A restore: of a plan that was looked at, or one that plans by itself.</summary>
internal sealed record NewRestore : RestoreTerms
{
    /// <summary>The plan to apply and nothing else; nothing of the other terms can be given beside it.</summary>
    public PlanReference? Plan { get; set; }

    /// <summary>
    /// A cluster to make first, and to restore into: from the point's infrastructure profile, or a given one. Or one that is registered and
    /// empty (<c>"provider": "registered"</c>).
    /// </summary>
    public NewClusterRequest? NewCluster { get; set; }

    /// <summary>Set: the plan is applied only once it is approved.</summary>
    public NewApprovalTerms? Approval { get; set; }
}

/// <param name="TimeoutMinutes">For how long an approval is waited for; default a day, at most 30 days.</param>
internal sealed record NewApprovalTerms(int TimeoutMinutes = 24 * 60);
