using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Who the local service notifies, from options and from files. Nothing is sent: the service isn't running.</summary>
public sealed class NotificationsTests : IDisposable
{
    private const string Slack = "--webhook slack --secret-url https://acme.vault.azure.net/secrets/slack";
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task A_notification_is_made_of_options_listed_shown_and_removed()
    {
        var added = await RunAsync($"notifications add on-call {Slack} --events run.failed --digest 7 --time-zone Europe/Berlin -o json");
        var list = await RunAsync("notifications list -o json");
        var shown = await RunAsync("notifications show on-call -o json");
        var removed = await RunAsync("notifications remove on-call -o json");

        Assert.True(added.Exit == 0, added.Error);
        Assert.Equal("created", (string?)added.Json["result"]);
        Assert.Equal(("on-call", "slack"), ((string?)list.Json[0]!["notification"], (string?)list.Json[0]!["kind"]));
        Assert.Equal(["run.failed", "digest.daily"], list.Json[0]!["events"]!.AsArray().Select(e => (string)e!));
        Assert.Equal("slack", (string?)shown.Json["webhook"]!["secretUrl"]!["keyVault"]!["secret"]);
        Assert.Equal("removed", (string?)removed.Json["result"]);
        Assert.Equal("[]\n", (await RunAsync("notifications list -o json")).Out);
    }

    [Fact]
    public async Task Mail_and_signed_webhooks_are_made_of_options_too()
    {
        var mail = await RunAsync(
            "notifications add team --mail-to a@acme.com,b@acme.com --mail-from h@acme.com --mail-server smtp.acme.com:465 --print -o json"
        );
        var json = await RunAsync(
            "notifications add hook --webhook json --url https://hooks.acme.com/x --signing-secret /run/secrets/key --print -o json"
        );

        var server = mail.Json["mail"]!;
        Assert.Equal((465, true, 2), ((int)server["port"]!, (bool)server["tls"]!, server["to"]!.AsArray().Count));
        Assert.Equal("/run/secrets/key", (string?)json.Json["webhook"]!["signingSecret"]!["file"]!["path"]);
    }

    [Fact]
    public async Task Every_mistake_is_said_and_nothing_is_made()
    {
        var run = await RunAsync("notifications add On_call --webhook slack --url https://hooks.slack.com/x --events nothing --digest 24");

        Assert.Equal(2, run.Exit);
        foreach (var path in new[] { "$.name", "$.webhook.url", "$.events[0]", "$.digest.hour" })
            Assert.Contains(path, run.Error);
        Assert.Equal("[]\n", (await RunAsync("notifications list -o json")).Out);
    }

    [Fact]
    public async Task What_is_printed_can_be_checked_and_applied()
    {
        var file = Path.Combine(holdfast.Home, "n.yaml");
        await File.WriteAllTextAsync(file, (await RunAsync($"notifications add on-call {Slack} --print")).Out);

        var check = await RunAsync($"notifications check -f {file} -o json");
        var applied = await RunAsync($"notifications apply -f {file} -o json");
        var again = await RunAsync($"notifications add on-call {Slack} --digest 7");

        Assert.Equal((0, "on-call"), (check.Exit, (string?)check.Json[0]!["notification"]));
        Assert.Equal("created", (string?)applied.Json[0]!["result"]);
        Assert.Equal(2, again.Exit);
        Assert.Contains("--replace", again.Error);
    }

    [Fact]
    public async Task A_sample_that_no_service_sends_waits_and_exits_with_3()
    {
        Assert.Equal(0, (await RunAsync($"notifications add on-call {Slack}")).Exit);

        var run = await RunAsync("notifications test on-call --wait-limit 0s -o json");

        Assert.Equal((3, false), (run.Exit, (bool)run.Json["delivered"]!));
        Assert.Equal(1, (await RunAsync("notifications test nothing")).Exit);
        Assert.Equal(2, (await RunAsync("notifications test on-call --wait-limit soon")).Exit);
    }

    private Task<Finished> RunAsync(string line) => holdfast.RunAsync(line.Split(' '));
}
