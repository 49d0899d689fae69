using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Recovery;
using Holdfast.Restore.Transforms;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>What a restore is asked for: plans and recoveries that lie in files, transforms that people write.</summary>
internal static class RestoreTargets
{
    private const string Own = """
        version: 1
        transforms:
          - name: images
            match: { kinds: [deployments.apps], labels: "app in (web, api)", fields: [{ path: /metadata/name, matches: "^a+$" }] }
            replace: [{ path: /spec/template/spec/containers/*/image, pattern: "^docker.io/(.*)", with: "mirror.example/$1" }]
            set: [{ path: /spec/replicas, value: 1 }, { path: /metadata/labels/x, value: "y" }]
            remove: [/spec/template/spec/nodeName]
          - merge: { metadata: { annotations: { a: b, c: null } } }
          - patch:
              - { op: copy, from: /spec, path: /metadata/annotations/copy }
              - { op: test, path: /spec/replicas, value: 1 }
              - { op: move, from: /spec/replicas, path: /spec/count }
        """;

    private const string Velero = """
        version: v1
        resourceModifierRules:
        - conditions: { groupResource: deployments.apps, resourceNameRegex: "^a.*$", namespaces: [shop],
            labelSelector: { matchLabels: { app: web }, matchExpressions: [{ key: a, operator: In, values: [b] }] },
            matches: [{ path: /spec/replicas, value: "3" }] }
          patches: [{ operation: replace, path: "/spec/replicas", value: "2" }, { operation: add, path: "/spec/x", value: "{\"a\": [1]}" }]
        - conditions: { groupResource: "*" }
          mergePatches: [{ patchData: "{\"metadata\":{\"annotations\":{\"foo\":null}}}" }]
        """;

    private static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true);

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        new("plan", input => PlanDocument.Read(input), Plans(), typeof(RestoreException))
        {
            Files = ["Restore/PlanDocuments/PlanDocument.cs"],
            BytesPerByte = 1000,
        },
        new("recovery-plan", input => RecoveryPlanDocument.Read(input), [RecoveryPlanSeed()], typeof(RestoreException))
        {
            Files = ["Restore/Recovery/RecoveryPlanDocument.cs"],
        },
        new("recovery", input => RecoveryDocument.Read(Seeds.Text(input)), Recoveries(), typeof(RestoreException))
        {
            Files = ["Manifests/YamlJson.cs"],
            BytesPerByte = 3000,
        },
        new("transforms", ReadTransforms, Seeds.Of(Own, Velero), typeof(RestoreException))
        {
            Files = ["Manifests/YamlJson.cs", "Restore/Transforms/VeleroModifiers.cs", "Restore/Transforms/TransformReading.cs"],
            BytesPerByte = 6000,
            // what one object may grow by, as text and as nodes
            FixedBytes = 64 << 20,
        },
    ];

    /// <summary>As released, and one with what only version 2 has.</summary>
    private static ImmutableArray<byte[]> Plans()
    {
        var released = Seeds.Files("tests/vectors/releases", "plan.json");
        var plan = PlanDocument.Read(released[0].AsSpan());
        return
        [
            .. released,
            PlanDocument.Write(
                plan with
                {
                    Version = RestorePlan.CurrentVersion,
                    Digest = null,
                    Steps = [.. plan.Steps.Select(step => step with { Action = StepAction.Delete })],
                }
            ),
        ];
    }

    private static byte[] RecoveryPlanSeed()
    {
        var plan = PlanDocument.Read(Plans()[0].AsSpan());
        return RecoveryPlanDocument.Write(
            new()
            {
                Name = "0123456789ab",
                PlannedAt = DateTimeOffset.UnixEpoch,
                Groups =
                [
                    new()
                    {
                        Name = "first",
                        Restores = [PlannedRestore.Of("shop", new(Kubeconfig: "/home/jane/kubeconfig"), plan) with { Plan = plan }],
                        Checks =
                        [
                            new()
                            {
                                Restore = "shop",
                                Kind = "deployment",
                                Name = "web",
                            },
                        ],
                    },
                ],
            }
        );
    }

    /// <summary>What is read is applied, too: reading alone would leave most of it out.</summary>
    private static void ReadTransforms(byte[] input)
    {
        var set = TransformSet.Of(TransformDocument.Read(Seeds.Text(input)));
        var manifest = ManifestJson.Parse(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab","namespace":"shop",
            "labels":{"app":"web"}},"spec":{"replicas":1,"template":{"spec":{"nodeName":"n","containers":[{"image":"docker.io/a/b:1"},
            {"image":"docker.io/c"}]}}}}
            """u8
        );
        var applied = set.Apply([.. Enumerable.Range(0, set.Labels.Count)], manifest.DeepClone().AsObject());
        _ = ManifestJson.Write(applied.Manifest);
        _ = set.Matching(Deployments, manifest);
    }

    private static ImmutableArray<byte[]> Recoveries() => Seeds.Page("restore.md", "yaml", "groups:");
}
