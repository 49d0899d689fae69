using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>The versions of Kubernetes that AKS offers in a region, and which of them is nearest to a wanted one. Pure.</summary>
internal sealed class KubernetesVersions
{
    private readonly ImmutableArray<Version> offered;

    private KubernetesVersions(ImmutableArray<Version> offered) => this.offered = offered;

    /// <param name="answer">Of <c>locations/REGION/kubernetesVersions</c>. Previews aren't offered.</param>
    /// <param name="longTerm">Also those that only the plan for long-term support has.</param>
    public static KubernetesVersions Of(JsonObject answer, bool longTerm) =>
        new([
            .. answer
                .Objects("values")
                .Where(minor => !minor.Flag("isPreview") && (longTerm || IsOfCommunity(minor)))
                .SelectMany(minor => minor.Object("patchVersions")?.Select(patch => patch.Key) ?? [])
                .Select(Parse)
                .OfType<Version>()
                .Order(),
        ]);

    public bool IsEmpty => offered.IsEmpty;

    public override string ToString() => string.Join(", ", offered);

    /// <returns>A version that is asked for by name: itself, or of a minor version its newest patch. Null: it isn't offered.</returns>
    public string? Asked(string text)
    {
        var wanted = Parse(text.Count('.') == 1 ? $"{text}.0" : text);
        if (wanted is null)
            return null;
        return text.Count('.') == 1
            ? offered.LastOrDefault(v => IsSameMinor(v, wanted))?.ToString()
            : offered.FirstOrDefault(v => v == wanted)?.ToString();
    }

    /// <summary>
    /// The same version; else of the same minor version the next patch, or the newest; else the next minor version's first patch, since
    /// objects are rather understood by a newer server; else the newest of all.
    /// </summary>
    /// <returns>Null: none is offered, or the text is no version.</returns>
    public string? Nearest(string text)
    {
        if (Parse(text) is not { } wanted)
            return null;
        var nearest =
            offered.FirstOrDefault(v => IsSameMinor(v, wanted) && v >= wanted)
            ?? offered.LastOrDefault(v => IsSameMinor(v, wanted))
            ?? offered.FirstOrDefault(v => v > wanted)
            ?? offered.LastOrDefault();
        return nearest?.ToString();
    }

    private static bool IsOfCommunity(JsonObject minor) =>
        minor.Object("capabilities")?["supportPlan"] is not JsonArray plans
        || plans.Any(plan => plan is JsonValue value && value.TryGetValue<string>(out var name) && name == "KubernetesOfficial");

    private static bool IsSameMinor(Version a, Version b) => (a.Major, a.Minor) == (b.Major, b.Minor);

    private static Version? Parse(string text) =>
        Version.TryParse(text.TrimStart('v'), out var version) && version.Build >= 0 ? version : null;
}
