using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Relations;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Relations;

/// <summary>Each row of the table: what it finds in an object that has it, and nothing else (<c>relations.yaml</c>).</summary>
public sealed class RelationTableTests
{
    private static readonly List<JsonObject> All =
    [
        .. YamlManifests.Parse(File.ReadAllText(RepositoryFiles.Path("tests/Restore/Relations/relations.yaml"))),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, All.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_finds_what_the_object_refers_to(int number)
    {
        var given = All[number];
        var (row, subject) = (given.Text("row"), Subject(given));

        var names = RelationTable.NamesOf(subject).Where(r => r.Relation.Id == row).Select(r => Text(r.Reference));
        var matches = RelationTable.Of(subject.Type).Where(r => r.Id == row).SelectMany(r => r.Matches(subject)).ToList();

        Assert.Equal(given.Array("names")?.Select(n => (string)n!) ?? [], names);
        Assert.Equal(given.Object("matches") is null ? 0 : 1, matches.Count);
        if (given.Object("matches") is not { } expected)
            return;
        Assert.Equal((expected.Text("resource"), "shop"), (matches[0].Resource, matches[0].Namespace));
        Assert.True(Takes(matches[0], expected.Text("takes")!));
        Assert.False(expected.Text("passesOver") is { } other && Takes(matches[0], other));
    }

    [Theory]
    [InlineData("Service", "{ ports: [] }", "service-pods")]
    [InlineData("PodDisruptionBudget", "{ minAvailable: 1 }", "disruption-budget")]
    public void Nothing_is_chosen_without_a_selector(string kind, string spec, string row)
    {
        var subject = Subject(YamlManifests.Parse($"{{ kind: {kind}, body: {{ spec: {spec} }} }}").Single());

        Assert.Empty(RelationTable.Of(subject.Type).Where(r => r.Id == row).SelectMany(r => r.Matches(subject)));
    }

    [Fact]
    public void Each_row_has_a_case_an_id_of_its_own_and_reasons_that_name_the_other_object()
    {
        var ids = RelationTable.Rows.Select(r => r.Id).ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.Empty(ids.Except(All.Select(c => c.Text("row")!)));
        Assert.All(RelationTable.Rows, r => Assert.NotEmpty($"{r.Brings}{r.Follows}"));
        Assert.All(
            RelationTable.Rows.SelectMany(r => new[] { r.Brings, r.Follows }).OfType<string>(),
            reason => Assert.Contains("{0}", reason, StringComparison.Ordinal)
        );
    }

    private static string Text(NamedReference reference) => $"{reference.Key}{(reference.IsOptional ? "?" : "")}";

    /// <param name="candidate">A name, and labels after it.</param>
    private static bool Takes(MatchedReference match, string candidate)
    {
        var words = candidate.Split(' ');
        return match.Takes(words[0], words.Length == 1 ? null : Labels(words[1]));
    }

    private static JsonObject Labels(string text) =>
        new(text.Split(',').Select(l => KeyValuePair.Create(l.Split('=')[0], (JsonNode?)l.Split('=')[1])));

    private static RelationSubject Subject(JsonObject given)
    {
        var manifest = (JsonObject)(given.Object("body") ?? []).DeepClone();
        var metadata = manifest.Ensure("metadata");
        (metadata["name"], metadata["namespace"]) = ("it", "shop");
        return new(manifest, TypeOf(given), KindOf);
    }

    /// <summary>A built-in kind, or <c>PLURAL.VERSION.GROUP</c>.</summary>
    private static ResourceType TypeOf(JsonObject given) =>
        given.Text("type")?.Split('.', 3) is [var plural, var version, var group]
            ? new(group, version, plural, given.Text("kind")!, true)
            : ManifestPoint.TypeOf(BuiltInTypes.BuiltIn.First(t => t.Kind == given.Text("kind")));

    private static ResourceType KindOf(string group, string kind) =>
        BuiltInTypes.BuiltIn.FirstOrDefault(t => t.Group == group && t.Kind == kind) is { } type
            ? ManifestPoint.TypeOf(type)
            : new(group, "v1", $"{kind.ToLowerInvariant()}s", kind, kind != "ClusterIssuer");
}
