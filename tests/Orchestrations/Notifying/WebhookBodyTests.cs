using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Notifying;

public sealed class WebhookBodyTests
{
    private static readonly NotificationTarget Target = new() { Name = "on-call", ReportsAt = new("https://holdfast.acme.com/api/") };

    [Fact]
    public void A_signature_is_that_of_the_standard()
    {
        // the example of Standard Webhooks' libraries
        var signature = WebhookSignature.Of(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330),
            """{"test": 2432232314}"""u8
        );

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void Two_keys_give_two_signatures_so_that_a_key_can_be_replaced()
    {
        var keys = Enumerable.Range(0, 2).Select(_ => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}").ToArray();

        var signature = WebhookSignature.Of(string.Join('\n', keys), "a", DateTimeOffset.UnixEpoch, "{}"u8);

        Assert.Equal(keys.Select(key => WebhookSignature.Of(key, "a", DateTimeOffset.UnixEpoch, "{}"u8)), signature.Split(' '));
    }

    [Theory]
    [
        InlineData(""),
        InlineData("secret"),
        InlineData("whsec_"),
        InlineData("whsec_c2hvcnQ="),
        InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    ]
    public void What_is_no_signing_key_is_refused_without_being_quoted(string secret)
    {
        var refused = Assert.Throws<NotificationException>(() => WebhookSignature.Of(secret, "a", DateTimeOffset.UnixEpoch, "{}"u8));

        Assert.Contains("whsec_ and the base64", refused.Message, StringComparison.Ordinal);
        Assert.True(secret.Length < 8 || !refused.Message.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Slack_shows_names_as_they_are_and_reads_no_markup_in_them()
    {
        var body = Body(WebhookFormat.Slack, Sample("<!channel> *bold* & more"));

        var text = body["blocks"]![0]!["text"]!;
        Assert.Equal("plain_text", (string?)text["type"]);
        Assert.StartsWith("<!channel> *bold* & more\nRun ", (string)text["text"]!, StringComparison.Ordinal);
        Assert.EndsWith("/runs/20261122T053000Z-1a2b3c4d/report", (string)text["text"]!, StringComparison.Ordinal);
        Assert.Equal("&lt;!channel&gt; *bold* &amp; more", (string?)body["text"]);
    }

    [Fact]
    public void Teams_is_sent_an_adaptive_card_whose_texts_have_no_markup()
    {
        var attachment = Body(WebhookFormat.Teams, Sample("[click](https://evil.example)"))["attachments"]![0]!;

        Assert.Equal("application/vnd.microsoft.card.adaptive", (string?)attachment["contentType"]);
        var blocks = attachment["content"]!["body"]!.AsArray();
        Assert.All(blocks, block => Assert.Equal("RichTextBlock", (string?)block!["type"]));
        Assert.Equal("[click](https://evil.example)", (string?)blocks[0]!["inlines"]![0]!["text"]);
        Assert.Equal("Action.OpenUrl", (string?)attachment["content"]!["actions"]![0]!["type"]);
    }

    /// <summary>Teams takes 28 KB; each character here takes as many bytes as one can.</summary>
    [Theory]
    [InlineData(WebhookFormat.Json), InlineData(WebhookFormat.Slack), InlineData(WebhookFormat.Teams)]
    public void The_largest_message_fits(WebhookFormat format)
    {
        var clusters = Enumerable.Range(0, 5000).Select(i => ClusterName.Parse($"{new string('c', 58)}{i}")).ToImmutableArray();
        var notice = Sample(new('€', Notice.LongestTitle)) with
        {
            Clusters = clusters,
            Lines = [.. Enumerable.Repeat(new string('€', Notice.LongestLine), Notice.MostLines)],
            Next = new('€', Notice.LongestLine),
        };

        Assert.InRange(
            WebhookBody.Of(format, new(notice, notice.At, 7, 0), Target).Length,
            1,
            format == WebhookFormat.Json ? 48_000 : 28_000
        );
    }

    private static Notice Sample(string title) =>
        new("a-run-failed", NoticeType.RunFailed, NotifyingBench.Noon, title)
        {
            Run = RunId.Parse("20261122T053000Z-1a2b3c4d"),
            State = "Failed",
            Lines = ["First problem: *nothing* <works>"],
        };

    private static JsonNode Body(WebhookFormat format, Notice notice) =>
        JsonNode.Parse(Encoding.UTF8.GetString(WebhookBody.Of(format, new(notice, notice.At, 0, 0), Target)))!;
}
