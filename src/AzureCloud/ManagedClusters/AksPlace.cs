using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>Where a new AKS cluster is to be. Pure.</summary>
internal sealed partial record AksPlace(AzureResourceId Id, string Region)
{
    /// <exception cref="CloudException">BadRequest, with all that is wrong.</exception>
    public static AksPlace Of(NewClusterRequest request, InfrastructureProfile? profile)
    {
        var problems = new List<string>();
        if (profile is null)
            problems.Add("the point doesn't say what its cluster ran on, and no profile was given (infrastructure)");
        else if (profile.Provider != AksClusters.ProviderName)
            problems.Add($"the profile is of '{profile.Provider}', not of an AKS cluster");
        var old = AzureResourceId.TryParse(profile?.ResourceId, out var parsed) ? parsed : null;
        var (subscription, group) = (request.Subscription ?? old?.Subscription, request.ResourceGroup ?? old?.ResourceGroup);
        var region = request.Region ?? profile?.Region;
        if (!Guid.TryParseExact(subscription, "D", out _))
            problems.Add($"'{subscription}' isn't the id of a subscription, which is a UUID");
        if (group is null || !GroupName().IsMatch(group))
            problems.Add($"'{group}' can't name a resource group");
        if (region is null || !RegionName().IsMatch(region))
            problems.Add($"'{region}' isn't the name of a region, such as westeurope");
        foreach (var (from, to) in request.Resources ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            foreach (var id in new[] { from, to })
            {
                if (!id.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) || id.EndsWith('/'))
                    problems.Add($"'{id}' isn't the id of an Azure resource or group, which begins with /subscriptions/ (resources)");
            }
        }
        return problems.Count == 0
            ? new(
                AzureResourceId.Parse($"/subscriptions/{subscription}/resourceGroups/{group}/providers/{AksApi.Clusters}/{request.Name}"),
                region!.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant()
            )
            : throw new NewClusterException($"the cluster '{request.Name}' can't be planned", problems);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.()-]{0,89}[A-Za-z0-9_()-]$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupName();

    [GeneratedRegex("^[A-Za-z0-9 ]{2,40}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionName();
}
