using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests.Comparing;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Manifests.Tests.Comparing;

public sealed class FieldDiffsTests
{
    private static readonly ResourceType Deployment = new("apps", "v1", "deployments", "Deployment", true);
    private static readonly ResourceType Widget = new("example.com", "v1", "widgets", "Widget", true);
    private static readonly ResourceType Secret = new("", "v1", "secrets", "Secret", true);

    [Fact]
    public void Fields_are_named_by_JSON_pointers() =>
        Assert.Equal(
            [new("/metadata/labels/example.com~1a", "\"1\"", "\"2\""), new("/metadata/labels/b~0", "\"x\"", null)],
            Between(
                Widget,
                """{"metadata":{"labels":{"example.com/a":"1","b~":"x"}}}""",
                """{"metadata":{"labels":{"example.com/a":"2"}}}"""
            )
        );

    [Fact]
    public void A_written_null_is_an_absent_field() =>
        Assert.Empty(Between(Deployment, """{"metadata":{"creationTimestamp":null}}""", """{"metadata":{}}"""));

    [Fact]
    public void Numbers_are_compared_by_value() => Assert.Empty(Between(Widget, """{"a":1.0,"b":[100]}""", """{"a":1,"b":[1e2]}"""));

    [Fact]
    public void Lists_go_by_index() =>
        Assert.Equal(
            [new("/args/1", "\"b\"", "\"c\""), new("/args/2", null, "\"d\"")],
            Between(Widget, """{"args":["a","b"]}""", """{"args":["a","c","d"]}""")
        );

    [Fact]
    public void Containers_are_paired_by_name_so_that_an_injected_one_shifts_nothing() =>
        Assert.Equal(
            [
                new("/containers/0", """{"name":"mesh"}""", null) { Label = "/containers[name=mesh]" },
                new("/containers/1/image", "\"2\"", "\"1\"") { Label = "/containers[name=web]/image" },
            ],
            Between(
                Deployment,
                """{"containers":[{"name":"mesh"},{"name":"web","image":"2"}]}""",
                """{"containers":[{"name":"web","image":"1"}]}"""
            )
        );

    [Theory]
    [InlineData("""{"containers":[{"name":"a"}]}""", """{"containers":[{"name":"sidecar"},{"name":"a"}]}""", "/containers[name=sidecar]")]
    [InlineData("""{"env":[{"name":"A"},{"name":"A"}]}""", """{"env":[{"name":"B"},{"name":"A"},{"name":"A"}]}""", "/env[name=B]")]
    [InlineData("""{"env":[{"name":"A"}]}""", """{"env":[{"name":"A"},{"name":"A"}]}""", "/env[name=A #2]")]
    [InlineData("""{"ports":[{"port":80}]}""", """{"ports":[{"port":80,"protocol":"UDP"},{"port":80}]}""", "/ports[port=80,protocol=UDP]")]
    [InlineData("""{"mounts":[{"mountPath":"/a"}]}""", """{"mounts":[{"mountPath":"/b"},{"mountPath":"/a"}]}""", "/mounts[mountPath=/b]")]
    [InlineData("""{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["c","a","b"]}}""", "/metadata/finalizers[c]")]
    public void An_item_before_others_is_one_added_item(string live, string desired, string label)
    {
        var added = Assert.Single(Between(Widget, live, desired));

        Assert.Equal((label, (string?)null), (added.Label, added.Live));
    }

    [Fact]
    public void Another_order_is_a_difference_of_its_own_beside_those_of_the_items()
    {
        var diffs = Between(
            Deployment,
            """{"initContainers":[{"name":"a","image":"1"},{"name":"b"},{"name":"old"}]}""",
            """{"initContainers":[{"name":"b"},{"name":"new"},{"name":"a","image":"2"}]}"""
        );

        Assert.Equal(
            ["/initContainers[name=a]/image", "/initContainers[name=old]", "/initContainers[name=new]", "/initContainers"],
            diffs.Select(d => d.Name)
        );
        Assert.Equal(["/initContainers/0/image", "/initContainers/2", "/initContainers/1", "/initContainers"], diffs.Select(d => d.Path));
        Assert.Equal(
            new("/initContainers", """["name=a","name=b"]""", """["name=b","name=a"]""") { Reordered = true },
            Assert.Single(diffs, d => d.Reordered == true)
        );
    }

    [Fact]
    public void What_identifies_items_of_secret_data_is_not_shown() =>
        Assert.All(
            Between(
                Secret,
                """{"data":{"list":[{"name":"hunter2"},{"name":"x"}]}}""",
                """{"data":{"list":[{"name":"x"},{"name":"hunter3"},{"name":"hunter2"}]}}"""
            ),
            d => Assert.DoesNotContain("hunter", $"{d.Name} {d.Live} {d.Desired}", StringComparison.Ordinal)
        );

    [Fact]
    public void An_update_leaves_what_the_point_does_not_name_but_replaces_atomic_parts_whole()
    {
        var diffs = Between(
            Deployment,
            """
            {"metadata":{"labels":{"extra":"1"},"finalizers":["a","b"]},"spec":{"env":[{"name":"X"}],"args":["a","b"],
              "selector":{"matchLabels":{"old":"1"}}}}
            """,
            """{"metadata":{"labels":{},"finalizers":["a"]},"spec":{"env":[],"args":["a"],"selector":{"matchLabels":{}}}}""",
            applying: true,
            new(SampleSchema.BuiltIn, Reorders: true)
        );

        Assert.Equal(["/metadata/labels/extra", "/metadata/finalizers/1", "/spec/env/0"], diffs.Where(d => d.Stays).Select(d => d.Path));
        Assert.Equal(["/spec/args/1", "/spec/selector/matchLabels/old"], diffs.Where(d => !d.Stays).Select(d => d.Path));
    }

    [Fact]
    public void An_update_merges_the_lists_and_maps_of_custom_resources_as_their_schema_says()
    {
        var schema = SampleSchema.Custom(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{
              "listeners":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name","protocol"],
                "items":{"type":"object","properties":{"protocol":{"default":"TCP"}}}},
              "tags":{"type":"array","x-kubernetes-list-type":"set"},
              "plain":{"type":"array"},
              "match":{"type":"object","x-kubernetes-map-type":"atomic"},
              "loose":{"type":"object"}}}}}
            """
        );

        var diffs = Between(
            Widget,
            """
            {"spec":{"listeners":[{"name":"a","protocol":"TCP","port":1},{"name":"b"}],"tags":["x","y"],"plain":["x","y"],
              "match":{"a":"1","b":"1"},"loose":{"a":"1","b":"1"}}}
            """,
            """{"spec":{"listeners":[{"name":"a","port":2}],"tags":["y"],"plain":["x"],"match":{"a":"1"},"loose":{"a":"1"}}}""",
            applying: true,
            new(schema, Reorders: true)
        );

        Assert.Equal(
            ["/spec/listeners/0/protocol", "/spec/listeners/1", "/spec/tags/0", "/spec/loose/b"],
            diffs.Where(d => d.Stays).Select(d => d.Path)
        );
        Assert.Equal(["/spec/listeners/0/port", "/spec/plain/1", "/spec/match/b"], diffs.Where(d => !d.Stays).Select(d => d.Path));
    }

    [Theory]
    [InlineData("v1.36.2", false), InlineData("v1.29.0", false), InlineData("v1.28.3", true), InlineData("v1.20.2+k3s1", true)]
    public void Older_servers_keep_the_order_of_a_merged_list(string server, bool stays)
    {
        var rules = MergeRules.Of(new(SampleSchema.BuiltIn), server);

        var diff = Assert.Single(
            Between(
                Deployment,
                """{"containers":[{"name":"a"},{"name":"b"}]}""",
                """{"containers":[{"name":"b"},{"name":"a"}]}""",
                applying: true,
                rules
            )
        );

        Assert.Equal(("/containers", stays), (diff.Path, diff.Stays));
    }

    [Fact]
    public void Without_a_schema_lists_of_custom_resources_are_replaced_whole() =>
        Assert.False(
            Assert
                .Single(
                    Between(Widget, """{"spec":{"ports":[{"port":1},{"port":2}]}}""", """{"spec":{"ports":[{"port":1}]}}""", applying: true)
                )
                .Stays
        );

    [Theory]
    [InlineData("""{"data":{"password":"aHVudGVyMg=="}}""", """{"data":{"password":"b3RoZXI="}}""", "/data/password")]
    [InlineData("""{}""", """{"data":{"password":"aHVudGVyMg=="}}""", "/data/password")]
    [InlineData("""{"stringData":{"password":"hunter2"}}""", """{}""", "/stringData/password")]
    [InlineData(
        """{"metadata":{}}""",
        """{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"hunter2"}}}""",
        "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"
    )]
    [InlineData(
        """{}""",
        """{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"hunter2"}}}""",
        "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"
    )]
    [InlineData("""{"data":"hunter2"}""", """{"data":{}}""", "/data")]
    public void No_secret_is_in_a_diff(string live, string desired, string path)
    {
        var diff = Assert.Single(Between(Secret, live, desired));

        Assert.Equal(path, diff.Path);
        Assert.All(
            new[] { diff.Live, diff.Desired }.Where(t => t is not null),
            t => Assert.StartsWith("\"sha256:", t, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Equal_secrets_have_equal_digests_within_one_plan_only()
    {
        Assert.Equal(new SecretDigests([1]).Of("\"a\""), new SecretDigests([1]).Of("\"a\""));
        Assert.NotEqual(new SecretDigests().Of("\"a\""), new SecretDigests().Of("\"a\""));
    }

    [Fact]
    public void A_long_value_stands_as_its_digest_and_size()
    {
        var diff = Assert.Single(Between(Widget, "{}", $$"""{"blob":"{{new string('x', 5000)}}"}"""));

        Assert.Contains("(5002 characters)", diff.Desired, StringComparison.Ordinal);
        Assert.True(diff.Desired!.Length < 200);
    }

    private static List<FieldDiff> Between(
        ResourceType type,
        string live,
        string desired,
        bool applying = false,
        MergeRules? rules = null
    ) =>
        [
            .. FieldDiffs.Between(
                JsonNode.Parse(live)!.AsObject(),
                JsonNode.Parse(desired)!.AsObject(),
                type,
                applying,
                rules ?? MergeRules.None,
                new SecretDigests(new byte[32])
            ),
        ];
}
