using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Hooks;
using Holdfast.Restore.Rules;
using Holdfast.Volumes.Files;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>
/// Manifests, which a cluster or a vault gives, and what they hold as text: annotations with commands and documents, fields with JSON.
/// </summary>
internal static class ManifestTargets
{
    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"db-0","namespace":"shop","labels":{"app":"db"},"annotations":{
        "pre.hook.holdfast.dev/command":"[\"sync\",\"now\"]","pre.hook.holdfast.dev/timeout":"30s","hook.holdfast.dev/order":"3",
        "post.hook.restore.velero.io/command":"[\"a\"]","init.hook.restore.holdfast.dev/command":"a",
        "kubectl.kubernetes.io/last-applied-configuration":
        "{\"spec\":{\"clusterIP\":\"10.0.0.1\",\"ports\":[{\"nodePort\":3,\"port\":1}]}}"}},
        "spec":{"clusterIP":"10.0.0.1","ports":[{"port":1,"nodePort":3}],"containers":[{"name":"db","volumeMounts":[{"name":"v",
        "mountPath":"/x"}]}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]},"status":{"phase":"Running"}}
        """;

    private const string Owned = """
        {"apiVersion":"autoscaling/v2beta2","kind":"HorizontalPodAutoscaler","metadata":{"name":"a","managedFields":[{"apiVersion":
        "autoscaling/v1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":1}":{"f:port":{}},"v:\"a\"":{}}}}}],
        "annotations":{"autoscaling.alpha.kubernetes.io/behavior":"{\"scaleUp\":{}}",
        "autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\"}}]"}},
        "spec":{"ports":[{"port":1}],"maxReplicas":3}}
        """;

    private const string Definition = """
        {"spec":{"group":"example.com","versions":[{"name":"v1","schema":{"openAPIV3Schema":{"properties":{"a":{"properties":{"b":{}}}}}}},
        {"name":"v2","schema":{"openAPIV3Schema":{"properties":{"a":{"items":{}}}}}}]}}
        """;

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Manifest("manifest-json", ReadWrite, [Pod, Owned], "Manifests/ManifestJson.cs"),
        Manifest("hook-pod", ReadHooks, [Pod], "Volumes/Hooks/HookPod.cs", "Control/Hooks/HookCommandText.cs"),
        Manifest(
            "restore-hooks",
            input => RestoreHookAnnotations.Read(ManifestJson.Parse(input), new(0, 0, 0, ContentDigest.Of(input))),
            [Pod],
            "Control/Hooks/HookCommandText.cs"
        ),
        Manifest("chosen-addresses", ReadAddresses, [Pod], "Restore/Rules/ChosenAddresses.cs"),
        Manifest(
            "conversion",
            Convert,
            [Owned],
            "Manifests/Converting/ConvertedOwnership.cs",
            "Manifests/Converting/AutoscalerConversions.cs"
        ),
        new("manifest-key", input => ManifestKey.Of(input), Seeds.Of(Pod)) { Files = ["Restore/Comparing/ManifestKey.cs"] },
        new("hidden-fields", ReadHidden, Seeds.Of(Definition)) { Files = ["Capture/Planning/HiddenFields.cs"] },
        new("api-service", ReadApiService, Seeds.Of("""{"spec":{"group":"a","version":"v1","service":{"name":"s"}}}"""))
        {
            Files = ["Capture/Planning/ApiServices.cs"],
        },
        new(
            "restic-summary",
            input => Restic.Summary(Seeds.Text(input), new("file:///r")),
            Seeds.Of("""{"message_type":"summary","snapshot_id":"a","total_bytes_processed":1,"total_files_processed":2}""")
        )
        {
            Files = ["Volumes/Files/Restic.cs"],
        },
    ];

    private static FuzzTarget Manifest(string name, Action<byte[]> read, string[] seeds, params ImmutableArray<string> files) =>
        new(name, read, Seeds.Of(seeds), typeof(JsonException)) { Files = files, BytesPerByte = 1500 };

    private static void ReadWrite(byte[] input)
    {
        var manifest = ManifestJson.Parse(input);
        _ = ManifestJson.Write(manifest);
        _ = ManifestJson.Write(manifest.DeepClone());
    }

    private static void ReadHooks(byte[] input)
    {
        var pod = HookPod.Parse(input);
        _ = HookAnnotations.Read(pod, HookPhase.Pre);
        _ = HookAnnotations.Read(pod, HookPhase.Post);
        _ = HookAnnotations.ReadOrder(pod);
    }

    private static void ReadAddresses(byte[] input)
    {
        var manifest = ManifestJson.Parse(input);
        var (chosen, spec) = (new ChosenAddresses(manifest.Object("metadata")), manifest.Object("spec"));
        _ = ChosenAddresses.Of(spec).Count();
        if (spec is not null)
            _ = chosen.ClusterIp(spec);
        foreach (var port in spec.Objects("ports"))
            _ = chosen.NodePort(port);
    }

    private static void Convert(byte[] input)
    {
        var manifest = ManifestJson.Parse(input);
        foreach (var path in ConversionTable.From(manifest.Text("apiVersion") ?? "", manifest.Text("kind") ?? ""))
            _ = path.Convert(manifest.DeepClone().AsObject());
        ConvertedOwnership.Follow(manifest, "autoscaling/v2");
    }

    private static void ReadHidden(byte[] input) =>
        HiddenFields.Of(
            new(new("example.com", "v1", "widgets", "Widget", true), "widgets.example.com", "1") { Stored = ["v1", "v2"], Json = input },
            "v1"
        );

    private static void ReadApiService(byte[] input) => ApiServices.Add([], input);
}
