using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Rules;

/// <summary>One manifest and the surroundings that rules may ask for.</summary>
internal sealed record RuleCase
{
    public static readonly RestoreRequest Plain = new()
    {
        Cluster = ClusterName.Parse("prod"),
        Point = PointId.TryParse("20261122T053000Z-1a2b3c", out var id) ? id : default,
    };

    public RestoreRequest Request { get; init; } = Plain;
    public bool OwnerComesBack { get; init; } = true;

    /// <summary>The owner isn't in the target yet.</summary>
    public bool OwnerIsCreated { get; init; } = true;

    /// <summary>The request names the object.</summary>
    public bool IsNamed { get; init; }
    public bool WithoutDefault { get; init; }

    /// <summary>Addresses and ports that other Services of the target hold.</summary>
    public string[] Taken { get; init; } = [];
    public string? PointVersion { get; init; }
    public string? TargetVersion { get; init; }
    public Func<string, bool>? VolumeComesBack { get; init; }

    /// <summary>Where the data of the claim, or of the volume's claim, comes from.</summary>
    public ClaimVolume? Claim { get; init; }

    public Func<string, string> ContentName { get; init; } = name => name;

    /// <summary>Namespaces that come back beside their source.</summary>
    public CloneIsolation? Isolation { get; init; }

    /// <summary>Other objects of the point, as YAML.</summary>
    public string Point { get; init; } = "";

    public PreparedManifest Prepare(string yaml) => Prepare(YamlManifests.ParseOne(yaml));

    public PreparedManifest Prepare(JsonObject manifest)
    {
        var others = Point.Length == 0 ? [] : YamlManifests.Parse(Point);
        var types = BuiltInTypes.With([.. others, manifest, .. Snapshots]);
        var served = BuiltInTypes.Of(manifest, types);
        var inPoint = others.ToDictionary(o => new ObjectKey(
            BuiltInTypes.Of(o, types).GroupResource,
            o.Object("metadata").Text("namespace"),
            o.Object("metadata").Text("name")!
        ));
        // Bytes, as in a restore: nodes that were parsed behave otherwise than nodes that were made.
        return ManifestRules.Prepare(
            ManifestJson.Parse(ManifestJson.Write(manifest)),
            new()
            {
                Request = Request,
                Type = ManifestPoint.TypeOf(served),
                HasStatus = served.HasStatus,
                InPoint = inPoint.GetValueOrDefault,
                OwnerComesBack = () => OwnerComesBack,
                OwnerIsCreated = () => OwnerIsCreated,
                IsNamed = _ => IsNamed,
                WithoutDefault = WithoutDefault,
                WhyTaken = (_, address) => Taken.Contains(address) ? "another holds it" : null,
                PointVersion = ServerRelease.Parse(PointVersion),
                TargetVersion = ServerRelease.Parse(TargetVersion),
                VolumeComesBack = VolumeComesBack,
                Claim = Claim,
                ContentName = ContentName,
                Mappings = MappingSet.Of(Request.Mappings),
                Isolation = Isolation,
            }
        );
    }

    public static string? SkipRule(string yaml, RestoreRequest? request = null) =>
        new RuleCase { Request = request ?? Plain }
            .Prepare(yaml)
            .SkipRule;

    public static JsonObject Body(string yaml, RestoreRequest? request = null)
    {
        var prepared = new RuleCase { Request = request ?? Plain }.Prepare(yaml);
        Assert.Null(prepared.SkipReason);
        return prepared.Body;
    }

    /// <summary>Compares as JSON, whatever the order of members.</summary>
    public static void Same(string expectedYaml, JsonNode? actual)
    {
        var expected = YamlManifests.ParseOne(expectedYaml);
        Assert.True(
            JsonNode.DeepEquals(expected, JsonNode.Parse(actual?.ToJsonString() ?? "null")),
            $"expected {expected.ToJsonString()}\nfound    {actual?.ToJsonString()}"
        );
    }

    private static IReadOnlyList<JsonObject> Snapshots { get; } =
        YamlManifests.Parse(
            """
            kind: CustomResourceDefinition
            spec:
              group: snapshot.storage.k8s.io
              scope: Namespaced
              names: { plural: volumesnapshots, kind: VolumeSnapshot }
              versions: [{ name: v1, served: true, subresources: { status: {} } }]
            ---
            kind: CustomResourceDefinition
            spec:
              group: snapshot.storage.k8s.io
              scope: Cluster
              names: { plural: volumesnapshotcontents, kind: VolumeSnapshotContent }
              versions: [{ name: v1, served: true, subresources: { status: {} } }]
            ---
            kind: CustomResourceDefinition
            spec:
              group: example.com
              scope: Namespaced
              names: { plural: widgets, kind: Widget }
              versions: [{ name: v1, served: true, subresources: { status: {} } }]
            """
        );
}
