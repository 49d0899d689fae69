using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Functions.Api.Runs;

/// <summary>What to restore, and how.</summary>
internal record RestoreTerms
{
    /// <summary>The cluster that the point is of.</summary>
    public ClusterName? Cluster { get; set; }

    /// <summary>The point's id, an unambiguous beginning of it, or <c>latest</c>.</summary>
    public string? Point { get; set; }

    /// <summary>The registered cluster to restore into. Default: the one that the point is of.</summary>
    public ClusterName? Target { get; set; }
    public SelectionTerms? Selection { get; set; }
    public ExistingPolicy Existing { get; set; } = ExistingPolicy.Skip;
    public bool IntoOtherCluster { get; set; }
    public bool SystemNamespaces { get; set; }
    public bool Status { get; set; }
    public bool Terminating { get; set; }
    public bool Finished { get; set; }
    public bool KeepNodePorts { get; set; }
    public bool AdoptVolumes { get; set; }
    public ImmutableArray<string> Quiesce { get; set; } = [];

    /// <summary>Finds the point and the target.</summary>
    /// <exception cref="ProblemException">With all that is wrong.</exception>
    public async Task<(RestoreRequest Request, ClusterName Target)> ResolveAsync(ApiRequest request)
    {
        var errors = new List<ProblemError>();
        if (Cluster is null)
            errors.Add(new("/cluster", "name the cluster that the point is of"));
        if (string.IsNullOrEmpty(Point))
            errors.Add(new("/point", "give the point's id, or latest"));
        var target = Target ?? Cluster;
        if (target is { } into && await TroubleAsync(request, into) is { } trouble)
            errors.Add(new(Target is null ? "/cluster" : "/target", trouble));
        var point =
            errors.Exists(e => e.Path is "/cluster" or "/point") && (Cluster is null || string.IsNullOrEmpty(Point))
                ? null
                : await FindAsync(request, errors);
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the restore can't be planned as it is asked for", [.. errors]));
        return (Request(point!.Value), target!.Value);
    }

    /// <returns>Why the cluster can't be restored into; null: it can.</returns>
    private static async Task<string?> TroubleAsync(ApiRequest request, ClusterName into)
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
            Cluster = Cluster!.Value.ToString(),
            Point = point,
            Selection = Selection?.Selection() ?? new(),
            Existing = Existing,
            IntoOtherCluster = IntoOtherCluster,
            SystemNamespaces = SystemNamespaces,
            Status = Status,
            Terminating = Terminating,
            Finished = Finished,
            KeepNodePorts = KeepNodePorts,
            AdoptVolumes = AdoptVolumes,
            Quiesce = Quiesce,
        };
}

/// <inheritdoc cref="RestoreSelection"/>
internal sealed record SelectionTerms
{
    public ImmutableArray<string> Namespaces { get; set; } = [];

    /// <summary>As kubectl's <c>-l</c>.</summary>
    public string? Labels { get; set; }
    public ImmutableArray<string> Kinds { get; set; } = [];
    public ImmutableArray<string> Names { get; set; } = [];
    public bool? ClusterScoped { get; set; }

    public RestoreSelection Selection() =>
        new()
        {
            Namespaces = Namespaces,
            Labels = Labels,
            Kinds = Kinds,
            Names = Names,
            ClusterScoped = ClusterScoped,
        };
}

/// <summary>A restore: of a plan that was looked at, or one that plans by itself.</summary>
internal sealed record NewRestore : RestoreTerms
{
    /// <summary>The plan to apply and nothing else; nothing of the other terms can be given beside it.</summary>
    public PlanReference? Plan { get; set; }

    /// <summary>Set: the plan is applied only when somebody approves it.</summary>
    public NewApprovalTerms? Approval { get; set; }
}

/// <param name="TimeoutMinutes">For how long an approval is waited for; default a day, at most 30 days.</param>
internal sealed record NewApprovalTerms(int TimeoutMinutes = 24 * 60);
