using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Holdfast.Control.Notifications;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>
/// The body that each receiver reads. Names and messages come from clusters: nothing in them is read as markup. Pure.
/// </summary>
/// <remarks>
/// Sources: the payload of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md: type,
/// timestamp, data); Slack's incoming webhooks and Block Kit, where <c>plain_text</c> has no markup and at most 3,000 characters; Teams'
/// workflows "when a webhook request is received", which post the adaptive card of a message's attachment, at most 28 KB, and where a
/// <c>TextRun</c> has no markup.
/// </remarks>
internal static class WebhookBody
{
    /// <summary>In characters, each of which takes up to three bytes.</summary>
    private const int LongestText = 2900;

    private static readonly System.Text.Json.JsonSerializerOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Of(WebhookFormat format, QueuedMessage message, NotificationTarget target)
    {
        var text = MessageText.Of(message, target);
        var body = format switch
        {
            WebhookFormat.Slack => Slack(text),
            WebhookFormat.Teams => Teams(text),
            _ => Json(message, text),
        };
        return Encoding.UTF8.GetBytes(body.ToJsonString(Compact));
    }

    private static JsonObject Json(QueuedMessage message, MessageText text)
    {
        var notice = message.Notice;
        var data = new JsonObject
        {
            ["title"] = text.Title,
            ["lines"] = Strings(notice.Lines),
            ["next"] = notice.Next,
            ["run"] = notice.Run?.ToString(),
            ["state"] = notice.State,
            ["policy"] = notice.Policy,
            ["clusters"] = Strings(notice.Clusters.Take(MessageText.Clusters).Select(cluster => cluster.ToString())),
            ["clusterCount"] = notice.Clusters.Length,
            ["withheld"] = message.Withheld,
            ["report"] = text.Link?.AbsoluteUri,
        };
        foreach (var absent in data.Where(member => member.Value is null).Select(member => member.Key).ToList())
            data.Remove(absent);
        return new()
        {
            ["type"] = notice.Type,
            ["timestamp"] = notice.At.UtcDateTime.ToString("O"),
            ["data"] = data,
        };
    }

    private static JsonObject Slack(MessageText text) =>
        new()
        {
            ["text"] = Escaped(text.Title),
            ["blocks"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "section",
                    ["text"] = new JsonObject
                    {
                        ["type"] = "plain_text",
                        ["text"] = text.Whole(LongestText),
                        ["emoji"] = false,
                    },
                }
            ),
        };

    /// <summary>Slack reads these three as markup in the text that is shown in place of the blocks.</summary>
    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    private static JsonObject Teams(MessageText text)
    {
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray([.. Paragraphs(text)]),
        };
        if (text.Link is { } link)
            card["actions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Action.OpenUrl",
                    ["title"] = "Report",
                    ["url"] = link.AbsoluteUri,
                }
            );
        return new()
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(
                new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = card }
            ),
        };
    }

    private static IEnumerable<JsonNode?> Paragraphs(MessageText text)
    {
        yield return Paragraph(text.Title, isTitle: true);
        var left = LongestText;
        foreach (var line in text.Lines.TakeWhile(line => (left -= line.Length) > 0))
            yield return Paragraph(line, isTitle: false);
    }

    private static JsonObject Paragraph(string text, bool isTitle)
    {
        var run = new JsonObject { ["type"] = "TextRun", ["text"] = text };
        if (isTitle)
            run["weight"] = "Bolder";
        return new() { ["type"] = "RichTextBlock", ["inlines"] = new JsonArray(run) };
    }

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)text)]);
}
