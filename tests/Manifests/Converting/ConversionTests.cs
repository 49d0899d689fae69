using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Manifests.Converting;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Manifests.Tests.Converting;

/// <summary>tests/conversions: a folder a row, with objects before (<c>NAME.yaml</c>) and after (<c>NAME.json</c>).</summary>
public sealed class ConversionTests
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string Folder = RepositoryFiles.Path("tests/conversions");

    public static TheoryData<string> Examples =>
        [
            .. Directory
                .GetFiles(Folder, "*.yaml", SearchOption.AllDirectories)
                .Select(f => Path.ChangeExtension(Path.GetRelativePath(Folder, f), null))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void Every_row_has_an_example_and_every_example_a_row() =>
        Assert.Equal(
            ConversionTable.Rows.Select(r => r.Id).Order(StringComparer.Ordinal),
            Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_row_has_an_id_of_its_own() =>
        Assert.Equal(ConversionTable.Rows.Length, ConversionTable.Rows.Select(r => r.Id).Distinct().Count());

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_becomes_what_is_written_down(string example)
    {
        var converted = Convert(example, Read(example));
        var found = new JsonObject { ["manifest"] = converted.Fault is null ? converted.Manifest : null };
        if (converted.Fault is { } fault)
            found["fault"] = fault;
        if (converted.Notes.Length > 0)
            found["notes"] = new JsonArray([.. converted.Notes.Select(n => JsonValue.Create(FormattableString.Invariant(n)))]);

        var file = Path.Combine(Folder, example + ".json");
        if (RepositoryFiles.Accepting)
            File.WriteAllText(file, found.ToJsonString(Readable) + "\n");
        Assert.Equal(JsonNode.Parse(File.ReadAllText(file))!.ToJsonString(Readable), found.ToJsonString(Readable));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void What_a_row_does_not_know_stays_as_it_is(string example)
    {
        var seed = Random.Shared.Next();
        var plain = Convert(example, Read(example));
        var more = Convert(example, With(Read(example), seed));

        Assert.Equal(plain.Fault, more.Fault);
        if (plain.Fault is null)
            Assert.True(
                JsonNode.DeepEquals(With(plain.Manifest, seed), more.Manifest),
                $"seed {seed}: {more.Manifest.ToJsonString(Readable)}"
            );
    }

    [Theory]
    [InlineData("ingresses", "ingresses-older")]
    [InlineData("disruption-budgets", "disruption-budgets-older")]
    [InlineData("endpoint-slices-older", "endpoint-slices")]
    [InlineData("priority-levels-older", "priority-levels-shares")]
    [InlineData("priority-levels", "priority-levels-beta3")]
    [InlineData("priority-levels-beta3", "priority-levels")]
    [InlineData("resource-claims-v1beta1", "resource-claims-older")]
    public void There_and_back_is_where_it_was(string there, string back)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Folder, there), "*.yaml"))
        {
            var manifest = Read(Path.ChangeExtension(Path.GetRelativePath(Folder, file), null));
            var (from, to, kind) = (manifest.Text("apiVersion")!, Row(there).To[0], manifest.Text("kind")!);
            var original = (JsonObject)manifest.DeepClone();
            var changed = ConversionTable.Between(from, to, kind)!.Convert(manifest).Manifest;

            var again = ConversionTable.Between(to, from, kind)!.Convert(changed);

            Assert.Contains(to, Row(back).From);
            Assert.True(JsonNode.DeepEquals(original, again.Manifest), $"{file}: {again.Manifest.ToJsonString(Readable)}");
        }
    }

    [Fact]
    public void Versions_of_equal_shape_differ_in_nothing_but_the_version()
    {
        foreach (var row in ConversionTable.Rows.Where(r => r.IsSame))
        foreach (var kind in row.Kinds)
        foreach (var (from, to) in row.From.SelectMany(f => row.To.Where(t => t != f).Select(t => (f, t))))
        {
            var manifest = YamlManifests.ParseOne(
                $"{{ apiVersion: {from}, kind: {kind}, metadata: {{ name: a }}, spec: {{ b: [1, {{ c: d }}] }} }}"
            );
            var expected = (JsonObject)manifest.DeepClone();
            expected["apiVersion"] = to;

            var converted = new ConversionPath(from, kind, [(row, to)]).Convert(manifest);

            Assert.True(JsonNode.DeepEquals(expected, converted.Manifest), $"{row.Id}: {from} to {to}");
        }
    }

    [Theory]
    [InlineData("extensions/v1beta1", "Ingress", "networking.k8s.io/v1")]
    [InlineData("autoscaling/v2beta1", "HorizontalPodAutoscaler", "autoscaling/v1")]
    [InlineData("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta1")]
    [InlineData("batch/v1", "CronJob", "batch/v1beta1")]
    public void A_version_is_reached_over_others_where_no_row_leads_there(string from, string kind, string to) =>
        Assert.Equal(to, ConversionTable.Between(from, to, kind)?.To);

    [Fact]
    public void An_object_of_no_known_kind_or_in_its_version_already_is_not_converted()
    {
        Assert.Empty(ConversionTable.From("example.com/v1", "Ingress"));
        Assert.Null(ConversionTable.Between("batch/v1", "batch/v1", "CronJob"));
    }

    [Fact]
    public void What_an_applier_owns_follows_to_the_new_version_without_the_fields_that_are_gone()
    {
        var manifest = YamlManifests.ParseOne(
            """
            apiVersion: networking.k8s.io/v1beta1
            kind: Ingress
            metadata:
              name: web
              labels: { app: web }
              finalizers: [example.com/a]
              managedFields:
              - manager: argocd
                operation: Apply
                apiVersion: networking.k8s.io/v1beta1
                fieldsV1:
                  f:metadata: { f:labels: { f:app: {}, f:gone: {} }, f:finalizers: { 'v:"example.com/a"': {}, 'v:"example.com/b"': {} } }
                  f:spec: { f:backend: { f:serviceName: {} }, f:rules: {} }
            spec:
              backend: { serviceName: web, servicePort: 80 }
              rules: [{ host: a.example.com }]
            """
        );

        var converted = ConversionTable.Between("networking.k8s.io/v1beta1", "networking.k8s.io/v1", "Ingress")!.Convert(manifest);

        var entry = converted.Manifest.Object("metadata").Objects("managedFields").Single();
        Assert.Equal("networking.k8s.io/v1", entry.Text("apiVersion"));
        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:app":{}},"f:finalizers":{"v:\u0022example.com/a\u0022":{}}},"f:spec":{"f:rules":{}}}""",
            entry["fieldsV1"]!.ToJsonString()
        );
    }

    private static Conversion Row(string id) => ConversionTable.Rows.Single(r => r.Id == id);

    /// <summary>As a point has it: nodes that were parsed behave otherwise than nodes that were made.</summary>
    private static JsonObject Read(string example) =>
        ManifestJson.Parse(ManifestJson.Write(YamlManifests.ParseOne(File.ReadAllText(Path.Combine(Folder, example + ".yaml")))));

    private static ConvertedObject Convert(string example, JsonObject manifest)
    {
        var (row, from) = (Row(Path.GetDirectoryName(example)!), manifest.Text("apiVersion")!);
        Assert.True(row.Takes(from, manifest.Text("kind")!), $"{example} is not of its row");
        return new ConversionPath(from, manifest.Text("kind")!, [(row, row.To.First(t => t != from))]).Convert(manifest);
    }

    /// <summary>Some more of what any object may have.</summary>
    private static JsonObject With(JsonObject manifest, int seed)
    {
        var random = new Random(seed);
        var metadata = manifest.Ensure("metadata");
        metadata.Ensure("labels")[$"l{random.Next()}"] = $"{random.Next()}";
        metadata.Ensure("annotations")[$"a{random.Next()}"] = $"{random.NextDouble()} \"ä\u2028";
        metadata["finalizers"] = new JsonArray($"f{random.Next()}");
        manifest[$"x{random.Next()}"] = new JsonObject
        {
            ["n"] = random.NextDouble(),
            ["e"] = new JsonArray(),
            ["o"] = new JsonObject(),
        };
        return manifest;
    }
}
