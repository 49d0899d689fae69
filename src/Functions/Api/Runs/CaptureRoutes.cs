using System.Collections.Immutable;
using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Functions.Api.Control;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Captures on request.</summary>
internal static class CaptureRoutes
{
    public static readonly ApiRoute Start = RunStarts.Route(
        "/captures",
        "captures.start",
        "Capture clusters now",
        ApiJson.Plain.NewCapture,
        "The run was started",
        StartAsync
    ) with
    {
        WritesVault = true,
    };

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var capture = ApiRequest.Parse(body, ApiJson.Plain.NewCapture);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                var order = await OrderAsync(request, capture, run);
                await RunStarts.StartAsync(
                    request,
                    stored =>
                        order is { Clusters: [var only], Unusable.IsEmpty: true }
                            ? stored with
                            {
                                Capture = order.Alone(only),
                            }
                            : stored with
                            {
                                Fleet = order,
                            }
                );
            }
        );
    }

    private static async Task<FleetOrder> OrderAsync(ApiRequest request, NewCapture capture, RunId run)
    {
        var now = request.App.Time.GetUtcNow();
        var errors = new List<ProblemError>();
        var documents = new ControlDocuments(request.App.Environment.Control);
        var policy = capture.Policy is { } name ? await PolicyAsync(documents, name, errors, request.Cancellation) : null;
        Contradictions(capture, errors);
        var hooks = capture.Hooks is { } given ? RequestedHooks.Read(given) : null;
        errors.AddRange(hooks is null ? [] : ControlErrors.Errors(hooks.Problems));
        if (capture.Policy is null)
            errors.AddRange(RequestRules.Check(capture.Request(), now).Select(p => new ProblemError(p.Member, p.Message)));
        var covered = capture.Clusters.IsEmpty
            ? await CoveredAsync(documents, policy, errors, request.Cancellation)
            : new(await NamedAsync(documents, capture, policy, errors, request.Cancellation), []);
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the capture request is invalid", [.. errors]));
        var order = policy is null
            ? FleetOrder.Of(capture.Request(), covered.Usable, run, request.Caller.Id)
            : FleetOrder.Under(policy, covered.Usable, run, request.Caller.Id, now);
        return order with
        {
            Unusable = covered.Unusable,
            Request = order.Request with
            {
                Full = capture.Full,
                NewIncarnation = capture.NewIncarnation,
                RequestedHooks = hooks?.Document?.Hooks,
            },
        };
    }

    private static void Contradictions(NewCapture capture, List<ProblemError> errors)
    {
        if (capture.Policy is not null && capture.Scope is not null)
            errors.Add(new("/scope", "the policy says what is captured: leave one of them out"));
        if (capture.Policy is not null && capture.Volumes is not null)
            errors.Add(new("/volumes", "the policy says how volumes are protected: leave one of them out"));
        if (capture.Policy is not null && capture.KeepUntil is not null)
            errors.Add(new("/keepUntil", "the policy says how long storage refuses deletion: leave one of them out"));
        if (capture.KeepMode is not null && capture.KeepUntil is null)
            errors.Add(new("/keepMode", "it says how firmly storage refuses deletion until keepUntil: give that, or leave it out"));
        if (capture.NewIncarnation && capture.Clusters.Length != 1)
            errors.Add(new("/newIncarnation", "name exactly one cluster: a new incarnation is confirmed cluster by cluster"));
    }

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
}
