using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Which addresses and node ports a Service can have in the target: those that no other Service holds, in the ranges that it gives from
/// as far as that can be known.
/// </summary>
internal sealed class LiveAddresses
{
    private const string ServerService = "default/kubernetes";

    private static readonly ResourceType ServiceType = new("", "v1", KnownTypes.Services, "Service", Namespaced: true);

    private readonly Dictionary<string, string> holders = new(StringComparer.Ordinal);
    private readonly List<IPNetwork> ranges = [];
    private readonly SortedSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>Those that were asked for and can't be had; null: none.</summary>
    public ImmutableArray<string>? Taken => taken.Count == 0 ? null : [.. taken];

    public static async Task<LiveAddresses> ReadAsync(PlanningRun run, CancellationToken cancellation)
    {
        var addresses = new LiveAddresses();
        if (run.Held is { } held)
            await foreach (var (_, service, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(KnownTypes.Services), cancellation))
                held.Add(KnownTypes.Services, service.Object("metadata").Text("namespace"), service.Object("metadata").Text("name") ?? "");
        await addresses.ListAsync(run, "", KnownTypes.Services, (in item) => addresses.Hold(run, item), cancellation);
        await addresses.ReadRangesAsync(run, cancellation);
        return addresses;
    }

    /// <summary>Null: the Service can have it.</summary>
    public string? WhyTaken(ObjectKey service, string address)
    {
        var why =
            holders.TryGetValue(address, out var holder) && holder != LiveObjects.KeyOf(service.Namespace, service.Name)
                ? $"Service {holder} of the target holds it"
            : IsOutside(address) ? "it isn't in the target's range"
            : null;
        if (why is not null)
            taken.Add(address);
        return why;
    }

    /// <summary>A number alone is a port, which <see cref="IPAddress"/> would take for an address.</summary>
    private bool IsOutside(string address) =>
        address.AsSpan().IndexOfAny('.', ':') >= 0
        && IPAddress.TryParse(address, out var ip)
        && ranges.Exists(r => r.BaseAddress.AddressFamily == ip.AddressFamily)
        && !ranges.Exists(r => r.Contains(ip));

    /// <summary>What a namespace that is being deleted holds is free once it is gone, and nothing in it is written before.</summary>
    private void Hold(PlanningRun run, in ListedItem item)
    {
        var ns = Encoding.UTF8.GetString(item.Namespace);
        if (run.Namespaces.IsTerminating(ns))
            return;
        var (service, name) = (ManifestJson.Parse(item.Json), Encoding.UTF8.GetString(item.Name));
        if (Goes(run, service, ns, name))
            return;
        foreach (var address in ChosenAddresses.Of(service.Object("spec")))
            holders.TryAdd(address, LiveObjects.KeyOf(ns, name));
    }

    /// <summary>A rollback deletes it before it writes any Service; what it might not delete counts as staying.</summary>
    private static bool Goes(PlanningRun run, JsonObject service, string ns, string name)
    {
        var metadata = service.Object("metadata");
        return run.Held is { } held
            && !held.Has(KnownTypes.Services, ns, name)
            && run.Filter.SelectsNamespace(ns)
            && run.Filter.SelectsType(ServiceType)
            && run.Filter.SelectsObject(ServiceType, ns, name, metadata.Object("labels"))
            && metadata.Array("finalizers") is not { Count: > 0 }
            && metadata.Array("ownerReferences") is not { Count: > 0 }
            && !CaptureExclusion.Is(service)
            && !run.Namespaces.IsExcluded(ns);
    }

    /// <summary>
    /// Servers publish their ranges since 1.31. Of an older one the address of its own Service shows the beginning: what is far from it is
    /// taken to be outside.
    /// </summary>
    private async Task ReadRangesAsync(PlanningRun run, CancellationToken cancellation)
    {
        await ListAsync(run, "networking.k8s.io", "servicecidrs", (in item) => AddRanges(item.Json), cancellation);
        if (ranges.Count > 0 || !run.Request.IntoOtherCluster)
            return;
        foreach (var (address, holder) in holders)
            if (holder == ServerService && IPAddress.TryParse(address, out var ip) && ip.GetAddressBytes() is { Length: 4 } bytes)
                ranges.Add(new(new([bytes[0], bytes[1], 0, 0]), 16));
    }

    private void AddRanges(ReadOnlySpan<byte> manifest)
    {
        foreach (var cidr in ManifestJson.Parse(manifest).Object("spec").Array("cidrs") ?? [])
            if (IPNetwork.TryParse(cidr?.ToString(), out var range))
                ranges.Add(range);
    }

    private async Task ListAsync(PlanningRun run, string group, string resource, ItemReceiver receiver, CancellationToken cancellation)
    {
        if (run.Target.Surface.Find(group, resource) is not { } type)
            return;
        try
        {
            await foreach (var _ in run.Target.List(new(type, null), receiver, cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            // What can't be seen is taken to be free: the server says so otherwise.
        }
    }
}
