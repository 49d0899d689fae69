using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Capture.Planning;

/// <summary>A scope without patterns, whose resources are named in full, and what of it this cluster doesn't have.</summary>
/// <param name="Gaps">What should be in the point and can't be.</param>
/// <param name="Warnings">What was to be left out and isn't there.</param>
internal sealed record CheckedScope(CaptureScope Scope, ImmutableArray<Gap> Gaps, ImmutableArray<string> Warnings);

/// <summary>
/// Compares a scope with what the cluster has: a selection that matches nothing is never captured silently. Resources may be named as
/// kubectl takes them (<c>deploy</c>, <c>deployments</c>, <c>deployments.apps</c>), namespaces by patterns: these stand for the namespaces
/// of the pinned revision.
/// </summary>
/// <param name="types">Every type that exists.</param>
/// <param name="unknown">Groups that discovery couldn't list: whether a type of theirs exists is unknown.</param>
internal sealed class ScopeCheck(PinnedRevision pinned, IReadOnlyCollection<ResourceType> types, IReadOnlySet<string> unknown)
{
    private const int MostShown = 20;

    private static readonly Dictionary<string, string> NoShortNames = [];
    private readonly HashSet<string> namespaces = [.. pinned.Namespaces];
    private readonly List<Gap> missing = [];
    private readonly List<string> needless = [];
    private readonly List<string> hidden = [];

    public static ScopeCheck Of(PinnedRevision pinned, ApiSurface surface, CustomTypes custom) =>
        new(
            pinned,
            [
                .. surface.Resources.Select(r => new ResourceType(r.Group, r.Version, r.Resource, r.Kind, r.Namespaced)),
                .. custom.All.Select(d => d.Type),
            ],
            surface.Failures.Select(f => f.Group).ToHashSet()
        );

    /// <param name="lenient">What is missing is noted, as long as something is left; else it is an error.</param>
    /// <exception cref="CaptureException">BadRequest, with everything that matches nothing and the nearest names.</exception>
    public CheckedScope Check(CaptureScope scope, bool lenient)
    {
        // Each is looked at: those that aren't there are noted.
        var isLeft = scope.Namespaces.Where(IsThere).ToArray().Length > 0;
        foreach (var ns in scope.ExcludedNamespaces.Where(ns => Named(ns).Length == 0))
            needless.Add($"nothing can be left out as '{ns}': {NoNamespace(ns)}");
        var full = scope with
        {
            Namespaces = Resolve(scope.Namespaces),
            ExcludedNamespaces = Resolve(scope.ExcludedNamespaces),
            IncludedResources = [.. scope.IncludedResources.Select(r => Find(r) ?? Missing(r))],
            ExcludedResources = [.. scope.ExcludedResources.Select(r => Find(r) ?? Needless(r))],
        };
        var nothingLeft = scope.Namespaces.Length > 0 && !isLeft;
        if (nothingLeft || (!lenient && missing.Count + needless.Count > 0))
        {
            var problems = missing.Select(m => m.Reason).Concat(hidden).Concat(lenient ? [] : needless);
            throw new CaptureException(CaptureFailure.BadRequest, [.. problems.Take(MostShown)]);
        }
        return new(full, [.. missing.Distinct()], Few([.. hidden.Concat(needless).Distinct()]));
    }

    private static ImmutableArray<string> Few(ImmutableArray<string> all) =>
        all.Length <= MostShown ? all : [.. all.Take(MostShown), $"and {all.Length - MostShown} more of the kind"];

    /// <summary>The namespaces that patterns stand for; a name that isn't there stays.</summary>
    private ImmutableArray<string> Resolve(ImmutableArray<string> texts) =>
        texts.Any(NamePattern.IsPattern)
            ? [.. texts.SelectMany(t => NamePattern.IsPattern(t) ? Named(t) : [t]).Distinct().Order(StringComparer.Ordinal)]
            : texts;

    private string[] Named(string text) =>
        NamePattern.IsPattern(text) ? [.. pinned.Namespaces.Where(ns => NamePattern.Matches(text, ns))]
        : namespaces.Contains(text) ? [text]
        : [];

    private bool IsThere(string text)
    {
        var named = Named(text);
        if (named.Length == 0)
            missing.Add(new(KnownTypes.Namespaces, text, NoNamespace(text)));
        else if (named.All(ns => pinned.Labelled.Contains(ns)))
            hidden.Add(
                $"namespace '{named[0]}'{(named.Length > 1 ? $" and {named.Length - 1} more" : "")} has the label "
                    + $"{KnownLabels.Exclude}=true, so nothing of it is captured, though it is asked for: remove the label, or don't "
                    + "name it"
            );
        else
            return true;
        return false;
    }

    private string NoNamespace(string text) =>
        NamePattern.IsPattern(text)
            ? $"the cluster has no namespace that matches '{text}'{Near(NamePattern.Stem(text), pinned.Namespaces)}"
            : $"the cluster has no namespace '{text}'{Near(text, pinned.Namespaces)}";

    /// <summary>The one group-resource that the text means, of several the core group's; null: it matches none.</summary>
    private string? Find(string text)
    {
        if (types.Any(t => t.GroupResource == text))
            return text;
        var found = KindNames.Find(text, types, NoShortNames).Select(t => t.GroupResource).Distinct().ToArray();
        return found switch
        {
            [] => unknown.Any(group => text.EndsWith("." + group, StringComparison.Ordinal)) ? text : null,
            [var only] => only,
            _ when Array.Find(found, f => !f.Contains('.')) is { } core => core,
            _ => throw new CaptureException(
                CaptureFailure.BadRequest,
                $"'{text}' means several resources: write {string.Join(" or ", found.Select(f => $"'{f}'"))}"
            ),
        };
    }

    private string Missing(string text)
    {
        missing.Add(new(text, null, NoResource(text)));
        return text;
    }

    private string Needless(string text)
    {
        needless.Add($"nothing can be left out as '{text}': {NoResource(text)}");
        return text;
    }

    private string NoResource(string text) =>
        $"the cluster has no resource '{text}'{Near(text, types.SelectMany(t => new[] { t.GroupResource, t.Resource }).Distinct())}";

    /// <summary>Searched only for the problems that are shown: each is compared with every name.</summary>
    private NearMatches? Near(string text, IEnumerable<string> names) =>
        missing.Count + needless.Count < MostShown ? NearMatches.Among(text, names) : null;
}
