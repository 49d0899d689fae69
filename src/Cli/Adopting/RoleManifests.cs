using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Cli.Adopting;

/// <summary>One object that a cluster gets.</summary>
/// <param name="Text">As it is in <c>infra/kubernetes</c>, comments included, with the subject in its place.</param>
internal sealed record RoleManifest(string Text, JsonObject Object, ApiResource Type)
{
    public string Name => Object.Object("metadata").Text("name")!;

    public string? Namespace => Object.Object("metadata").Text("namespace");

    public override string ToString() => $"{Type.GroupResource}/{Name}{(Namespace is { } ns ? $" in {ns}" : "")}";
}

/// <summary>The manifests of <c>infra/kubernetes</c>, which this program carries, bound to whom they are for.</summary>
internal static class RoleManifests
{
    private const string Separator = "\n---\n";
    private const string Subjects = "subjects:\n";

    private static readonly ApiResource[] Types =
    [
        Type("", "v1", "namespaces", "Namespace", namespaced: false),
        Type("", "v1", "serviceaccounts", "ServiceAccount", namespaced: true),
        Type("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced: false),
        Type("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced: false),
        Type("rbac.authorization.k8s.io", "v1", "roles", "Role", namespaced: true),
        Type("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", namespaced: true),
        Type("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", namespaced: true),
    ];

    /// <remarks>
    /// A registration has one identity, so all roles are bound to it. The files' service accounts, and the namespace that holds them, are
    /// left out where they aren't the subject.
    /// </remarks>
    public static ImmutableArray<RoleManifest> Of(IEnumerable<RolePurpose> purposes, RoleSubject subject) =>
        [
            .. purposes
                .SelectMany(purpose => Read(RolePurposes.FileOf(purpose)).Split(Separator))
                .Select(text => Bound(text, subject))
                .Where(manifest => IsNeeded(manifest, subject)),
        ];

    /// <summary>One text that <c>kubectl apply -f -</c> takes.</summary>
    public static string ToYaml(IEnumerable<RoleManifest> manifests) =>
        string.Join(Separator, manifests.Select(m => m.Text.TrimEnd('\n'))) + "\n";

    private static RoleManifest Bound(string text, RoleSubject subject)
    {
        var subjects = text.IndexOf(Subjects, StringComparison.Ordinal);
        if (subjects >= 0)
            text = text[..subjects] + subject.ToYaml();
        var manifest = YamlJson.Read(text)!.AsObject();
        return new(text, manifest, Types.Single(t => t.Kind == manifest.Text("kind")));
    }

    private static bool IsNeeded(RoleManifest manifest, RoleSubject subject) =>
        manifest.Object.Text("kind") switch
        {
            "ServiceAccount" => subject.Kind == RoleSubjectKind.ServiceAccount
                && (manifest.Namespace, manifest.Name) == (subject.Namespace, subject.Name),
            "Namespace" => manifest.Name != RoleSubject.Default.Namespace || subject.Namespace == manifest.Name,
            _ => true,
        };

    private static string Read(string file)
    {
        using var stream = typeof(RoleManifests).Assembly.GetManifestResourceStream($"kubernetes/{file}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static ApiResource Type(string group, string version, string resource, string kind, bool namespaced) =>
        new(group, version, resource, kind, namespaced, []);
}
