using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Control.Infrastructure;

/// <summary>Which new cluster is wanted.</summary>
/// <remarks>Checked by the provider, which says all that is wrong at once.</remarks>
public sealed record NewClusterRequest
{
    /// <summary>The provider of clusters that their owners made and registered.</summary>
    public const string Registered = "registered";

    /// <summary>The name to register it under, and its own name where it is made.</summary>
    public required ClusterName Name { get; init; }

    /// <summary>Who makes it: <c>aks</c>, or <see cref="Registered"/>; null: whoever the profile is of.</summary>
    public string? Provider { get; init; }

    /// <summary>Null: the profile's.</summary>
    public string? Region { get; init; }

    /// <summary>Null: the profile's.</summary>
    public string? Subscription { get; init; }

    /// <summary>Null: the profile's.</summary>
    public string? ResourceGroup { get; init; }

    /// <summary><c>1.33.2</c>, or <c>1.33</c> for its newest patch; null: the profile's, or the nearest that can be had.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>
    /// Ids of resources that the profile's cluster uses (subnets, identities), or of groups of them, and what stands for each. Null: each
    /// stays.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? Resources { get; init; }

    /// <summary>The profile to make it from, in place of the point's. Null: the point's.</summary>
    public JsonElement? Infrastructure { get; init; }
}
