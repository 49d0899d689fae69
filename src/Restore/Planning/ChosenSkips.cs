using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Rules whose objects may be missed: whether the target has them is looked up, so that a plan can name them. Pure.</summary>
internal static class ChosenSkips
{
    private static readonly HashSet<string> Rules = new(StringComparer.Ordinal)
    {
        NeverRules.SystemNamespaces,
        NeverRules.EditedRbac,
        "pod-finished",
        "job-finished",
        "meta-terminating",
        "snapshot-unbound",
        "snapshot-content-without-handle",
    };

    /// <param name="rule">The id of the rule that skips the object.</param>
    public static bool Has(string rule, JsonObject manifest) =>
        Rules.Contains(rule) && (manifest.Object("metadata") is not { } metadata || OwnedRules.Controller(metadata) is null);
}
