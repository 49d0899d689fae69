using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;

namespace Holdfast.Restore.Rules;

/// <summary>References to objects of a version that the target no longer has.</summary>
internal static class VersionReferenceRules
{
    /// <summary>The version that each old one leads to, and the release that dropped the old one.</summary>
    private static readonly (string ApiVersion, ServerRelease Since)[] Present =
    [
        ("apps/v1", new(1, 16)),
        ("networking.k8s.io/v1", new(1, 22)),
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "version-of-references",
            [KnownTypes.HorizontalPodAutoscalers, KnownTypes.ScaledObjects, KnownTypes.VerticalPodAutoscalers],
            "an autoscaler that names its target in a version that the target cluster has dropped (extensions, the betas of apps and "
                + "networking) names it in the present one",
            Follow
        ),
    ];

    private static void Follow(RuleSubject subject)
    {
        if (subject.Context.TargetVersion is not { } release)
            return;
        Update(subject.Spec.Object("scaleTargetRef"), release);
        Update(subject.Spec.Object("targetRef"), release);
        foreach (var metric in subject.Spec.Objects("metrics"))
            Update(metric.Object("object").Object("describedObject"), release);
    }

    private static void Update(JsonObject? reference, ServerRelease release)
    {
        if (reference.Text("apiVersion") is not { } apiVersion || reference.Text("kind") is not { } kind)
            return;
        foreach (var (present, since) in Present)
            if (!release.IsBefore(since) && ConversionTable.Between(apiVersion, present, kind) is not null)
                reference!["apiVersion"] = present;
    }
}
