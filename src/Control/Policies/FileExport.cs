using System.Collections.Immutable;

namespace Holdfast.Control.Policies;

/// <summary>
/// The files of volumes are also copied into the vault's account, by a Job in the protected cluster that runs an existing mover (restic).
/// A claim's annotation comes first (<see cref="Manifests.KnownLabels.Files"/>).
/// </summary>
/// <param name="Image">The container image with the mover and a shell, as a Pod names it. What it does is up to whoever chose it.</param>
public sealed record FileExport(string Image)
{
    public const string DefaultNamespace = "holdfast-files";
    public const int DefaultHours = 6;

    /// <summary>A capture waits no longer for data that is carried away.</summary>
    public const int MostHours = 12;

    /// <summary>Where the Jobs run: a namespace of Holdfast's own, since who reads Secrets there reads the mover's credentials.</summary>
    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary>Of the Jobs' Pods, for an image that is pulled with credentials; null: the namespace's. No token is mounted.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>Only claims in these; none: in every namespace.</summary>
    public ImmutableArray<string> Namespaces { get; init; } = [];

    /// <summary>Only claims with these labels, as for kubectl's <c>-l</c>; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>What the mover's container asks for, and may use; as Kubernetes writes it: <c>500m</c>.</summary>
    public string Cpu { get; init; } = "500m";

    /// <summary>The same: <c>1Gi</c>. restic needs about 1 GiB for a million files.</summary>
    public string Memory { get; init; } = "1Gi";

    /// <summary>Jobs of one capture at once.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>How long one Job may take, and how long its credentials are good for.</summary>
    public int Hours { get; init; } = DefaultHours;
}
