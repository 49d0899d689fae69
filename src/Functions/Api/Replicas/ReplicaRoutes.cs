using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Control.Heads;
using Holdfast.Control.Registration;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Api.Runs;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Replicas;

/// <summary>The replicas of the vault: how far they are, and copying to them now.</summary>
internal static class ReplicaRoutes
{
    public static readonly ApiRoute List = new(
        "GET",
        "/replicas",
        "replicas.list",
        "How far each replica of the vault is behind, for each cluster, and which clusters another service has taken over",
        Roles.AnyReader,
        ListAsync
    )
    {
        Gives = [new(200, "As of the last time that each was looked at", ApiJson.Plain.ReplicasDocument)],
    };

    public static readonly ApiRoute Start = RunStarts.Route(
        "/replicate",
        "replication.start",
        "Copy what the replicas don't have now, as is done after each capture and daily",
        ApiJson.Plain.NewReplication,
        "The run was started",
        StartAsync
    ) with
    {
        WritesVault = true,
    };

    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var (environment, cancellation) = (request.App.Environment, request.Cancellation);
        var known = await KnownAsync(environment, cancellation);
        var states = await new ReplicaStates(environment.Control).ReadAsync(cancellation);
        var replicas =
            from replica in environment.Replicas
            from cluster in known.Keys.Union(states.Where(s => s.Replica == replica.Name).Select(s => s.Cluster))
            orderby replica.Name, cluster.ToString()
            let state = states.FirstOrDefault(s => s.Replica == replica.Name && s.Cluster == cluster)
            select Document(replica.Name, cluster, known.GetValueOrDefault(cluster), state, environment.Time.GetUtcNow());
        var fences = await new Fences(environment.Control).ReadAsync(cancellation);
        var registered = await new ControlDocuments(environment.Control).AllClustersAsync(cancellation);
        return Answer.Ok(
            new ReplicasDocument(
                [.. replicas],
                [.. fences.Select(f => new FenceDocument(f.Cluster, f.Replica, f.Number, f.At, f.By, f.Reason))]
            )
            {
                Needs = registered
                    .Select(kept => kept.Document)
                    .OfType<ClusterRegistration>()
                    .Select(r => (Name: r.Name.ToString(), Needs: RegistrationNeeds.Of(r)))
                    .Where(r => !r.Needs.IsEmpty)
                    .ToDictionary(r => r.Name, r => r.Needs),
            },
            ApiJson.Plain.ReplicasDocument
        );
    }

    /// <summary>The newest point of each cluster, as captures of this service have noted it.</summary>
    private static async Task<Dictionary<ClusterName, PointId?>> KnownAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        var (heads, known) = (new KnownHeads(environment.Control), new Dictionary<ClusterName, PointId?>());
        foreach (var cluster in await heads.ClustersAsync(cancellation))
            known[cluster] = (await heads.ReadAsync(cluster, cancellation)).LastOrDefault()?.Point;
        return known;
    }

    private static ReplicaDocument Document(string replica, ClusterName cluster, PointId? newest, ReplicaState? state, DateTimeOffset now)
    {
        var at = state ?? new(cluster, replica, newest, null, now, 0);
        return new(replica, cluster, at.NewestOf(newest), at.There, at.LagBehind(newest)?.TotalSeconds)
        {
            At = state?.At,
            Findings = at.Findings,
        };
    }

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var asked = ApiRequest.Parse(body, ApiJson.Plain.NewReplication);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                await RequireAsync(request, asked);
                var order = new ReplicationOrder
                {
                    Run = run,
                    RequestedBy = request.Caller.Id,
                    Cluster = asked.Cluster,
                    Replica = asked.Replica,
                };
                await RunStarts.StartAsync(request, stored => stored with { Replication = order });
            }
        );
    }

    private static async Task RequireAsync(ApiRequest request, NewReplication asked)
    {
        var environment = request.App.Environment;
        if (environment.Replicas.IsEmpty)
            throw new ProblemException(Problem.Conflict("this service has no replica: set HOLDFAST_REPLICAS (docs/settings.md)"));
        var errors = new List<ProblemError>();
        if (asked.Replica is { } name && !environment.Replicas.Any(r => r.Name == name))
            errors.Add(
                new("/replica", $"there is no replica '{name}'; there is {string.Join(", ", environment.Replicas.Select(r => r.Name))}")
            );
        if (asked.Cluster is { } cluster && !(await SealedPoints.ClustersAsync(environment.Vault, request.Cancellation)).Contains(cluster))
            errors.Add(new("/cluster", $"the vault holds nothing of cluster '{cluster}'"));
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the replication request is invalid", [.. errors]));
    }
}
