using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Repeating;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Captures that somebody asks for.</summary>
internal static class CaptureRoutes
{
    public static readonly ApiRoute Start = RunStarts.Route(
        "/captures",
        "captures.start",
        "Capture clusters now",
        ApiJson.Plain.NewCapture,
        "The run was started",
        StartAsync
    );

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var capture = ApiRequest.Parse(body, ApiJson.Plain.NewCapture);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var (clusters, terms) = await TermsAsync(request, capture);
                await RunStarts.StartAsync(
                    request,
                    kept =>
                        clusters is [var only] && terms.Unusable.IsEmpty
                            ? kept with
                            {
                                Capture = One(run, only, terms, capture, request.Caller),
                            }
                            : kept with
                            {
                                Fleet = terms with { Run = run, Clusters = clusters, RequestedBy = request.Caller.Id },
                            }
                );
            }
        );
    }

    private static CaptureOrder One(RunId run, ClusterName cluster, FleetOrder terms, NewCapture capture, Caller caller) =>
        new()
        {
            Run = run,
            Cluster = cluster,
            RequestedBy = caller.Id,
            NewIncarnation = capture.NewIncarnation,
            Registration = terms.Registrations.TryGetValue(cluster.ToString(), out var registration) ? registration : null,
            Policy = terms.Policy,
            PolicyDocument = terms.PolicyDocument,
            Scope = terms.Scope,
            KeepUntil = terms.KeepUntil,
            Full = terms.Full,
            ExpectedAbsentGroups = terms.ExpectedAbsentGroups,
            Units = terms.Units,
            Attempts = terms.Attempts,
        };

    private static async Task<(ImmutableArray<ClusterName> Clusters, FleetOrder Terms)> TermsAsync(ApiRequest request, NewCapture capture)
    {
        var errors = new List<ProblemError>();
        var documents = new ControlDocuments(request.App.Environment.Control);
        var policy = capture.Policy is { } name ? await PolicyAsync(documents, name, errors, request.Cancellation) : null;
        Contradictions(capture, errors);
        if (capture.Policy is null)
            errors.AddRange(Malformed(capture, request.App.Time.GetUtcNow()));
        var covered = capture.Clusters.IsEmpty
            ? await CoveredAsync(documents, policy, errors, request.Cancellation)
            : new(await NamedAsync(documents, capture, policy, errors, request.Cancellation), []);
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the capture can't be begun as it is asked for", [.. errors]));
        return (
            [.. covered.Usable.Select(c => c.Name)],
            Terms(capture, policy, covered.Usable, request.App.Time.GetUtcNow()) with
            {
                Unusable = covered.Unusable,
            }
        );
    }

    private static void Contradictions(NewCapture capture, List<ProblemError> errors)
    {
        if (capture.Policy is not null && capture.Scope is not null)
            errors.Add(new("/scope", "the policy says what is captured: leave one of them out"));
        if (capture.Policy is not null && capture.KeepUntil is not null)
            errors.Add(new("/keepUntil", "the policy says how long storage refuses deletion: leave one of them out"));
        if (capture.NewIncarnation && capture.Clusters.Length != 1)
            errors.Add(new("/newIncarnation", "name exactly one cluster: which one is a new one is a decision for each"));
    }

    private static IEnumerable<ProblemError> Malformed(NewCapture capture, DateTimeOffset now) =>
        RequestRules.Check(capture.Scope?.Scope() ?? new(), capture.KeepUntil, [], now).Select(p => new ProblemError(p.Member, p.Message));

    /// <summary>All that the policy is for. Those that can't be captured are failures of the run, unless nothing else is left.</summary>
    private static async Task<CoveredClusters> CoveredAsync(
        ControlDocuments documents,
        ProtectionPolicy? policy,
        List<ProblemError> errors,
        CancellationToken cancellation
    )
    {
        var covered = policy is null ? new([], []) : CoveredClusters.Of(policy, await documents.AllClustersAsync(cancellation));
        if (covered.Usable.IsEmpty)
            errors.AddRange(
                covered.Unusable.Select(one => new ProblemError("/policy", $"policy '{policy!.Name}' is for '{one.Cluster}': {one.Reason}"))
            );
        if (covered.IsEmpty && errors.Count == 0)
            errors.Add(
                policy is null
                    ? new("/clusters", "name one cluster or more, or a policy")
                    : new("/policy", $"policy '{policy.Name}' covers no registered cluster")
            );
        return covered;
    }

    private static async Task<ProtectionPolicy?> PolicyAsync(
        ControlDocuments documents,
        string name,
        List<ProblemError> errors,
        CancellationToken cancellation
    )
    {
        if (PolicyName.TryParse(name, out var policy) && await documents.ReadPolicyAsync(policy, cancellation) is { } kept)
        {
            if (!kept.IsValid)
                errors.Add(new("/policy", kept.Trouble));
            return kept.Document;
        }
        errors.Add(new("/policy", $"there is no policy '{name}'"));
        return null;
    }

    private static async Task<ImmutableArray<ClusterRegistration>> NamedAsync(
        ControlDocuments documents,
        NewCapture capture,
        ProtectionPolicy? policy,
        List<ProblemError> errors,
        CancellationToken cancellation
    )
    {
        var named = ImmutableArray.CreateBuilder<ClusterRegistration>();
        var covers = policy?.Clusters.Matcher();
        foreach (var (index, name) in capture.Clusters.Index())
        {
            var kept = await documents.ReadClusterAsync(name, cancellation);
            if (capture.Clusters.IndexOf(name) < index)
                errors.Add(new($"/clusters/{index}", $"'{name}' is listed twice"));
            else if (kept?.Document is not { } cluster)
                errors.Add(
                    new(
                        $"/clusters/{index}",
                        kept is null ? $"no cluster '{name}' is registered" : $"the registration of '{name}' can't be used. {kept.Trouble}"
                    )
                );
            else if (covers?.Invoke(cluster) == false)
                errors.Add(new($"/clusters/{index}", $"policy '{policy!.Name}' doesn't cover '{name}'"));
            else
                named.Add(cluster);
        }
        return named.ToImmutable();
    }

    /// <summary>Run and requester are the caller's to fill in.</summary>
    private static FleetOrder Terms(
        NewCapture capture,
        ProtectionPolicy? policy,
        ImmutableArray<ClusterRegistration> clusters,
        DateTimeOffset now
    )
    {
        if (policy is not null)
            return FleetOrder.Under(policy, clusters, default, "", now) with { Full = capture.Full };
        return new()
        {
            Run = default,
            Clusters = [],
            RequestedBy = "",
            Registrations = FleetOrder.Documents(clusters),
            Scope = capture.Scope?.Scope() ?? new(),
            KeepUntil = capture.KeepUntil,
            Full = capture.Full,
        };
    }
}
