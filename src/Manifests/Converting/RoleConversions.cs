using System.Collections.Immutable;

namespace Holdfast.Manifests.Converting;

/// <summary>Roles and their bindings.</summary>
internal static class RoleConversions
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Source = "kubernetes 1.21: pkg/apis/rbac/{v1alpha1,v1beta1}/conversion.go; deprecation guide, v1.22";
    private static readonly string[] Bindings = ["RoleBinding", "ClusterRoleBinding"];

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Same("roles", ["Role", "ClusterRole"], Source, $"{Group}/v1", $"{Group}/v1beta1", $"{Group}/v1alpha1"),
        Conversion.Same("role-bindings", Bindings, Source, $"{Group}/v1", $"{Group}/v1beta1"),
        Conversion.Reshape(
            "role-bindings-alpha",
            Bindings,
            [$"{Group}/v1alpha1"],
            $"{Group}/v1",
            "a subject's apiVersion becomes its apiGroup; the user * becomes the group system:authenticated, as it was understood",
            Source,
            Subjects
        ),
    ];

    private static void Subjects(ConvertedManifest binding)
    {
        foreach (var subject in binding.Manifest.Objects("subjects"))
        {
            var apiVersion = subject.Take("apiVersion")?.ToString();
            var group = subject.Text("kind") is "User" or "Group" ? Group : ManifestJson.GroupOf(apiVersion);
            if (group.Length > 0)
                subject.TryAdd("apiGroup", group);
            if (subject.Text("kind") == "User" && subject.Text("name") == "*")
                (subject["kind"], subject["name"]) = ("Group", "system:authenticated");
        }
    }
}
