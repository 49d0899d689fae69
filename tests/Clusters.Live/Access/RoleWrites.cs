using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>Roles that allow <c>watch</c>, which no role of infra/kubernetes does, and bindings to such.</summary>
internal static class RoleWrites
{
    private const string Rules = """ "rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["watch"]}] """;
    private const string Subjects = """ "subjects":[{"kind":"ServiceAccount","name":"till","namespace":"narrow"}] """;

    public static IReadOnlyList<(ApiResource Type, string? Namespace, string Manifest)> All { get; } =
    [
        (Type("clusterroles", "ClusterRole"), null, Rules),
        (Type("roles", "Role"), RoleAccount.Narrow, Rules),
        (Type("clusterrolebindings", "ClusterRoleBinding"), null, $"{Reference("ClusterRole", "cluster-admin")},{Subjects}"),
        (Type("rolebindings", "RoleBinding"), RoleAccount.Narrow, $"{Reference("Role", "watcher")},{Subjects}"),
    ];

    /// <summary>Asks the server for a dry run.</summary>
    public static async Task<WriteStatus> TryAsync(ClusterConnection connection, ApiResource type, string? ns, string content)
    {
        var manifest = $$"""{"apiVersion":"{{type.ApiVersion}}","kind":"{{type.Kind}}","metadata":{"name":"tried"},{{content}}}""";
        var options = new WriteOptions("tests") { DryRun = true };
        return (await new ResourceWriter(connection).CreateAsync(type, ns, Encoding.UTF8.GetBytes(manifest), options, default)).Status;
    }

    private static ApiResource Type(string plural, string kind) =>
        new("rbac.authorization.k8s.io", "v1", plural, kind, !kind.StartsWith("Cluster", StringComparison.Ordinal), []);

    private static string Reference(string kind, string name) =>
        $$""" "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{kind}}","name":"{{name}}"} """;
}
