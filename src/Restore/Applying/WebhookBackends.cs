using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <param name="Refused">The step's outcome, when it may not be written now.</param>
/// <param name="Note">What to say when it is written all the same.</param>
internal sealed record BackendCheck(StepOutcome? Refused, string? Note)
{
    public static readonly BackendCheck Passed = new(null, null);
}

/// <summary>
/// An admission webhook whose Service is part of this restore waits for the Service's endpoints: before them it would refuse every write,
/// or let every one pass unseen. It doesn't wait for endpoints that nothing in the target will bring. Thread-safe.
/// </summary>
internal sealed class WebhookBackends(ApplyContext context)
{
    private readonly EndpointSources sources = new(context);

    /// <param name="last">No later attempt: what ignores its failures is written with a note, the rest fails.</param>
    public async Task<BackendCheck> CheckAsync(WorkItem item, bool last, CancellationToken cancellation)
    {
        if (
            item.Step.Stage != RestoreStage.Admission
            || item.Type.Resource is not ("validatingwebhookconfigurations" or "mutatingwebhookconfigurations")
        )
            return BackendCheck.Passed;
        string? waitsFor = null;
        var (strict, hopeless) = (false, false);
        foreach (var webhook in item.Body.Objects("webhooks"))
        {
            var service = webhook.Object("clientConfig").Object("service");
            if (
                service.Text("namespace") is not { } ns
                || service.Text("name") is not { } name
                || !IsRestored(ns, name)
                || await HasEndpointsAsync(ns, name, cancellation)
            )
                continue;
            waitsFor = $"{name} in {ns}";
            hopeless |= !last && !await sources.AnyAsync(ns, name, cancellation);
            strict |= (webhook.Text("failurePolicy") ?? "Fail") != "Ignore";
        }
        if (waitsFor is null)
            return BackendCheck.Passed;
        var isFinal = last || hopeless;
        return isFinal && !strict
            ? new(null, $"its Service {waitsFor} has no endpoints yet; until then its webhooks are passed over (failurePolicy Ignore)")
            : new(new(item.Step.Number, isFinal ? OutcomeKind.Failed : OutcomeKind.Deferred, Refusal(waitsFor, isFinal)), null);
    }

    private static string Refusal(string service, bool isFinal) =>
        isFinal
            ? $"its Service {service} has no endpoints, and with failurePolicy Fail it would refuse every write it is asked about. "
                + "Once the Service's pods are ready, plan again: what is restored already stays unchanged"
            : $"its Service {service} has no endpoints yet";

    private bool IsRestored(string ns, string service) =>
        context.Index.Find(new ObjectKey(KnownTypes.Services, ns, service)) is { Action: not StepAction.Delete };

    private async Task<bool> HasEndpointsAsync(string ns, string service, CancellationToken cancellation) =>
        await InEndpointsAsync(ns, service, cancellation) || await InSlicesAsync(ns, service, cancellation);

    private async Task<bool> InEndpointsAsync(string ns, string service, CancellationToken cancellation)
    {
        if (context.Types.FindKind("", "Endpoints") is not { } type)
            return false;
        var answer = await context.Writer.GetAsync(type, ns, service, cancellation);
        return answer.Status == WriteStatus.Done
            && ManifestJson.Parse(answer.Body.Span).Objects("subsets").Any(s => s.Array("addresses") is { Count: > 0 });
    }

    // Endpoints are deprecated since 1.33, and a cluster may do without the controller that makes them: what proxies read is the slices.
    private async Task<bool> InSlicesAsync(string ns, string service, CancellationToken cancellation)
    {
        if (context.Types.FindKind("discovery.k8s.io", "EndpointSlice") is not { } type)
            return false;
        var ready = false;
        var request = new ListRequest(type, ns) { LabelSelector = $"kubernetes.io/service-name={service}" };
        try
        {
            await foreach (
                var _ in new ResourceLister(context.Target).ListAsync(
                    request,
                    (in ListedItem slice) => ready |= HasReady(slice.Json),
                    cancellation
                )
            ) { }
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            // Then the endpoints alone decide.
        }
        return ready;
    }

    /// <summary>A condition that isn't there counts as true.</summary>
    private static bool HasReady(ReadOnlySpan<byte> slice) =>
        ManifestJson
            .Parse(slice)
            .Objects("endpoints")
            .Any(e =>
                e.Array("addresses") is { Count: > 0 }
                && e.Object("conditions") is var c
                && (c?.ContainsKey("ready") != true || c.Flag("ready"))
            );
}
