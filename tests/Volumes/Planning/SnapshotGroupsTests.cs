using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Tests.Planning;

public sealed class SnapshotGroupsTests
{
    private readonly List<JsonObject> claims = [];

    [Fact]
    public void Claims_that_share_labels_which_no_other_claim_has_are_a_group()
    {
        Claim("a", "app=web,tier=data");
        Claim("b", "app=web,tier=logs");
        Claim("c", "app=other");

        var (volumes, groups) = Plan();

        Assert.Equal([0, 0, null], volumes.Select(v => v.Group));
        Assert.Equal(["app=web"], Assert.Single(groups).Labels.Select(l => $"{l.Key}={l.Value}"));
    }

    [Theory]
    [InlineData("app=web", "app=web", "app=web", "another claim has the label")]
    [InlineData("app=web,x=1", "app=web,x=2", "app=web,x=3", "another claim has what they share")]
    [InlineData("", "", "app=web", "they have no label")]
    public void Claims_that_labels_do_not_tell_from_others_are_no_group(string first, string second, string other, string why)
    {
        Claim("a", first);
        Claim("b", second);
        claims.Add(Manifest("c", other));

        Assert.True(Plan(count: 2).Groups.Length == 0, why);
    }

    [Fact]
    public void A_claim_that_names_a_class_itself_is_no_member()
    {
        Claim("a", "app=web");
        Claim("b", "app=web", "holdfast.dev/snapshot-class");

        Assert.Empty(Plan().Groups);
    }

    [Fact]
    public void Without_a_class_of_the_driver_there_are_no_groups()
    {
        Claim("a", "app=web");
        Claim("b", "app=web");

        Assert.Empty(Plan(driver: "other.csi").Groups);
    }

    [Fact]
    public void The_same_labels_in_another_namespace_do_not_matter()
    {
        Claim("a", "app=web");
        Claim("b", "app=web");
        claims.Add(Manifest("c", "app=web", ns: "elsewhere"));

        Assert.Single(Plan(count: 2).Groups);
    }

    private void Claim(string name, string labels, string? annotation = null) => claims.Add(Manifest(name, labels, annotation: annotation));

    private (List<PlannedVolume> Volumes, PlannedGroup[] Groups) Plan(int? count = null, string driver = "a.csi")
    {
        var groups = new SnapshotGroups(
            claims,
            new([JsonNode.Parse($$"""{ "metadata": { "name": "c" }, "driver": "{{driver}}" }""")!.AsObject()])
        );
        List<PlannedVolume> volumes = [.. groups.Group(claims.Take(count ?? claims.Count).Select(c => (Planned(c), (JsonObject?)c)))];
        return (volumes, [.. groups.Found]);
    }

    private static PlannedVolume Planned(JsonObject claim) =>
        new()
        {
            Record = new()
            {
                Namespace = "shop",
                Claim = claim.Object("metadata").Text("name"),
                Driver = "a.csi",
                Mode = VolumeMode.Filesystem,
                Protection = VolumeProtection.None,
            },
            Class = "c",
            Application = $"shop/{claim.Object("metadata").Object("labels").Text("app")}",
        };

    private static JsonObject Manifest(string name, string labels, string? annotation = null, string ns = "shop")
    {
        var pairs = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('='));
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = ns,
                ["name"] = name,
                ["labels"] = new JsonObject([.. pairs.Select(p => KeyValuePair.Create(p[0], (JsonNode?)JsonValue.Create(p[1])))]),
                ["annotations"] = annotation is null ? null : new JsonObject { [annotation] = "mine" },
            },
        };
    }
}
