using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>
/// A rule of a role, which allows what Kubernetes' RBAC lets it allow (kubernetes v1.34, pkg/apis/rbac/v1/evaluation_helpers.go): any of
/// its verbs on any of its resources in any of its groups, or on any of its paths. Immutable.
/// </summary>
internal sealed record GrantedRule(
    ImmutableArray<string> Verbs,
    ImmutableArray<string> Groups,
    ImmutableArray<string> Resources,
    ImmutableArray<string> Paths
)
{
    public static GrantedRule Of(JsonObject rule) =>
        new(Texts(rule, "verbs"), Texts(rule, "apiGroups"), Texts(rule, "resources"), Texts(rule, "nonResourceURLs"));

    public JsonObject ToJson() =>
        Paths.IsEmpty
            ? new()
            {
                ["verbs"] = Array(Verbs),
                ["apiGroups"] = Array(Groups),
                ["resources"] = Array(Resources),
            }
            : new() { ["verbs"] = Array(Verbs), ["nonResourceURLs"] = Array(Paths) };

    public bool Allows(AskedRequest request)
    {
        if (!Has(Verbs, request.Verb))
            return false;
        return request.Path is { } path
            ? Paths.Any(allowed => allowed.EndsWith('*') ? path.StartsWith(allowed[..^1], StringComparison.Ordinal) : path == allowed)
            : Has(Groups, request.Group) && (Has(Resources, request.Resource) || Resources.Contains(AllOfSubresource(request.Resource)));
    }

    /// <summary>Everything that can be taken out of it, each by itself.</summary>
    /// <returns>What is left; null: nothing.</returns>
    public IEnumerable<(string Part, GrantedRule? Left)> Parts()
    {
        foreach (var (part, left) in Without(Verbs, left => this with { Verbs = left }))
            yield return (part, left);
        foreach (var (part, left) in Without(Groups, left => this with { Groups = left }))
            yield return ($"group {part}", left);
        foreach (var (part, left) in Without(Resources, left => this with { Resources = left }))
            yield return (part, left);
        foreach (var (part, left) in Without(Paths, left => this with { Paths = left }))
            yield return (part, left);
    }

    public override string ToString() =>
        Paths.IsEmpty
            ? $"{string.Join(',', Verbs)} {string.Join(',', Resources)} of {string.Join(',', Groups.Select(NameOf))}"
            : $"{string.Join(',', Verbs)} {string.Join(',', Paths)}";

    private static IEnumerable<(string, GrantedRule?)> Without(
        ImmutableArray<string> all,
        Func<ImmutableArray<string>, GrantedRule> left
    ) => all.Select(one => (NameOf(one), all.Length > 1 ? left(all.Remove(one)) : null));

    /// <summary>The core group's is empty.</summary>
    private static string NameOf(string part) => part.Length > 0 ? part : "core";

    private static bool Has(ImmutableArray<string> allowed, string asked) => allowed.Contains("*") || allowed.Contains(asked);

    private static string AllOfSubresource(string resource) => resource.Split('/') is [_, var part] ? $"*/{part}" : "";

    private static JsonArray Array(ImmutableArray<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static ImmutableArray<string> Texts(JsonObject rule, string member) =>
        [.. (rule[member] as JsonArray ?? []).Select(text => (string?)text ?? "")];
}
