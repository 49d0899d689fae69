using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests;

/// <summary>
/// A valid document with one member changed: <c>"schedule.cron"</c> to the JSON text that stands there then, or (null) removed.
/// </summary>
internal static class Edited
{
    public static readonly string Cluster = $$"""
        {
          "$schema": "https://holdfast.dev/schemas/cluster.schema.json",
          "version": 1,
          "name": "prod-west",
          "labels": { "env": "prod", "acme.com/tier": "gold" },
          "endpoint": "https://prod-west.hcp.westeurope.azmk8s.io:443",
          "certificateAuthority": {{JsonValue.Create(Certificates.Authority).ToJsonString()}},
          "tlsServerName": "kubernetes.default.svc",
          "authentication": { "keyVault": { "vault": "https://acme.vault.azure.net", "secret": "prod-west-token", "holds": "token" } }
        }
        """;

    public const string Policy = """
        {
          "$schema": "https://holdfast.dev/schemas/policy.schema.json",
          "version": 1,
          "name": "nightly",
          "clusters": { "selector": "env=prod,tier in (gold,silver)" },
          "schedule": { "cron": "30 2 * * *", "timeZone": "Europe/Berlin", "jitterSeconds": 600 },
          "selection": { "namespaces": ["shop"], "excludedNamespaces": ["scratch"], "excludedResources": ["pods"],
            "includedResources": ["events"], "labelSelector": "app!=batch" },
          "volumes": "none",
          "hooks": [{ "name": "freeze", "namespaces": ["shop"], "labelSelector": "app=db",
            "pre": [{ "container": "db", "command": ["fsfreeze", "-f", "/data"], "timeoutSeconds": 60, "onError": "Continue" }],
            "post": [{ "command": ["fsfreeze", "-u", "/data"] }] }],
          "retention": { "last": 10, "within": "2w", "hourly": 24, "daily": 7, "weekly": 4, "monthly": 12, "yearly": 3 },
          "immutability": { "days": 14 },
          "encryption": "secrets",
          "suspiciousChange": { "deletedObjects": 0, "deletedPercent": 10, "changedSecrets": 5, "changedSecretsPercent": 30,
            "newClusterAdmins": 2, "newWebhooks": 3, "newPrivilegedWorkloads": 4 },
          "concurrency": { "clusters": 20, "units": 2 },
          "expectedAbsentGroups": ["metrics.k8s.io"],
          "paused": { "reason": "the vault moves until Monday" }
        }
        """;

    public const string Notification = """
        {
          "$schema": "https://holdfast.dev/schemas/notification.schema.json",
          "version": 1,
          "name": "on-call",
          "webhook": {
            "format": "json",
            "url": "https://hooks.acme.com/holdfast",
            "signingSecret": { "keyVault": { "vault": "https://acme.vault.azure.net", "secret": "hook-key" } }
          },
          "events": ["run.failed", "verification.failed"],
          "policies": ["nightly"],
          "clusters": ["prod-west"],
          "minimumMinutes": 30,
          "pointAge": "26h",
          "replicaLag": "1d",
          "digest": { "hour": 7, "timeZone": "Europe/Berlin" },
          "reportsAt": "https://holdfast.acme.com/api"
        }
        """;

    public static string With(string document, string member, string? json)
    {
        var root = JsonNode.Parse(document)!.AsObject();
        var steps = member.Split('.');
        var at = root;
        foreach (var step in steps[..^1])
            at = (at[step] ??= new JsonObject()).AsObject();
        if (json is null)
            at.Remove(steps[^1]);
        else
            at[steps[^1]] = JsonNode.Parse(json);
        return root.ToJsonString();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
