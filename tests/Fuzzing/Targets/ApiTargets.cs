using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Points;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Settings;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>What callers of the API send.</summary>
internal static class ApiTargets
{
    private const string Digest = "e955d79ef57a2ee211a5569656db2e49c5dd5018e91db8d2d54fc7762bba62ea";

    private const string Terms = """
        {"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]},"existing":"replace","mappings":{"registries":{"a":"b"}},
        "transforms":[{"name":"a","match":{"kinds":["cm"]},"set":[{"path":"/data/x","value":{"a":[1,null]}}]}]}
        """;

    private const string Approved = $$$"""{"plan":{"run":"20261129T213832Z-8bf4d1ac","digest":"{{{Digest}}}"},"approval":{}}""";

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Body(
            "body-capture",
            ApiJson.Plain.NewCapture,
            """{"clusters":["prod"],"policy":"nightly","keepUntil":"2026-12-31T00:00:00Z","full":true}"""
        ),
        Body("body-plan", ApiJson.Plain.RestoreTerms, Terms, """{"cluster":"prod","point":"latest"}"""),
        Body("body-restore", ApiJson.Plain.NewRestore, Terms, Approved),
        Body("body-approval", ApiJson.Plain.NewApproval, $$"""{"plan":"{{Digest}}","comment":"looked at"}"""),
        Body("body-hold", ApiJson.Plain.NewHold, """{"reason":"audit"}"""),
        Body("body-takeover", ApiJson.Plain.NewTakeover, """{"reason":"the region is gone"}"""),
        Body("body-replication", ApiJson.Plain.NewReplication, """{"cluster":"prod"}"""),
        Body("body-verification", ApiJson.Plain.NewVerification, """{"cluster":"prod","sample":3}"""),
        new("principal", ReadPrincipal, Principals()) { Files = ["Functions/Access/PlatformPrincipal.cs"] },
        new("continuation", ReadContinuation, Seeds.Of(Continuations.Write("1.2.3"))) { Files = [] },
        new("replica-setting", ReadReplicas, Seeds.Of("west=https://a.blob.core.windows.net/v;east=/srv/vault")) { Files = [] },
    ];

    private static FuzzTarget Body<T>(string name, JsonTypeInfo<T> type, params string[] seeds) =>
        new(name, input => ApiRequest.Parse(input, type), Seeds.Of(seeds), typeof(ProblemException))
        {
            Files = ["Functions/Api/Routing/ApiRequest.cs"],
            BytesPerByte = 1000,
        };

    private static void ReadPrincipal(byte[] input)
    {
        PlatformPrincipal.Read(new HeaderDictionary { [PlatformPrincipal.Header] = Seeds.Text(input) });
        PlatformPrincipal.Read(new HeaderDictionary { [PlatformPrincipal.Header] = Convert.ToBase64String(input) });
    }

    private static void ReadContinuation(byte[] input) => ManifestPosition.Read(Continuations.Read(Seeds.Text(input)));

    private static void ReadReplicas(byte[] input) => ReplicaSettings.Read(Seeds.Text(input), null, unlocked: false, [], []);

    private static ImmutableArray<byte[]> Principals() =>
        Seeds.Of(
            """
            {"auth_typ":"aad","role_typ":"roles","claims":[{"typ":"oid","val":"11111111-2222-3333-4444-555555555555"},
            {"typ":"tid","val":"11111111-2222-3333-4444-555555555556"},{"typ":"roles","val":"Operator"}]}
            """
        );
}
