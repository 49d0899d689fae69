using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>
/// A webhook of the target may deny what it would allow once its backend is itself again (its policies, its certificates): a denial isn't
/// final while this restore writes the backend. Thread-safe.
/// </summary>
internal sealed class DenyingWebhooks(ApplyContext context)
{
    private const string Before = "admission webhook \"";
    private const string After = "\" denied the request";

    private readonly Lock gate = new();
    private Task<ImmutableHashSet<string>>? restored;

    /// <summary>The answer is a denial by a webhook whose Service, or a workload beside it, this restore writes.</summary>
    public async Task<bool> MayAllowLaterAsync(WriteResult answer, CancellationToken cancellation)
    {
        if (NameIn(answer.Message ?? "") is not { } name)
            return false;
        Task<ImmutableHashSet<string>> reading;
        lock (gate)
            reading = restored is null or { IsFaulted: true } or { IsCanceled: true } ? restored = ReadAsync() : restored;
        return (await reading.WaitAsync(cancellation)).Contains(name);
    }

    // kube-apiserver, staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go
    private static string? NameIn(string message)
    {
        var start = message.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        if (start < Before.Length)
            return null;
        var end = message.IndexOf(After, start, StringComparison.Ordinal);
        return end < 0 ? null : message[start..end];
    }

    /// <summary>
    /// The live webhooks whose backend is restored, by name. Shared by all steps, so that none's cancellation may end it.
    /// </summary>
    private async Task<ImmutableHashSet<string>> ReadAsync()
    {
        var names = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var workloads = context
            .Plan.Steps.Where(s => s.Stage == RestoreStage.Workloads && PlanIndex.Writes(s))
            .Select(s => s.Namespace)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var kind in (string[])["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
            await ReadAsync(kind, (ns, service) => workloads.Contains(ns) || IsWritten(ns, service), names);
        return names.ToImmutable();
    }

    private async Task ReadAsync(string kind, Func<string, string, bool> isRestored, ImmutableHashSet<string>.Builder names)
    {
        if (context.Types.FindKind("admissionregistration.k8s.io", kind) is not { } type)
            return;
        try
        {
            await foreach (var _ in new ResourceLister(context.Target).ListAsync(new(type, null), Receive, CancellationToken.None)) { }
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            // Then its denials are final.
        }

        void Receive(in ListedItem item)
        {
            foreach (var webhook in ManifestJson.Parse(item.Json).Objects("webhooks"))
            {
                var service = webhook.Object("clientConfig").Object("service");
                if (
                    webhook.Text("name") is { } name
                    && service.Text("namespace") is { } ns
                    && service.Text("name") is { } backend
                    && isRestored(ns, backend)
                )
                    names.Add(name);
            }
        }
    }

    private bool IsWritten(string ns, string service) =>
        context.Index.Find(new ObjectKey(KnownTypes.Services, ns, service)) is { } step && PlanIndex.Writes(step);
}
