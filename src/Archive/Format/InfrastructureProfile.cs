using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Archive.Format;

/// <summary>
/// What a cluster runs on, as its cloud described it when the point was made: enough to make another one like it. Holds no secret.
/// Specified in docs/format.md, "Infrastructure".
/// </summary>
public sealed record InfrastructureProfile
{
    public const string FormatName = "holdfast-infrastructure";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What read it, and can make another: <c>aks</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The cloud's id of the cluster.</summary>
    public required string ResourceId { get; init; }

    /// <summary>As the cloud names it: <c>westeurope</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Of the control plane, without a <c>v</c>: <c>1.33.2</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>When the cloud was asked, UTC.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The cluster, its node pools and what it uses, sorted by type, then id.</summary>
    public required ImmutableArray<InfrastructureResource> Resources { get; init; }

    /// <summary>What the cloud said and isn't here, since it may be secret: places such as <c>ID properties.windowsProfile</c>.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];
}

/// <summary>One resource of the cloud.</summary>
/// <param name="Type">As the cloud names it: <c>Microsoft.ContainerService/managedClusters</c>.</param>
/// <param name="ApiVersion">Of the cloud's API that described it.</param>
/// <param name="Model">What the cloud says of it, without secrets.</param>
public sealed record InfrastructureResource(string Type, string Id, string ApiVersion, JsonElement Model);

/// <summary>What an inventory says of its point's infrastructure profile.</summary>
/// <param name="Digest">SHA-256 of <c>infrastructure.json.gz</c> as it lies in the vault.</param>
/// <param name="Bytes">Its length.</param>
public sealed record InfrastructureReference(ContentDigest Digest, int Bytes);
