using System.Text.Json.Nodes;
using Holdfast.Control.Tests;
using Holdfast.Manifests;
using Holdfast.Restore.Transforms;
using Holdfast.TestKit.Files;

namespace Holdfast.Restore.Tests.Transforms;

/// <summary>
/// docs/schemas/transforms.schema.json and the reader agree on the form; what a path or a pattern means only the reader knows.
/// </summary>
public sealed class TransformSchemaTests
{
    [Theory]
    [InlineData("{version: 1, transforms: []}", true)]
    [InlineData(
        "{$schema: x, version: 1, transforms: [{name: a, match: {kinds: [pod], fields: [{path: /a, value: null}]}, remove: [/a]}]}",
        true
    )]
    [InlineData(
        "{version: 1, transforms: [{set: [{path: /a, value: null}], replace: [{path: /a, pattern: a, with: b}], merge: {a: null}}]}",
        true
    )]
    [InlineData("{version: 1, transforms: [{patch: [{op: add, path: /a, value: null}, {op: move, path: /a, from: /b}]}]}", true)]
    [InlineData("{version: 1}", false)]
    [InlineData("{version: 2, transforms: []}", false)]
    [InlineData("{version: 1, transforms: [{removes: [/a]}]}", false)]
    [InlineData("{version: 1, transforms: [{remove: [a]}]}", false)]
    [InlineData("{version: 1, transforms: [{set: [{path: /a}]}]}", false)]
    [InlineData("{version: 1, transforms: [{match: {kind: pod}, remove: [/a]}]}", false)]
    [InlineData("{version: 1, transforms: [{patch: [{op: put, path: /a, value: 1}]}]}", false)]
    public void A_document_that_the_reader_takes_is_valid_by_the_schema_and_the_other_way_round(string yaml, bool expected)
    {
        var schema = JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path("docs/schemas/transforms.schema.json")))!.AsObject();

        Assert.Equal((expected, expected), (new SchemaCheck(schema).Accepts(YamlJson.Read(yaml)), Reads(yaml)));
    }

    [Fact]
    public void The_example_of_the_documentation_is_read()
    {
        var text = File.ReadAllText(RepositoryFiles.Path("docs/restore.md"));
        var from = text.IndexOf("```yaml\nversion: 1\ntransforms:", StringComparison.Ordinal) + "```yaml\n".Length;

        Assert.Equal(3, TransformDocument.Read(text[from..text.IndexOf("```", from, StringComparison.Ordinal)]).Length);
    }

    private static bool Reads(string yaml)
    {
        try
        {
            TransformDocument.Read(yaml);
            return true;
        }
        catch (RestoreException)
        {
            return false;
        }
    }
}
