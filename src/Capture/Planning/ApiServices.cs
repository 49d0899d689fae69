using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Machine.Faults;

namespace Holdfast.Capture.Planning;

/// <summary>
/// Discovery, with the groups that it keeps silent about: an API server whose aggregated API never answered since it started may leave the
/// group out instead of listing it as unreachable.
/// </summary>
internal static class ApiServices
{
    private static readonly ApiResource Type = new("apiregistration.k8s.io", "v1", "apiservices", "APIService", false, []);

    /// <exception cref="ClusterException">Discovery can't be read at all.</exception>
    public static async Task<ApiSurface> CompleteAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var (surface, registered) = (Discovery.ReadAsync(connection, cancellation), AggregatedAsync(connection, cancellation));
        await Task.WhenAll(surface, registered);
        return Complete(await surface, await registered);
    }

    internal static ApiSurface Complete(ApiSurface surface, IEnumerable<(string Group, string Version)> registered)
    {
        var known = surface.PreferredVersions.Keys.Concat(surface.Failures.Select(f => f.Group)).ToHashSet();
        return surface with
        {
            Failures =
            [
                .. surface.Failures,
                .. from api in registered.Distinct()
                where !known.Contains(api.Group)
                select new DiscoveryFailure(
                    $"{api.Group}/{api.Version}",
                    $"an APIService registers {api.Group}/{api.Version}, and "
                        + $"discovery doesn't list it: its backend has never answered. See the APIService {api.Version}.{api.Group}"
                ),
            ],
        };
    }

    /// <summary>Group versions that a service behind the API server answers for; none where they can't be read.</summary>
    private static async Task<List<(string Group, string Version)>> AggregatedAsync(
        ClusterConnection connection,
        CancellationToken cancellation
    )
    {
        var found = new List<(string, string)>();
        try
        {
            await FreshList.ReadAsync(
                new(connection),
                new(Type, null),
                found.Clear,
                (in ListedItem item) => Add(found, item.Json),
                cancellation
            );
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            // without the permission, or on a server without aggregation, discovery is all there is to go by; the type itself is in the
            // inventory
            found.Clear();
        }
        return found;
    }

    internal static void Add(List<(string, string)> found, ReadOnlySpan<byte> manifest)
    {
        try
        {
            var reader = new Utf8JsonReader(manifest, new JsonReaderOptions { MaxDepth = FormatLimits.ManifestDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            var spec = document.RootElement.GetProperty("spec"u8);
            if (spec.TryGetProperty("service"u8, out var service) && service.ValueKind == JsonValueKind.Object)
                found.Add((spec.GetProperty("group"u8).GetString()!, spec.GetProperty("version"u8).GetString()!));
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            // no such APIService can answer for anything
        }
    }
}
