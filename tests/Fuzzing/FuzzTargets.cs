using System.Collections.Immutable;
using Holdfast.Fuzzing.Tests.Targets;

namespace Holdfast.Fuzzing.Tests;

/// <summary>Every reader of bytes from outside.</summary>
internal static class FuzzTargets
{
    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        .. VaultTargets.All,
        .. ClusterTargets.All,
        .. KubeconfigTargets.All,
        .. ControlTargets.All,
        .. ManifestTargets.All,
        .. RestoreTargets.All,
        .. ApiTargets.All,
        .. TextTargets.All,
    ];

    public static FuzzTarget Of(string name) => All.Single(t => t.Name == name);
}
