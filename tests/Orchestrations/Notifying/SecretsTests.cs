using System.Diagnostics;
using System.Text;
using Holdfast.Control;
using Holdfast.Orchestrations.Notifying;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Files;

namespace Holdfast.Orchestrations.Tests.Notifying;

/// <summary>What a target may reach, what it is trusted with, and how it knows who posts.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task A_secret_url_is_used_and_kept_nowhere()
    {
        await using var bench = await NotifyingBench.StartAsync();
        await bench.AddAsync("on-call", "slack");
        bench.Answer = StubServer.Json(404, NotifyingBench.SecretPath);
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Equal(NotifyingBench.SecretPath, Assert.Single(bench.Received).Path);
        Assert.Contains("status 404", (await bench.StateAsync()).LastFailure, StringComparison.Ordinal);
        foreach (var path in await bench.PathsAsync(""))
            Assert.DoesNotContain(
                "topsecret",
                Encoding.UTF8.GetString((await bench.Control.ReadAsync(path, default))!.Content.Span),
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/x"), InlineData("https://localhost/x"), InlineData("https://169.254.169.254/latest")]
    public async Task Nothing_is_posted_to_this_machine_or_a_metadata_service(string url)
    {
        await using var bench = await NotifyingBench.StartAsync(local: false);
        await bench.AddAsync("on-call", "slack");
        await File.WriteAllTextAsync(bench.File("url"), url);
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Empty(bench.Received);
        var why = (await bench.StateAsync()).LastFailure!;
        Assert.Contains("HOLDFAST_ALLOW_LOCAL_ENDPOINTS", why, StringComparison.Ordinal);
        Assert.DoesNotContain(url, why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var bench = await NotifyingBench.StartAsync();
        await bench.AddAsync("on-call");
        bench.Answer = StubServer.Json(307, "", ("Location", new Uri(bench.Receiver.Url, "/elsewhere").AbsoluteUri));
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Single(bench.Received);
        Assert.Contains("redirects aren't followed", (await bench.StateAsync()).LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_outside_of_the_folders_for_credentials_is_not_read()
    {
        await using var bench = await NotifyingBench.StartAsync();
        await bench.AddAsync(
            "on-call",
            members: """{ "webhook": { "format": "slack", "secretUrl": { "file": { "path": "/etc/passwd" } } } }"""
        );
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Contains("HOLDFAST_CREDENTIAL_FOLDERS", (await bench.StateAsync()).LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_message_is_sent_even_while_the_target_is_left_alone()
    {
        await using var bench = await NotifyingBench.StartAsync();
        await bench.AddAsync("on-call", members: """{ "events": ["run.partial"] }""");
        bench.Answer = StubServer.Sequence(StubServer.Json(500, ""), StubServer.Json(200, ""));
        var first = await TestMessages.QueueAsync(bench.Control, "on-call", "jane", bench.Time.Now, default);
        await bench.DeliverAsync();
        Assert.Equal((false, "it answers with status 500"), await TestMessages.LookAsync(bench.Control, "on-call", first, default));

        var second = await TestMessages.QueueAsync(bench.Control, "on-call", "jane", bench.Time.Now.AddSeconds(1), default);
        await bench.DeliverAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((true, null), await TestMessages.LookAsync(bench.Control, "on-call", second, default));
        Assert.Empty(await bench.PathsAsync(ControlPaths.Outbox));
    }

    /// <summary>The program of docs/notifications.md, given what was really posted.</summary>
    [Fact]
    public async Task The_documented_receiver_accepts_what_is_posted_and_refuses_what_was_changed_or_is_old()
    {
        await using var bench = await NotifyingBench.StartAsync();
        bench.Time.Now = DateTimeOffset.UtcNow;
        await bench.AddAsync("on-call");
        await bench.FailAsync();
        await bench.DeliverAsync();
        var posted = Assert.Single(bench.Received);

        Assert.Equal(0, await VerifyAsync(posted, posted.Body));
        Assert.Equal(1, await VerifyAsync(posted, posted.Body + " "));
        bench.Time.Now = DateTimeOffset.UtcNow.AddMinutes(-6);
        await bench.FailAsync(2, policy: "other");
        await bench.DeliverAsync();
        Assert.Equal(1, await VerifyAsync(bench.Received.Last(), bench.Received.Last().Body));
    }

    private static async Task<int> VerifyAsync(Posted posted, string body)
    {
        var manual = await File.ReadAllTextAsync(RepositoryFiles.Path("docs/notifications.md"));
        var program = manual.Split("```python\n")[1].Split("```")[0];
        var start = new ProcessStartInfo("python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        foreach (
            var argument in new[] { "-c", program, posted.Id, posted.Headers["webhook-timestamp"], posted.Headers["webhook-signature"] }
        )
            start.ArgumentList.Add(argument);
        start.Environment["HOLDFAST_HOOK_KEY"] = NotifyingBench.Key;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(body);
        process.StandardInput.Close();
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
