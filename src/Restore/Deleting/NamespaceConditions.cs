using System.Collections.Immutable;

namespace Holdfast.Restore.Deleting;

/// <summary>
/// Conditions of a namespace that is being deleted, which are true while its deletion can't continue (k8s.io/api/core/v1,
/// NamespaceConditionType).
/// </summary>
internal static class NamespaceConditions
{
    public static ImmutableArray<string> OfFailure { get; } =
    ["NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure", "NamespaceDeletionContentFailure"];
}
