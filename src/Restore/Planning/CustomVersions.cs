using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Custom types that the target serves in other versions than the captured one. With the conversion strategy None, a server shows an
/// object in any version of its definition by changing nothing but the apiVersion: what the source's or the target's own server would do,
/// a restore does. Any other conversion only the definition's webhook knows.
/// </summary>
internal sealed class CustomVersions(RestoreTarget target, TargetTypes types, PointFacts facts)
{
    private readonly HashSet<string> learned = new(StringComparer.Ordinal);
    private Dictionary<string, JsonObject>? live;

    /// <summary>Reads what the definitions say about the type, where it matters. Each type once.</summary>
    public async Task LearnAsync(ResourceType type, CancellationToken cancellation)
    {
        if (!types.IsServedOtherwise(type) || !learned.Add(type.GroupResource))
            return;
        live ??= await ListAsync(cancellation);
        var ofPoint = await facts.CrdAsync(type, cancellation);
        var ofTarget = live.GetValueOrDefault(type.GroupResource);
        var equal = Equal(ofTarget, type.Version).Concat(Equal(ofPoint, type.Version)).Distinct(StringComparer.Ordinal);
        types.Learn(type, new([.. equal], Advice(type, ofTarget)));
    }

    /// <summary>The versions that the definition says are equal in shape to this one.</summary>
    private static IEnumerable<string> Equal(JsonObject? definition, string version)
    {
        var versions = VersionsOf(definition);
        return versions.Contains(version) && (definition.Object("spec").Object("conversion").Text("strategy") ?? "None") == "None"
            ? versions.Where(v => v != version)
            : [];
    }

    private static ImmutableArray<string> VersionsOf(JsonObject? definition) =>
        [.. definition.Object("spec").Objects("versions").Select(v => v.Text("name")).OfType<string>()];

    private static string Advice(ResourceType type, JsonObject? definition) =>
        VersionsOf(definition).Contains(type.Version)
            ? $"the definition in the target has {type.Version} and doesn't serve it: set served: true for it there, restore, and set it "
                + "back; the target's webhook then converts the objects"
            : "no definition says that they are equal in shape (conversion strategy None). Install a release of what brings the definition "
                + $"that serves {type.Version}, restore, and update it then";

    /// <summary>What may not be listed says nothing.</summary>
    private async Task<Dictionary<string, JsonObject>> ListAsync(CancellationToken cancellation)
    {
        var definitions = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (types.OfKind("apiextensions.k8s.io", "CustomResourceDefinition") is not { } type)
            return definitions;
        try
        {
            await foreach (var _ in target.List(new(type, null), Receive, cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            definitions.Clear();
        }
        return definitions;

        void Receive(in ListedItem item)
        {
            var definition = ManifestJson.Parse(item.Json);
            definition["apiVersion"] = type.ApiVersion;
            definitions[Encoding.UTF8.GetString(item.Name)] = PointFacts.VersionsOnly(definition);
        }
    }
}
