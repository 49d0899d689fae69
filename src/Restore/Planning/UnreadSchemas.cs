using System.Globalization;
using Holdfast.Clusters;
using Holdfast.Clusters.Schemas;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Types of which something is decided although the target's schema can't be read: one warning for each cause, with the types.
/// </summary>
internal sealed class UnreadSchemas
{
    private const int Named = 10;

    private readonly Dictionary<(string Where, ClusterFailure Failure), Cause> causes = [];

    /// <summary>An object of the type is written, or the plan says what an update does to it.</summary>
    public void Look(string groupResource, MergeRules rules)
    {
        if (rules.Unread is not { } unread)
            return;
        if (!causes.TryGetValue((Where(unread), unread.Failure), out var cause))
            causes[(Where(unread), unread.Failure)] = cause = new(unread);
        cause.Types.Add(groupResource);
    }

    public IEnumerable<string> Warnings() => causes.Values.Select(Warning);

    /// <summary>
    /// Each definition has a path of its own, and so has each group's part of OpenAPI, where a permission is for all of them.
    /// </summary>
    private static string Where(UnreadSchema unread)
    {
        if (unread.IsDefinition)
            return "definitions";
        return unread.Failure == ClusterFailure.Forbidden ? "openapi" : unread.Path;
    }

    private static string Warning(Cause cause)
    {
        var names = string.Join(", ", cause.Types.Take(Named));
        var more = cause.Types.Count > Named ? $" and {(cause.Types.Count - Named).ToString(CultureInfo.InvariantCulture)} more" : "";
        return $"the target's schema of {names}{more} can't be read, so this plan can't foresee which lists an update of them merges, nor "
            + $"which of their fields the target will drop; {Advice(cause.First)}, and plan again: {cause.First.Reason}";
    }

    private static string Advice(UnreadSchema unread) =>
        (unread.Failure, unread.IsDefinition) switch
        {
            (ClusterFailure.Forbidden, true) => "grant 'get' on customresourcedefinitions.apiextensions.k8s.io",
            (ClusterFailure.Forbidden, false) =>
                "grant 'get' on the URLs /openapi/v2, /openapi/v3 and /openapi/v3/* (the role system:discovery has them)",
            (ClusterFailure.TooLarge, _) => "let more be read of one answer",
            _ => "see to it that the server answers",
        };

    private sealed record Cause(UnreadSchema First)
    {
        public SortedSet<string> Types { get; } = new(StringComparer.Ordinal);
    }
}
