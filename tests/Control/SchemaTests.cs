using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Files;

namespace Holdfast.Control.Tests;

/// <summary>
/// The schemas of docs/schemas and the validators agree. Some rules no schema can tell; those only the validator has, never the other way
/// round.
/// </summary>
public sealed class SchemaTests
{
    /// <summary>A member, its new JSON (null: removed), and the path of the problem (null: it is valid).</summary>
    public static TheoryData<string, string?, string?> ClusterEdits =>
        new()
        {
            { "$schema", null, null },
            { "labels", null, null },
            { "labels", "{}", null },
            { "certificateAuthority", null, null },
            { "endpoint", "\"http://127.0.0.1:8080\"", null },
            { "endpoint", "\"http://localhost:8080\"", null },
            { "endpoint", "\"https://10.0.0.1:6443/k8s/clusters/c-1\"", null },
            { "authentication", """{ "entraId": {} }""", null },
            {
                "authentication",
                """{ "entraId": { "serverApplication": "6dae42f8-4368-4678-94ff-3960e28e3630", "clientId": "11111111-2222-3333-4444-555555555555" } }""",
                null
            },
            { "authentication", """{ "tokenFile": { "path": "/a/token" } }""", null },
            { "version", null, "$.version" },
            { "version", "2", "$.version" },
            { "version", "\"1\"", "$.version" },
            { "version", "1.5", "$.version" },
            { "name", null, "$.name" },
            { "name", "\"Prod\"", "$.name" },
            { "name", "\"-prod\"", "$.name" },
            { "name", "\"../prod\"", "$.name" },
            { "name", "7", "$.name" },
            { "labels", "[]", "$.labels" },
            { "labels", "null", "$.labels" },
            { "labels.env", "true", "$.labels.env" },
            { "labels.env", "\"a b\"", "$.labels" },
            { "labels", """{ "-env": "prod" }""", "$.labels" },
            { "endpoint", "\"http://api.acme.com\"", "$.endpoint" },
            { "endpoint", "\"api.acme.com\"", "$.endpoint" },
            { "endpoint", "\"https://api.acme.com/?a=b\"", "$.endpoint" },
            { "certificateAuthority", "\"MIIB\"", "$.certificateAuthority" },
            { "unknown", "1", "$.unknown" },
            { "authentication", null, "$.authentication" },
            { "authentication", "{}", "$.authentication" },
            { "authentication", """{ "entraId": {}, "tokenFile": { "path": "/a/token" } }""", "$.authentication" },
            { "authentication", """{ "certificate": {} }""", "$.authentication.certificate" },
            { "authentication", """{ "entraId": { "clientId": "me" } }""", "$.authentication.entraId.clientId" },
            { "authentication", """{ "tokenFile": {} }""", "$.authentication.tokenFile.path" },
            { "authentication", """{ "tokenFile": { "path": "token" } }""", "$.authentication.tokenFile.path" },
            { "authentication.keyVault.vault", "\"http://acme.vault.azure.net\"", "$.authentication.keyVault.vault" },
            { "authentication.keyVault.vault", "\"https://acme.vault.azure.net/secrets/x\"", "$.authentication.keyVault.vault" },
            { "authentication.keyVault.secret", null, "$.authentication.keyVault.secret" },
            { "authentication.keyVault.secret", "\"a_b\"", "$.authentication.keyVault.secret" },
            { "authentication.keyVault.holds", "\"Token\"", "$.authentication.keyVault.holds" },
        };

    public static TheoryData<string, string?, string?> PolicyEdits =>
        new()
        {
            { "$schema", null, null },
            { "clusters", """{ "names": ["a", "b"] }""", null },
            { "schedule", """{ "cron": "0 */6 * * *" }""", null },
            { "schedule.cron", "\"15 30 2 * * MON-FRI\"", null },
            { "schedule.timeZone", "\"Etc/UTC\"", null },
            { "selection", null, null },
            { "selection", "{}", null },
            { "volumes", null, null },
            { "retention", """{ "daily": 1 }""", null },
            { "retention", null, null },
            { "immutability", null, null },
            { "concurrency", "{}", null },
            { "expectedAbsentGroups", "[]", null },
            { "paused", null, null },
            { "name", "\"Nightly\"", "$.name" },
            { "clusters", null, "$.clusters" },
            { "clusters", "{}", "$.clusters" },
            { "clusters", """{ "names": [] }""", "$.clusters.names" },
            { "clusters", """{ "names": ["a"], "selector": "a=b" }""", "$.clusters" },
            { "clusters", """{ "names": ["a", "a"] }""", "$.clusters.names[1]" },
            { "clusters", """{ "names": ["a", "B"] }""", "$.clusters.names[1]" },
            { "clusters", """{ "names": "a" }""", "$.clusters.names" },
            { "schedule", null, "$.schedule" },
            { "schedule", "\"daily\"", "$.schedule" },
            { "schedule.cron", null, "$.schedule.cron" },
            { "schedule.cron", "\"* * *\"", "$.schedule.cron" },
            { "schedule.cron", "\"@daily\"", "$.schedule.cron" },
            { "schedule.jitterSeconds", "-1", "$.schedule.jitterSeconds" },
            { "schedule.jitterSeconds", "86401", "$.schedule.jitterSeconds" },
            { "schedule.jitterSeconds", "\"600\"", "$.schedule.jitterSeconds" },
            { "schedule.jitter", "600", "$.schedule.jitter" },
            { "selection.namespaces", """["shop*"]""", "$.selection.namespaces[0]" },
            { "selection.namespaces", """[1]""", "$.selection.namespaces[0]" },
            { "selection.excludedResources", """["Pods"]""", "$.selection.excludedResources[0]" },
            { "volumes", "\"snapshots\"", "$.volumes" },
            { "volumes", """{ "snapshots": true }""", "$.volumes" },
            { "retention", "{}", "$.retention" },
            { "retention.daily", "-1", "$.retention.daily" },
            { "retention.minutely", "1", "$.retention.minutely" },
            { "immutability", "{}", "$.immutability.days" },
            { "immutability.days", "0", "$.immutability.days" },
            { "concurrency.units", "17", "$.concurrency.units" },
            { "concurrency.clusters", "0", "$.concurrency.clusters" },
            { "expectedAbsentGroups", """["Metrics"]""", "$.expectedAbsentGroups[0]" },
            { "paused", "true", "$.paused" },
            { "paused", "{}", "$.paused.reason" },
            { "paused.reason", "\"\"", "$.paused.reason" },
        };

    /// <summary>What only the validator can tell.</summary>
    public static TheoryData<string, string?, string> FurtherPolicyEdits =>
        new()
        {
            { "clusters.selector", "\"env in prod\"", "$.clusters.selector" },
            { "schedule.cron", "\"61 * * * *\"", "$.schedule.cron" },
            { "schedule.cron", "\"0 0 30 2 *\"", "$.schedule.cron" },
            { "schedule.cron", "\"*/10 * * * * *\"", "$.schedule.cron" },
            { "schedule.timeZone", "\"Europe/Atlantis\"", "$.schedule.timeZone" },
            { "schedule.timeZone", "\"../../../etc/passwd\"", "$.schedule.timeZone" },
            { "schedule.jitterSeconds", "86400", "$.schedule.jitterSeconds" },
            { "selection.excludedNamespaces", """["shop"]""", "$.selection.excludedNamespaces" },
            { "selection.includedResources", """["pods"]""", "$.selection.excludedResources" },
            { "selection.labelSelector", "\"a=b,,\"", "$.selection.labelSelector" },
            { "retention", """{ "daily": 0 }""", "$.retention" },
            { "paused.reason", "\" \"", "$.paused.reason" },
        };

    [Theory]
    [MemberData(nameof(ClusterEdits))]
    public void The_schema_and_the_validator_agree_on_clusters(string member, string? json, string? problem) =>
        Agree("cluster", Edited.With(Edited.Cluster, member, json), ClusterRegistration.Read, d => d.ToJson(), problem);

    [Theory]
    [MemberData(nameof(PolicyEdits))]
    public void The_schema_and_the_validator_agree_on_policies(string member, string? json, string? problem) =>
        Agree("policy", Edited.With(Edited.Policy, member, json), ProtectionPolicy.Read, d => d.ToJson(), problem);

    [Theory]
    [MemberData(nameof(FurtherPolicyEdits))]
    public void The_validator_knows_more_than_the_schema(string member, string? json, string problem)
    {
        var document = Edited.With(Edited.Policy, member, json);

        Assert.Contains(problem, ProtectionPolicy.Read(Edited.Bytes(document)).Problems.Select(p => p.Path));
        Assert.True(Schema("policy").Accepts(JsonNode.Parse(document)));
    }

    [Fact]
    public void The_samples_themselves_are_valid()
    {
        Agree("cluster", Edited.Cluster, ClusterRegistration.Read, d => d.ToJson(), null);
        Agree("policy", Edited.Policy, ProtectionPolicy.Read, d => d.ToJson(), null);
    }

    [Fact]
    public void The_schemas_have_the_members_that_the_documents_have()
    {
        Assert.Empty(Differences(ControlJson.Default.ClusterRegistration, SchemaOf("cluster"), SchemaOf("cluster"), "$"));
        Assert.Empty(Differences(ControlJson.Default.ProtectionPolicy, SchemaOf("policy"), SchemaOf("policy"), "$"));
    }

    /// <summary>What is valid is so, too, when it was read and written.</summary>
    private static void Agree<T>(
        string schema,
        string document,
        Func<ReadOnlyMemory<byte>, DocumentReading<T>> read,
        Func<T, byte[]> write,
        string? problem
    )
        where T : class
    {
        var reading = read(Edited.Bytes(document));

        Assert.Equal(problem is null, reading.IsValid);
        Assert.Equal(problem is null, Schema(schema).Accepts(JsonNode.Parse(document)));
        if (problem is not null)
            Assert.Contains(problem, reading.Problems.Select(p => p.Path));
        if (reading.Document is not { } valid)
            return;
        Assert.True(Schema(schema).Accepts(JsonNode.Parse(write(valid))));
        Assert.Equal(write(valid), write(read(write(valid)).Document!));
    }

    private static IEnumerable<string> Differences(JsonTypeInfo type, JsonObject schema, JsonObject root, string path)
    {
        if (schema["properties"] is not JsonObject members || type.Kind != JsonTypeInfoKind.Object)
            yield break;
        var declared = type.Properties.Where(p => p.Get is not null).ToDictionary(p => p.Name);
        foreach (var name in declared.Keys.Except(members.Select(m => m.Key)).Concat(members.Select(m => m.Key).Except(declared.Keys)))
            yield return $"{path}.{name}";
        foreach (var (name, property) in declared.Where(d => members.ContainsKey(d.Key)))
        {
            foreach (
                var difference in Differences(
                    ControlJson.Default.GetTypeInfo(property.PropertyType)!,
                    members[name]!.AsObject(),
                    root,
                    $"{path}.{name}"
                )
            )
                yield return difference;
        }
    }

    private static SchemaCheck Schema(string name) => new(SchemaOf(name));

    private static JsonObject SchemaOf(string name) =>
        JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path($"docs/schemas/{name}.schema.json")))!.AsObject();
}
