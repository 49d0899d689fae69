using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>CronJobs and disruption budgets.</summary>
internal static class BatchConversions
{
    private const string Beta = "policy/v1beta1";
    private const string Stable = "policy/v1";

    // The server's own words for a selector that one of the versions can't say with {}: it strips the key from any other selector.
    private const string Key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
    private const string Source = "kubernetes: pkg/apis/policy/helper.go, pkg/apis/policy/{v1,v1beta1}/conversion.go";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Same(
            "cron-jobs",
            ["CronJob"],
            "kubernetes 1.21: pkg/apis/batch/{v1,v1beta1}/types.go; deprecation guide, v1.25",
            "batch/v1",
            "batch/v1beta1",
            "batch/v2alpha1"
        ),
        Conversion.Reshape(
            "disruption-budgets",
            ["PodDisruptionBudget"],
            [Beta],
            Stable,
            "an empty selector, which selected no Pod in v1beta1 and selects every one in v1, becomes one that still selects none (the key "
                + "that the server itself uses for that), and the other way round; a missing selector selects none in both",
            Source,
            subject => Swap(subject, empty: "Exists", spelled: "DoesNotExist")
        ),
        Conversion.Reshape(
            "disruption-budgets-older",
            ["PodDisruptionBudget"],
            [Stable],
            Beta,
            "an empty selector, which selects every Pod in v1 and none in v1beta1, becomes one that still selects every one, and the other "
                + "way round",
            Source,
            subject => Swap(subject, empty: "DoesNotExist", spelled: "Exists")
        ),
    ];

    /// <param name="empty">The operator that says what the old version meant by an empty selector.</param>
    /// <param name="spelled">The operator that the old version needed for what the new one means by an empty selector.</param>
    private static void Swap(ConvertedManifest subject, string empty, string spelled)
    {
        if (subject.Spec is not { } spec || spec.Object("selector") is not { } selector)
            return;
        if (selector.Object("matchLabels") is { Count: > 0 })
            return;
        var expressions = selector.Objects("matchExpressions").ToList();
        if (expressions.Count == 0)
            spec["selector"] = new JsonObject
            {
                ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = Key, ["operator"] = empty }),
            };
        else if (expressions is [var only] && only.Text("key") == Key && only.Text("operator") == spelled)
            spec["selector"] = new JsonObject();
    }
}
