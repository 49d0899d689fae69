namespace Holdfast.Control.Tests;

/// <summary>A member, its new JSON (null: removed), and the path of the problem (null: it is valid).</summary>
public static class NotificationEdits
{
    public static TheoryData<string, string?, string?> Agreed =>
        new()
        {
            { "$schema", null, null },
            { "events", null, null },
            { "events", """["run.failed","schedule.missed"]""", null },
            { "policies", null, null },
            { "minimumMinutes", "0", null },
            { "digest", null, null },
            { "digest", """{ "hour": 23 }""", null },
            { "reportsAt", null, null },
            { "webhook", """{ "format": "slack", "secretUrl": { "file": { "path": "/run/secrets/slack" } } }""", null },
            { "webhook.url", "\"http://127.0.0.1:9000/hook\"", null },
            { "name", "\"On call\"", "$.name" },
            { "version", "2", "$.version" },
            { "unknown", "1", "$.unknown" },
            { "events", """["run.finished"]""", "$.events[0]" },
            { "events", """["run.failed","run.failed"]""", "$.events[1]" },
            { "policies", "[]", "$.policies" },
            { "clusters", """["Prod"]""", "$.clusters[0]" },
            { "minimumMinutes", "-1", "$.minimumMinutes" },
            { "pointAge", "\"26\"", "$.pointAge" },
            { "replicaLag", "\"soon\"", "$.replicaLag" },
            { "digest", "{}", "$.digest.hour" },
            { "digest.hour", "24", "$.digest.hour" },
            { "reportsAt", "\"ftp://acme.com\"", "$.reportsAt" },
            { "webhook.format", "\"discord\"", "$.webhook.format" },
            { "webhook.url", "\"https://hooks.acme.com/?key=1\"", "$.webhook.url" },
            { "webhook.url", "\"https://me:secret@hooks.acme.com/\"", "$.webhook.url" },
            { "webhook.secretUrl", """{ "file": { "path": "/a" } }""", "$.webhook" },
            { "webhook.signingSecret", "\"whsec_abc\"", "$.webhook.signingSecret" },
            { "webhook.signingSecret", "{}", "$.webhook.signingSecret" },
            { "webhook.signingSecret", """{ "file": { "path": "key" } }""", "$.webhook.signingSecret.file.path" },
            { "webhook.signingSecret", """{ "value": "whsec_abc" }""", "$.webhook.signingSecret.value" },
            { "mail", """{ "host": "smtp.acme.com", "from": "a@acme.com", "to": ["b@acme.com"] }""", "$" },
        };

    /// <summary>What only the validator can check.</summary>
    public static TheoryData<string, string?, string> Further =>
        new()
        {
            { "webhook", null, "$" },
            { "digest.timeZone", "\"Europe/Atlantis\"", "$.digest.timeZone" },
            { "reportsAt", "\"http://acme.com\"", "$.reportsAt" },
            { "webhook", """{ "format": "json", "url": "https://hooks.acme.com/" }""", "$.webhook.signingSecret" },
            { "webhook", """{ "format": "slack", "url": "https://hooks.slack.com/x" }""", "$.webhook.url" },
            { "webhook", """{ "format": "teams" }""", "$.webhook" },
            {
                "webhook",
                """
                    { "format": "teams", "secretUrl": { "file": { "path": "/a" } }, "signingSecret": { "file": { "path": "/b" } } }
                    """,
                "$.webhook.signingSecret"
            },
            { "webhook.url", "\"http://hooks.acme.com/\"", "$.webhook.url" },
        };
}
