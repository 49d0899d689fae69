using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Capture;

/// <summary>One thing that is wrong with a capture's request.</summary>
/// <param name="Member">Which member is wrong, as a JSON pointer: <c>/scope/namespaces/0</c>, <c>/keepUntil</c>.</param>
/// <param name="Message">What is wrong and why, for a person.</param>
public sealed record RequestProblem(string Member, string Message);

/// <summary>
/// What a request must be before any cluster is asked: the command line, the API and the first step of every capture check it by these
/// rules; policies are read by the same rules of names.
/// Whether what is named exists is decided by <see cref="Planning.ScopeCheck"/>.
/// </summary>
public static class RequestRules
{
    /// <summary>All that is wrong, at once; empty when nothing is.</summary>
    /// <param name="now">Storage can only be asked to refuse deletion until a later time. A policy's run that had to wait may be too late
    /// for that, and captures all the same.</param>
    public static ImmutableArray<RequestProblem> Check(CaptureRequest request, DateTimeOffset now) =>
        [
            .. Scope(request.Scope),
            .. Names(NameRule.Group, "/expectedAbsentGroups", request.ExpectedAbsentGroups),
            .. request.UnderPolicy ? [] : Until(request.KeepUntil, now),
        ];

    private static IEnumerable<RequestProblem> Scope(CaptureScope scope) =>
        [
            .. Names(NamePattern.Namespaces, "/scope/namespaces", scope.Namespaces),
            .. Names(NamePattern.Namespaces, "/scope/excludedNamespaces", scope.ExcludedNamespaces),
            .. Names(NameRule.Resource, "/scope/excludedResources", scope.ExcludedResources),
            .. Names(NameRule.Resource, "/scope/includedResources", scope.IncludedResources),
            .. Both("/scope/excludedNamespaces", scope.ExcludedNamespaces, scope.Namespaces),
            .. Both("/scope/excludedResources", scope.ExcludedResources, scope.IncludedResources),
            .. Selector(scope.LabelSelector),
        ];

    private static IEnumerable<RequestProblem> Names(NameRule rule, string member, IEnumerable<string> names) =>
        from name in names.Index()
        where !rule.IsValid(name.Item)
        select new RequestProblem($"{member}/{name.Index}", $"'{Quoted.Short(name.Item)}' {rule.What}: {rule.Why}, such as {rule.Example}");

    private static IEnumerable<RequestProblem> Both(string member, IReadOnlyList<string> excluded, IReadOnlyList<string> wanted) =>
        from name in excluded.Index()
        where wanted.Contains(name.Item, StringComparer.Ordinal)
        select new RequestProblem(
            $"{member}/{name.Index}",
            $"'{Quoted.Short(name.Item)}' can't be both captured and left out: remove it from one of the two"
        );

    private static IEnumerable<RequestProblem> Selector(string? selector)
    {
        if (selector is not null && LabelSelector.TryParse(selector, out var error) is null)
            yield return new("/scope/labelSelector", error!);
        else if (string.IsNullOrWhiteSpace(selector) && selector is not null)
            yield return new("/scope/labelSelector", "the label selector is empty: leave it out to capture everything");
    }

    private static IEnumerable<RequestProblem> Until(DateTimeOffset? keepUntil, DateTimeOffset now)
    {
        if (keepUntil <= now)
            yield return new("/keepUntil", $"{keepUntil:u} is in the past: storage can refuse deletion only until a later time");
    }
}
