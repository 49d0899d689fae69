using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Notifications;

/// <summary>Reads where messages are posted to.</summary>
internal static class WebhookReader
{
    private const string Example = "https://hooks.acme.com/holdfast";

    public static WebhookTarget? Read(DocumentSection section)
    {
        var format = Format(section);
        var url = section.Text("url", Example) is { } text
            ? TargetUrls.Read(section, "url", text, Example, "messages are posted there")
            : null;
        var secretUrl = NotificationSecretReader.Read(section, "secretUrl");
        var signing = NotificationSecretReader.Read(section, "signingSecret");
        section.RefuseUnknown();
        CheckUrl(section, format);
        CheckSigning(section, format);
        return format is { } known ? new(known, url, secretUrl, signing) : null;
    }

    private static WebhookFormat? Format(DocumentSection section)
    {
        switch (section.RequiredText("format", "each receiver reads another form of JSON", "slack"))
        {
            case "json":
                return WebhookFormat.Json;
            case "slack":
                return WebhookFormat.Slack;
            case "teams":
                return WebhookFormat.Teams;
            case { } other:
                section.Problem(
                    "format",
                    $"'{Quoted.Short(other)}' is unknown",
                    "each receiver reads another form of JSON",
                    "Write json, slack or teams"
                );
                return null;
            default:
                return null;
        }
    }

    private static void CheckUrl(DocumentSection section, WebhookFormat? format)
    {
        if (section.Has("url") == section.Has("secretUrl"))
            section.Problem(
                null,
                section.Has("url") ? "has both url and secretUrl" : "has neither url nor secretUrl",
                "messages are posted to one URL",
                "Write \"secretUrl\": { \"keyVault\": { \"vault\": \"https://acme.vault.azure.net\", \"secret\": \"slack-url\" } }"
            );
        else if (section.Has("url") && format is WebhookFormat.Slack or WebhookFormat.Teams)
            section.Problem(
                "url",
                "can't be in the document",
                "whoever knows the URL of a Slack or Teams channel can post to it, so it is a secret",
                "Put it into a Key Vault secret or a file, and name that under \"secretUrl\""
            );
    }

    private static void CheckSigning(DocumentSection section, WebhookFormat? format)
    {
        if (format == WebhookFormat.Json && !section.Has("signingSecret"))
            section.Problem(
                "signingSecret",
                "is missing",
                "the receiver could not know who posts to it",
                "Add \"signingSecret\": { \"keyVault\": { \"vault\": \"https://acme.vault.azure.net\", \"secret\": \"hook-key\" } }"
            );
        else if (format is (WebhookFormat.Slack or WebhookFormat.Teams) && section.Has("signingSecret"))
            section.Problem("signingSecret", "is of no use", "Slack and Teams verify no signature", "Leave it out");
    }
}
