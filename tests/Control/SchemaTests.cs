using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Files;

namespace Holdfast.Control.Tests;

/// <summary>
/// The schemas of docs/schemas and the validators agree. Some rules can't be expressed in a schema; those only the validator has, never
/// the other way round.
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
                """
                    { "entraId": { "serverApplication": "6dae42f8-4368-4678-94ff-3960e28e3630",
                      "clientId": "11111111-2222-3333-4444-555555555555" } }
                    """,
                null
            },
            { "authentication", """{ "tokenFile": { "path": "/a/token" } }""", null },
            { "azure", Aks("a_b.c(1)"), null },
            { "azure", "{}", "$.azure.resourceId" },
            { "azure", """{ "resourceId": "prod" }""", "$.azure.resourceId" },
            { "azure", Aks("a/../b"), "$.azure.resourceId" },
            { "azure", """{ "cluster": "prod" }""", "$.azure.cluster" },
            { "authentication", """{ "aks": { "clientId": "x" } }""", "$.authentication.aks.clientId" },
            { "filesPassword", """{ "vault": "https://acme.vault.azure.net", "secret": "prod-files" }""", null },
            { "filesPassword", """{ "vault": "https://acme.vault.azure.net" }""", "$.filesPassword.secret" },
            { "filesPassword", """{ "vault": "http://acme.vault.azure.net", "secret": "prod-files" }""", "$.filesPassword.vault" },
            { "filesPassword", """{ "vault": "https://acme.vault.azure.net", "secret": "the password!" }""", "$.filesPassword.secret" },
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

    private static string Aks(string group) =>
        """
            { "resourceId": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/GROUP/providers/TYPE/prod" }
            """.Replace("GROUP", group, StringComparison.Ordinal).Replace("TYPE", AzureCluster.Type, StringComparison.Ordinal);

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
            { "files", """{ "image": "restic/restic:0.18.1" }""", null },
            {
                "files",
                """
                    { "image": "localhost:5000/restic@sha256:0", "namespace": "movers", "serviceAccount": "mover", "namespaces": ["shop"],
                      "labelSelector": "tier=data", "cpu": "2", "memory": "2Gi", "atOnce": 50, "hours": 12 }
                    """,
                null
            },
            { "files", "{}", "$.files.image" },
            { "files", """{ "image": "restic --verbose" }""", "$.files.image" },
            { "files", """{ "image": "restic", "namespace": "Movers" }""", "$.files.namespace" },
            { "files", """{ "image": "restic", "atOnce": 0 }""", "$.files.atOnce" },
            { "files", """{ "image": "restic", "hours": 13 }""", "$.files.hours" },
            { "files", """{ "image": "restic", "password": "x" }""", "$.files.password" },
            { "volumes", null, null },
            { "volumes", "\"snapshot\"", null },
            { "volumes", "\"snapshot-where-possible\"", null },
            { "hooks", null, null },
            { "hooks", "[]", null },
            { "hooks", """[{ "name": "a", "pre": [{ "command": ["echo", "a", "a"] }] }, { "name": "b", "post": [] }]""", null },
            { "hooks", """{ "name": "a" }""", "$.hooks" },
            { "hooks", """["freeze"]""", "$.hooks[0]" },
            { "hooks", """[{ "pre": [] }]""", "$.hooks[0].name" },
            { "hooks", """[{ "name": "Freeze", "pre": [] }]""", "$.hooks[0].name" },
            { "hooks", """[{ "name": "a", "pre": [], "namespaces": ["shop*"] }]""", "$.hooks[0].namespaces[0]" },
            { "hooks", """[{ "name": "a", "pre": [], "selector": "a=b" }]""", "$.hooks[0].selector" },
            { "hooks", """[{ "name": "a", "pre": "sync" }]""", "$.hooks[0].pre" },
            { "hooks", """[{ "name": "a", "pre": [{}] }]""", "$.hooks[0].pre[0].command" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": [] }] }]""", "$.hooks[0].pre[0].command" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": "sync" }] }]""", "$.hooks[0].pre[0].command" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": ["sync", 1] }] }]""", "$.hooks[0].pre[0].command[1]" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": ["a"], "container": "A" }] }]""", "$.hooks[0].pre[0].container" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": ["a"], "timeoutSeconds": 0 }] }]""", "$.hooks[0].pre[0].timeoutSeconds" },
            {
                "hooks",
                """[{ "name": "a", "post": [{ "command": ["a"], "timeoutSeconds": 601 }] }]""",
                "$.hooks[0].post[0].timeoutSeconds"
            },
            { "hooks", """[{ "name": "a", "post": [{ "command": ["a"], "timeout": "5s" }] }]""", "$.hooks[0].post[0].timeout" },
            { "hooks", """[{ "name": "a", "post": [{ "command": ["a"], "onError": "fail" }] }]""", "$.hooks[0].post[0].onError" },
            { "retention", """{ "daily": 1 }""", null },
            { "retention", """{ "last": 3, "within": "36h" }""", null },
            { "retention", """{ "within": "9999w" }""", null },
            { "retention", """{ "within": "0d" }""", "$.retention.within" },
            { "retention", """{ "within": "14" }""", "$.retention.within" },
            { "retention", """{ "within": "14m" }""", "$.retention.within" },
            { "retention", """{ "within": "10000d" }""", "$.retention.within" },
            { "retention", """{ "within": 14 }""", "$.retention.within" },
            { "retention.last", "1001", "$.retention.last" },
            { "retention", null, null },
            { "suspiciousChange", null, null },
            { "suspiciousChange", "{}", null },
            { "suspiciousChange.deletedObjects", "-1", "$.suspiciousChange.deletedObjects" },
            { "suspiciousChange.deletedPercent", "0", "$.suspiciousChange.deletedPercent" },
            { "suspiciousChange.changedSecretsPercent", "101", "$.suspiciousChange.changedSecretsPercent" },
            { "suspiciousChange.newAdmins", "1", "$.suspiciousChange.newAdmins" },
            { "immutability", null, null },
            { "immutability.mode", "\"unlocked\"", null },
            { "immutability.mode", "\"locked\"", null },
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
            { "selection.namespaces", """["Shop*"]""", "$.selection.namespaces[0]" },
            { "selection.namespaces", """["team-*", "app-?"]""", null },
            { "selection.excludedNamespaces", """["*-scratch"]""", null },
            { "selection.namespaces", """[1]""", "$.selection.namespaces[0]" },
            { "selection.excludedResources", """["Pods"]""", "$.selection.excludedResources[0]" },
            { "volumes", "\"snapshots\"", "$.volumes" },
            { "volumes", """{ "snapshots": true }""", "$.volumes" },
            { "retention", "{}", "$.retention" },
            { "retention.daily", "-1", "$.retention.daily" },
            { "retention.minutely", "1", "$.retention.minutely" },
            { "immutability", "{}", "$.immutability.days" },
            { "immutability.days", "0", "$.immutability.days" },
            { "immutability.mode", "\"loose\"", "$.immutability.mode" },
            { "immutability.mode", "1", "$.immutability.mode" },
            { "concurrency.units", "17", "$.concurrency.units" },
            { "concurrency.clusters", "0", "$.concurrency.clusters" },
            { "expectedAbsentGroups", """["Metrics"]""", "$.expectedAbsentGroups[0]" },
            { "paused", "true", "$.paused" },
            { "paused", "{}", "$.paused.reason" },
            { "paused.reason", "\"\"", "$.paused.reason" },
        };

    /// <summary>What only the validator can check.</summary>
    public static TheoryData<string, string?, string> FurtherPolicyEdits =>
        new()
        {
            { "clusters.selector", "\"env in prod\"", "$.clusters.selector" },
            { "files", """{ "image": "restic", "memory": "much" }""", "$.files.memory" },
            { "files", """{ "image": "restic", "labelSelector": "a in b" }""", "$.files.labelSelector" },
            { "schedule.cron", "\"61 * * * *\"", "$.schedule.cron" },
            { "schedule.cron", "\"0 0 30 2 *\"", "$.schedule.cron" },
            { "schedule.cron", "\"*/10 * * * * *\"", "$.schedule.cron" },
            { "schedule.timeZone", "\"Europe/Atlantis\"", "$.schedule.timeZone" },
            { "schedule.timeZone", "\"../../../etc/passwd\"", "$.schedule.timeZone" },
            { "schedule.jitterSeconds", "86400", "$.schedule.jitterSeconds" },
            { "selection.excludedNamespaces", """["shop"]""", "$.selection.excludedNamespaces" },
            { "selection.includedResources", """["pods"]""", "$.selection.excludedResources" },
            { "selection.labelSelector", "\"a=b,,\"", "$.selection.labelSelector" },
            { "hooks", """[{ "name": "a" }]""", "$.hooks[0]" },
            { "hooks", """[{ "name": "a", "pre": [] }, { "name": "a", "pre": [] }]""", "$.hooks[1].name" },
            { "hooks", """[{ "name": "a", "pre": [], "labelSelector": "a=b,," }]""", "$.hooks[0].labelSelector" },
            { "hooks", """[{ "name": "a", "pre": [{ "command": ["psql", "https://u:p@db/x"] }] }]""", "$.hooks[0].pre[0].command[1]" },
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

    [Theory]
    [MemberData(nameof(NotificationEdits.Agreed), MemberType = typeof(NotificationEdits))]
    public void The_schema_and_the_validator_agree_on_notifications(string member, string? json, string? problem) =>
        Agree("notification", Edited.With(Edited.Notification, member, json), NotificationTarget.Read, d => d.ToJson(), problem);

    [Theory]
    [MemberData(nameof(NotificationEdits.Further), MemberType = typeof(NotificationEdits))]
    public void The_validator_knows_more_of_notifications_than_the_schema(string member, string? json, string problem)
    {
        var document = Edited.With(Edited.Notification, member, json);

        Assert.Contains(problem, NotificationTarget.Read(Edited.Bytes(document)).Problems.Select(p => p.Path));
        Assert.True(Schema("notification").Accepts(JsonNode.Parse(document)));
    }

    [Fact]
    public void The_samples_themselves_are_valid()
    {
        Agree("cluster", Edited.Cluster, ClusterRegistration.Read, d => d.ToJson(), null);
        Agree("policy", Edited.Policy, ProtectionPolicy.Read, d => d.ToJson(), null);
        Agree("notification", Edited.Notification, NotificationTarget.Read, d => d.ToJson(), null);
    }

    [Fact]
    public void The_schemas_have_the_members_that_the_documents_have()
    {
        Assert.Empty(Differences(RegistrationJson.Default.ClusterRegistration, SchemaOf("cluster"), SchemaOf("cluster"), "$"));
        Assert.Empty(Differences(PolicyJson.Default.ProtectionPolicy, SchemaOf("policy"), SchemaOf("policy"), "$"));
        Assert.Empty(Differences(NotificationJson.Default.NotificationTarget, SchemaOf("notification"), SchemaOf("notification"), "$"));
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
                    type.Options.GetTypeInfo(property.PropertyType),
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
