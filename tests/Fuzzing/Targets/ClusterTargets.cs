using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.Clusters;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Executing;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Schemas;
using Holdfast.Clusters.Writing;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>What an API server answers, or a proxy or an attacker in its place.</summary>
internal static class ClusterTargets
{
    private const string List = """
        {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"abc","remainingItemCount":7},"items":[
        {"metadata":{"name":"a","namespace":"shop","uid":"u-1","resourceVersion":"3",
         "labels":{"app":"w\u0065b","holdfast.dev/exclude":"true"}},"data":{"k":"v"}},
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"shop","labels":{"a":{}},"name":"b",
         "managedFields":[{"a":[[1,2],{"b":"}"}]}]},"data":null}]}
        """;

    private const string Status = """
        {"kind":"Status","apiVersion":"v1","metadata":{"continue":"token"},"status":"Failure","message":"configmaps \"a\" not found",
        "reason":"NotFound","details":{"name":"a","kind":"namespaces"},"code":404}
        """;

    private const string Exit = """
        {"metadata":{},"status":"Failure","message":"exit","reason":"NonZeroExitCode",
         "details":{"causes":[{"reason":"ExitCode","message":"3"}]}}
        """;

    private const string Definition = """
        {"spec":{"group":"example.com","versions":[{"name":"v1","schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
        "properties":{"a":{"items":{"properties":{"b":{"default":{"c":[1]}}}},"x-kubernetes-list-type":"map",
        "x-kubernetes-list-map-keys":["b"]},"d":{"x-kubernetes-preserve-unknown-fields":true}}}}}}}]},
        "paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=1"}},
        "definitions":{"Pod":{"x-kubernetes-group-version-kind":[{"group":"","version":"v1","kind":"Pod"}],
        "properties":{"spec":{"$ref":"#/definitions/Spec"},"x":{"allOf":[{"$ref":"#/definitions/Pod"}]}}},
        "Spec":{"$ref":"#/definitions/Spec"}},
        "components":{"schemas":{"A":{"additionalProperties":{"items":{"type":"string"}}}}}}
        """;

    private static readonly AnswerLimits Limits = new() { ObjectBytes = 16 << 10 };

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Lists("list", CutWhole, Seeds.Of(List), "Clusters/Listing/ItemCutter.cs", "Clusters/Listing/ItemLabels.cs"),
        Lists("list-metadata", CutMetadata, Seeds.Of(List), "Clusters/Listing/ItemCutter.cs"),
        Lists("list-protobuf", CutProtobuf, [Protobuf()], "Clusters/Listing/MetadataCutter.cs", "Clusters/Listing/ProtobufFields.cs"),
        new("discovery-groups", input => DiscoveryDocuments.ParseRoot(input), Groups())
        {
            Files = ["Clusters/Discovering/DiscoveryDocuments.cs"],
            IsForeign = true,
        },
        new("discovery-resources", input => DiscoveryDocuments.ParseResources(input, new("apps", "v1", true)), Resources())
        {
            Files = ["Clusters/Discovering/DiscoveryDocuments.cs"],
            IsForeign = true,
        },
        new("schemas", ReadSchemas, Seeds.Of(Definition))
        {
            Files = ["Clusters/Schemas/ServerSchemas.cs"],
            IsForeign = true,
            BytesPerByte = 2000,
        },
        new("status", input => StatusDocument.Parse(input), Seeds.Of(Status, "upstream timed out"))
        {
            Files = ["Clusters/Connections/StatusDocument.cs", "Clusters/Connections/JsonText.cs"],
        },
        new("write-answer", ReadAnswer, Seeds.Of(Status, """{"kind":"ConfigMap","metadata":{"name":"a"}}"""))
        {
            Files = ["Clusters/Writing/WriteAnswers.cs", "Clusters/Connections/JsonText.cs"],
        },
        new("access-review", input => PermissionReview.Allowed(input), Seeds.Of("""{"status":{"allowed":true}}"""))
        {
            Files = ["Clusters/Access/PermissionReview.cs"],
        },
        new("exec-status", input => _ = ExecStatus.TryParse(input, out _), Seeds.Of(Exit, """{"status":"Success"}"""))
        {
            Files = ["Clusters/Executing/ExecStatus.cs"],
        },
        new(
            "exec-frames",
            ReadFrames,
            [ScriptedSocket.Frame(1, "out"), [.. ScriptedSocket.Frame(2, "err"), .. ScriptedSocket.Frame(3, Exit)]],
            typeof(ClusterException)
        )
        {
            Files = ["Clusters/Executing/ExecChannels.cs"],
            BytesPerByte = 100,
        },
    ];

    private static FuzzTarget Lists(string name, Action<byte[]> read, ImmutableArray<byte[]> seeds, params ImmutableArray<string> files) =>
        new(name, read, seeds, typeof(InvalidDataException), typeof(ClusterException)) { Files = files, BytesPerByte = 20 };

    private static void CutWhole(byte[] input) => Cut(new ItemCutter(Receive, limits: Limits), input);

    private static void CutMetadata(byte[] input) => Cut(new ItemCutter(Receive, metadataOnly: true, Limits), input);

    private static void CutProtobuf(byte[] input) => Cut(new MetadataCutter(Receive, Limits), input);

    private static void Receive(in ListedItem item)
    {
        _ = item.TryGetLabel("app"u8, out _);
        _ = item.TryGetLabel("holdfast.dev/exclude"u8, out _);
    }

    /// <summary>In reads of any size: their boundaries follow from the input, so that it can be repeated.</summary>
    private static void Cut(ListCutter cutter, byte[] input)
    {
        using (cutter)
        {
            var sizes = new Random(input.Length);
            for (var at = 0; at < input.Length; )
            {
                var space = cutter.Space;
                var size = Math.Min(Math.Min(sizes.Next(4) == 0 ? sizes.Next(1, 5) : sizes.Next(1, 9000), space.Length), input.Length - at);
                input.AsMemory(at, size).CopyTo(space);
                cutter.Advance(size);
                at += size;
            }
            cutter.Complete();
        }
    }

    private static void ReadSchemas(byte[] input)
    {
        using var document = JsonDocument.Parse(input, ServerSchemas.Deep);
        _ = ServerSchemas.DefinitionsOfAll(document.RootElement)?.Find("", "v1", "Pod")?.Items;
        _ = ServerSchemas.DefinitionsOfPart(document.RootElement)?.Find("", "v1", "A");
        _ = ServerSchemas.Addresses(document.RootElement);
        _ = ServerSchemas.OfDefinition(document.RootElement, "v1")?.Merge;
    }

    private static void ReadAnswer(byte[] input)
    {
        foreach (var code in (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.Conflict])
        {
            using var response = new HttpResponseMessage(code);
            _ = WriteAnswers.Interpret(new(response, input));
        }
    }

    private static void ReadFrames(byte[] input)
    {
        using var socket = new ScriptedSocket(input);
        var channels = new ExecChannels(new("shop", "web", "app", ["true"]), TimeProvider.System);
        channels.ReadAsync(socket, CancellationToken.None).GetAwaiter().GetResult();
        _ = channels.Output().Stdout;
    }

    private static ImmutableArray<byte[]> Groups() =>
        Seeds.Of(
            """{"kind":"APIVersions","versions":["v1"]}""",
            """{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}}]}""",
            """
            {"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":
            "deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["get","list"],"subresources":[{"subresource":
            "status"}]}]},{"version":"v1beta1","freshness":"Stale"}]}]}
            """
        );

    private static ImmutableArray<byte[]> Resources() =>
        Seeds.Of(
            """
            {"kind":"APIResourceList","resources":[{"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get","list"],
            "storageVersionHash":"abc"},{"name":"deployments/status","kind":"Deployment","namespaced":true,"verbs":["get"]}]}
            """
        );

    private static byte[] Protobuf()
    {
        byte[] item = Field(
            1,
            [.. Field(1, "a"), .. Field(3, "shop"), .. Field(5, "u-1"), .. Field(6, "3"), .. Field(11, Label("app", "web"))]
        );
        byte[] list = [.. Field(1, [.. Field(2, "12"), .. Field(3, "next"), 4 << 3, 7]), .. Field(2, item), .. Field(2, item)];
        return [.. "k8s\0"u8, .. Field(1, [.. Field(1, "meta.k8s.io/v1"), .. Field(2, "PartialObjectMetadataList")]), .. Field(2, list)];
    }

    private static byte[] Label(string key, string value) => [.. Field(1, key), .. Field(2, value)];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    /// <summary>Of less than 16,384 bytes.</summary>
    private static byte[] Field(int number, byte[] content) =>
        content.Length < 0x80
            ? [(byte)((number << 3) | 2), (byte)content.Length, .. content]
            : [(byte)((number << 3) | 2), (byte)(content.Length | 0x80), (byte)(content.Length >> 7), .. content];
}
