using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Warns of what would make the deletion of a namespace hang: the server deletes what is in it type by type, and waits for each type that
/// it can't list.
/// </summary>
internal static class HangingDeletions
{
    public static async Task WarnAsync(PlanningRun run, CancellationToken cancellation)
    {
        var going = run.Draft.Steps.Where(s => s.Step is { Action: StepAction.Delete, Resource: KnownTypes.Namespaces }).ToList();
        if (going.Count == 0)
            return;
        var names = string.Join(", ", going.Select(s => s.Step.Name));
        foreach (var cause in await CausesAsync(run, cancellation))
            run.Warnings.Add($"the deletion of namespace {names} would hang: {cause}. Repair or delete that first");
    }

    private static async Task<IReadOnlyList<string>> CausesAsync(PlanningRun run, CancellationToken cancellation)
    {
        var causes = run.Target.Surface.Failures.Select(f => $"the target doesn't serve {f.GroupVersion} ({f.Message})").ToList();
        foreach (var service in await ListAsync(run, KnownTypes.ApiServices, cancellation))
            if (Condition(service, "Available", "False") is { } why)
                causes.Add($"API service {NameOf(service)} isn't available ({why})");
        foreach (var ns in await ListAsync(run, KnownTypes.Namespaces, cancellation))
        foreach (var type in NamespaceConditions.OfFailure)
            if (Condition(ns, type, "True") is { } why)
                causes.Add($"namespace {NameOf(ns)}, which is being deleted, says: {why}");
        var services = (await ListAsync(run, KnownTypes.Services, cancellation)).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        var backed = (await ListAsync(run, KnownTypes.EndpointSlices, cancellation)).Where(IsReady).Select(ServiceOf).ToHashSet();
        foreach (var crd in await ListAsync(run, KnownTypes.CustomResourceDefinitions, cancellation))
            if (Webhook(crd) is { } webhook && (!services.Contains(webhook) || !backed.Contains(webhook)))
                causes.Add(
                    $"Service {webhook}, which converts {NameOf(crd)}, "
                        + (services.Contains(webhook) ? "has no ready endpoint" : "isn't there")
                );
        return causes;
    }

    private static string? Condition(JsonObject live, string type, string status) =>
        live.Object("status").Objects("conditions").FirstOrDefault(c => c.Text("type") == type && c.Text("status") == status) is { } found
            ? found.Text("message") ?? found.Text("reason") ?? type
            : null;

    private static string? Webhook(JsonObject crd)
    {
        var conversion = crd.Object("spec").Object("conversion");
        var service = conversion.Object("webhook").Object("clientConfig").Object("service");
        return conversion.Text("strategy") == "Webhook" && service is not null
            ? $"{service.Text("namespace")}/{service.Text("name")}"
            : null;
    }

    private static bool IsReady(JsonObject slice) =>
        slice
            .Objects("endpoints")
            .Any(e => e.Object("conditions") is not { } conditions || conditions["ready"] is null || conditions.Flag("ready"));

    private static string ServiceOf(JsonObject slice)
    {
        var metadata = slice.Object("metadata");
        return $"{metadata.Text("namespace")}/{metadata.Object("labels").Text("kubernetes.io/service-name")}";
    }

    private static string KeyOf(JsonObject live) => $"{live.Object("metadata").Text("namespace")}/{NameOf(live)}";

    private static string NameOf(JsonObject live) => live.Object("metadata").Text("name") ?? "";

    /// <summary>What can't be listed is taken to be well, with a warning.</summary>
    private static async Task<IReadOnlyList<JsonObject>> ListAsync(PlanningRun run, string groupResource, CancellationToken cancellation)
    {
        var found = new List<JsonObject>();
        if (run.Target.Surface.Resources.FirstOrDefault(r => r.GroupResource == groupResource) is not { } type)
            return found;
        try
        {
            await foreach (var _ in run.Target.List(new(type, null), Receive, cancellation)) { }
        }
        catch (ClusterException hidden)
            when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound or ClusterFailure.Broken)
        {
            found.Clear();
            run.Warnings.Add(
                $"whether the deletion of a namespace would hang wasn't checked with {groupResource}, which can't be listed: "
                    + hidden.Message
            );
        }
        return found;

        void Receive(in ListedItem item)
        {
            try
            {
                found.Add(ManifestJson.Parse(item.Json));
            }
            catch (JsonException)
            {
                // one that can't be read says nothing
                return;
            }
        }
    }
}
