using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Tests.Transforms;

public sealed class TransformTests
{
    private static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true);
    private static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{kinds: [deploy]}", true)]
    [InlineData("{kinds: [deployments.apps, pods]}", true)]
    [InlineData("{kinds: [pods]}", false)]
    [InlineData("{namespaces: ['sh?p', x]}", true)]
    [InlineData("{namespaces: [shop-*]}", false)]
    [InlineData("{names: [w*]}", true)]
    [InlineData("{names: [W*]}", false)]
    [InlineData("{labels: 'app=web,!canary'}", true)]
    [InlineData("{labels: 'app=db'}", false)]
    [InlineData("{fields: [{path: /spec/replicas, value: 2}]}", true)]
    [InlineData("{fields: [{path: /spec/replicas, value: '2'}]}", false)]
    [InlineData("{fields: [{path: /spec/template/spec/containers/*/image, matches: '^old/'}]}", true)]
    [InlineData("{fields: [{path: /spec/paused}]}", false)]
    [InlineData("{kinds: [deploy], namespaces: [other]}", false)]
    public void All_conditions_together_say_which_objects_are_meant(string match, bool expected)
    {
        var set = Set($"version: 1\ntransforms: [{{match: {match}, remove: [/spec/replicas]}}]");

        Assert.Equal(expected, !set.Matching(Deployments, Web()).IsEmpty);
    }

    [Theory]
    [InlineData("patch: [COPIES]")]
    [InlineData("replace: [{path: /metadata/labels/app, pattern: '', with: 'LONG'}]")]
    [InlineData("replace: [{path: /metadata/labels/app, pattern: '.*', with: 'SUBSTITUTIONS'}]")]
    [InlineData("set: [{path: /spec/template/spec/*, value: 'LONG'}, {path: /spec/*, value: 'LONG'}, {path: /*/*, value: 'LONG'}]")]
    public void What_would_grow_beyond_all_bounds_is_refused(string change)
    {
        var copies = Enumerable.Range(0, 60).Select(i => $"{{op: copy, from: /spec, path: /spec/copy{i}}}");
        var text = change
            .Replace("COPIES", string.Join(", ", copies), StringComparison.Ordinal)
            .Replace("LONG", new string('x', 3 << 20), StringComparison.Ordinal)
            .Replace("SUBSTITUTIONS", string.Concat(Enumerable.Repeat("$_", 4 << 20)), StringComparison.Ordinal);

        Assert.Contains("3 MiB", Apply($"version: 1\ntransforms: [{{{text}}}]").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_of_the_whole_cluster_is_in_no_namespace() =>
        Assert.Empty(
            Set("version: 1\ntransforms: [{match: {namespaces: ['*']}, remove: [/spec]}]")
                .Matching(Namespaces, JsonNode.Parse("""{"metadata":{"name":"shop"}}""")!.AsObject())
        );

    [Fact]
    public void Changes_are_made_in_the_documented_order_each_on_what_the_one_before_left()
    {
        var result = Apply(
            """
            version: 1
            transforms:
            - name: first
              remove: [/metadata/labels/app]
              set: [{path: /spec/replicas, value: 1}]
              replace: [{path: '/spec/template/spec/containers/*/image', pattern: '^old/(.*)$', with: 'new/$1'}]
              merge: {metadata: {labels: {tier: front}}}
              patch: [{op: test, path: /spec/replicas, value: 1}, {op: add, path: /spec/paused, value: true}]
            - name: second
              replace: [{path: '/spec/template/spec/containers/0/image', pattern: 'new', with: 'newer'}]
            """
        );

        Assert.Equal(
            """
            {"labels":{"tier":"front"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"image":"newer/web:1"}]}},"paused":true}}
            """.Trim(),
            $$"""{"labels":{{result.Manifest["metadata"]!["labels"]!.ToJsonString()}},"spec":{{result.Manifest["spec"]!.ToJsonString()}}}"""
        );
        Assert.Equal([0, 1], result.ChangedBy.ToArray());
    }

    [Fact]
    public void A_failed_test_leaves_out_its_patch_only()
    {
        var result = Apply(
            """
            version: 1
            transforms:
            - patch: [{op: test, path: /spec/replicas, value: 9}, {op: remove, path: /spec}]
            - set: [{path: /spec/replicas, value: 3}]
            """
        );

        Assert.Equal((1, 3, null), (Assert.Single(result.ChangedBy), (int)result.Manifest["spec"]!["replicas"]!, result.Fault));
    }

    [Theory]
    [InlineData("{patch: [{op: remove, path: /spec/paused}]}")]
    [InlineData("{set: [{path: /spec/replicas/x, value: 1}]}")]
    [InlineData("{remove: ['/metadata/*']}")]
    [InlineData("{replace: [{path: '/*', pattern: 'Deployment', with: 'Pod'}]}")]
    public void What_can_not_be_done_or_makes_another_object_is_a_fault_that_names_the_transform(string transform)
    {
        var fault = Apply($"version: 1\ntransforms: [{{name: mine, {transform[1..]}]").Fault;

        Assert.Contains("transform 'mine'", fault);
    }

    [Theory]
    [InlineData("version: 2\ntransforms: []")]
    [InlineData("transforms: []")]
    [InlineData("version: 1\ntransforms: [{}]")]
    [InlineData("version: 1\ntransforms: [{sett: []}]")]
    [InlineData("version: 1\ntransforms: [{set: [{path: spec, value: 1}]}]")]
    [InlineData("version: 1\ntransforms: [{set: [{path: /metadata/name, value: x}]}]")]
    [InlineData("version: 1\ntransforms: [{merge: [1]}]")]
    [InlineData("version: 1\ntransforms: [{merge: {kind: Pod}}]")]
    [InlineData("version: 1\ntransforms: [{match: {labels: 'a=('}, remove: [/spec]}]")]
    [InlineData("version: 1\ntransforms: [{replace: [{path: /spec/a, pattern: '(', with: ''}]}]")]
    [InlineData("version: 1\ntransforms: [{replace: [{path: /spec/a, pattern: '(a)\\1', with: ''}]}]")]
    [InlineData("version: 1\ntransforms: [{patch: [{op: move, path: /spec/a}]}]")]
    [InlineData("version: 1\ntransforms: [{patch: [{op: add, path: /spec/a}]}]")]
    [InlineData("- a list")]
    [InlineData("")]
    public void What_can_not_be_meant_is_refused_before_anything_is_planned(string document) =>
        Assert.Equal(RestoreRefusal.BadRequest, Assert.Throws<RestoreException>(() => TransformDocument.Read(document)).Refusal);

    [Fact]
    public void All_that_is_wrong_is_said_at_once() =>
        Assert.Equal(
            3,
            Assert
                .Throws<RestoreException>(() => TransformDocument.Read("version: 1\ntransforms: [{remove: [a, b]}, {name: empty}]"))
                .Problems.Length
        );

    [Fact]
    public void Velero_s_modifiers_are_understood()
    {
        var transforms = TransformDocument.Read(
            """
            version: v1
            resourceModifierRules:
            - conditions:
                groupResource: deployments.apps
                resourceNameRegex: "^w.b$"
                namespaces: [shop]
                labelSelector: {matchLabels: {app: web}, matchExpressions: [{key: canary, operator: DoesNotExist}]}
                matches: [{path: /spec/replicas, value: "2"}]
              patches:
              - {operation: replace, path: /spec/replicas, value: "1"}
              - {operation: add, path: /metadata/labels/from, value: velero}
              mergePatches:
              - patchData: |
                  metadata: {labels: {app: null}}
            """
        );
        var set = TransformSet.Of(transforms);
        var manifest = Web();
        var result = set.Apply(set.Matching(Deployments, manifest), manifest);

        Assert.Equal(
            (1, "{\"from\":\"velero\"}"),
            ((int)result.Manifest["spec"]!["replicas"]!, result.Manifest["metadata"]!["labels"]!.ToJsonString())
        );
    }

    [Fact]
    public void What_of_Velero_s_modifiers_can_not_be_taken_over_is_named()
    {
        var refused = Assert.Throws<RestoreException>(() =>
            TransformDocument.Read(
                """
                version: v1
                resourceModifierRules:
                - conditions: {groupResource: pods}
                  strategicPatches: [{patchData: "{}"}]
                """
            )
        );

        Assert.Contains(refused.Problems, p => p.Contains("strategicPatches", StringComparison.Ordinal));
    }

    private static TransformSet Set(string document) => TransformSet.Of(TransformDocument.Read(document));

    private static TransformedManifest Apply(string document)
    {
        var (set, manifest) = (Set(document), Web());
        return set.Apply(set.Matching(Deployments, manifest), manifest);
    }

    private static JsonObject Web() =>
        JsonNode
            .Parse(
                """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","labels":{"app":"web"}},
                 "spec":{"replicas":2,"template":{"spec":{"containers":[{"image":"old/web:1"}]}}}}
                """
            )!
            .AsObject();
}
