using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>A role of a file of <c>infra/kubernetes</c>.</summary>
/// <param name="Namespace">Null: it is a ClusterRole.</param>
internal sealed record GrantedRole(string File, string Name, string? Namespace, ImmutableArray<GrantedRule> Rules)
{
    public string Key => $"{File} {Name}{(Namespace is null ? "" : $" in {Namespace}")}";
}

/// <summary>The files of <c>infra/kubernetes</c>, as they are.</summary>
internal static class RoleFiles
{
    public static readonly string Folder = Path.Combine(Repository.Root, "infra", "kubernetes");

    public static ImmutableArray<string> Paths => [.. Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal)];

    public static ImmutableArray<GrantedRole> Roles { get; } =
    [
        .. from path in Paths
        from manifest in YamlManifests.Parse(File.ReadAllText(path))
        where manifest.Text("kind") is "Role" or "ClusterRole"
        select new GrantedRole(
            Path.GetFileName(path),
            manifest.Object("metadata").Text("name")!,
            manifest.Object("metadata").Text("namespace"),
            [.. manifest["rules"]!.AsArray().Select(rule => GrantedRule.Of((JsonObject)rule!))]
        ),
    ];
}
