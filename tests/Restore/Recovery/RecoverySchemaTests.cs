using System.Text.Json.Nodes;
using Holdfast.Control.Tests;
using Holdfast.Manifests;
using Holdfast.Restore.Recovery;
using Holdfast.TestKit.Files;

namespace Holdfast.Restore.Tests.Recovery;

/// <summary>
/// docs/schemas/recovery.schema.json and the reader agree on the form; what a request may have only the reader knows.
/// </summary>
public sealed class RecoverySchemaTests
{
    private const string Restores = "restores: [{name: a, request: {cluster: west}}]";

    [Theory]
    [InlineData($"{{$schema: x, version: 1, groups: [{{name: g, {Restores}}}]}}", true)]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, waitSeconds: 0, pause: Look, continueOnPartial: true}}]}}", true)]
    [InlineData(
        "{version: 1, groups: [{name: g, restores: [{name: a, point: latest, target: {context: c}, request: {cluster: w}}]}]}",
        true
    )]
    [InlineData("{version: 1, groups: [{name: g, restores: [{name: a, before: '2026-01-01T00:00:00Z', request: {cluster: w}}]}]}", true)]
    [InlineData(
        $"{{version: 1, groups: [{{name: g, {Restores}, checks: [{{restore: a, kind: pod, name: p, condition: R, withinSeconds: 9}}]}}]}}",
        true
    )]
    [InlineData(
        "{version: 1, drill: {namespaceSuffix: -drill, target: {cluster: c, kubeconfig: k}}, groups: [{name: g, restores: "
            + "[{name: a, request: {cluster: w, selection: {namespaces: [shop]}}}]}]}",
        true
    )]
    [InlineData($"{{version: 1, drill: {{target: {{cluster: c}}}}, groups: [{{name: g, {Restores}}}]}}", true)]
    [InlineData($"{{version: 1, drill: {{}}, groups: [{{name: g, {Restores}}}]}}", false)]
    [InlineData($"{{version: 1, drill: {{suffix: x}}, groups: [{{name: g, {Restores}}}]}}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: [{name: a, target: {cluster: C}, request: {cluster: w}}]}]}", false)]
    [InlineData("{version: 1, groups: [null]}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: [null]}]}", false)]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, checks: [null]}}]}}", false)]
    [InlineData("{version: 1}", false)]
    [InlineData("{version: 1, groups: []}", false)]
    [InlineData($"{{version: 2, groups: [{{name: g, {Restores}}}]}}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: []}]}", false)]
    [InlineData($"{{version: 1, groups: [{{name: G, {Restores}}}]}}", false)]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, wait: 5}}]}}", false)]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, waitSeconds: 86401}}]}}", false)]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, pause: ' '}}]}}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: [{name: a}]}]}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: [{name: a, request: {existing: Skip}}]}]}", false)]
    [InlineData("{version: 1, groups: [{name: g, restores: [{name: a, request: {cluster: w, point: latest}}]}]}", false)]
    [InlineData(
        "{version: 1, groups: [{name: g, restores: [{name: a, point: x, before: '2026-01-01T00:00:00Z', request: {cluster: w}}]}]}",
        false
    )]
    [InlineData($"{{version: 1, groups: [{{name: g, {Restores}, checks: [{{restore: a, kind: pod}}]}}]}}", false)]
    public void A_document_that_the_reader_takes_is_valid_by_the_schema_and_the_other_way_round(string yaml, bool expected)
    {
        var schema = JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path("docs/schemas/recovery.schema.json")))!.AsObject();

        Assert.Equal((expected, expected), (new SchemaCheck(schema).Accepts(YamlJson.Read(yaml)), Reads(yaml)));
    }

    [Theory]
    [InlineData("waitSeconds: 0", null)]
    [InlineData("waitSeconds: 30", 30)]
    [InlineData("pause: Look", RestoreRequest.DefaultWaitSeconds)]
    public void A_restore_waits_as_its_group_says(string member, int? expected) =>
        Assert.Equal(expected, RequestOf($"{{version: 1, groups: [{{name: g, {Restores}, {member}}}]}}").WaitSeconds);

    [Fact]
    public void A_request_has_the_members_of_the_api_and_its_own_wait_counts()
    {
        var request = RequestOf(
            "{version: 1, groups: [{name: g, waitSeconds: 5, restores: [{name: a, request: {cluster: west, existing: replace, "
                + "waitSeconds: 9, selection: {namespaces: [shop]}, storageClasses: {fast: slow}}}]}]}"
        );

        Assert.Equal((ExistingPolicy.Replace, 9), (request.Existing, request.WaitSeconds));
        Assert.Equal(("shop", "slow"), (request.Selection.Namespaces.Single(), request.StorageClasses!["fast"]));
    }

    private static RestoreRequest RequestOf(string yaml)
    {
        var group = RecoveryDocument.Read(yaml).Groups.Single();
        return RecoveryRequests.Of(group, group.Restores.Single(), RecoveryRequests.AnyPoint, dryRun: false);
    }

    private static bool Reads(string yaml)
    {
        try
        {
            RecoveryDocument.Read(yaml);
            return true;
        }
        catch (RestoreException)
        {
            return false;
        }
    }
}
