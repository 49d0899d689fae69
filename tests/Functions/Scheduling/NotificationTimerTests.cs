using System.Text;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Functions.App;
using Holdfast.Functions.Mail;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Mail;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Scheduling;

/// <summary>The service's timers have messages delivered, by mail too, and health says where they don't arrive.</summary>
public sealed class NotificationTimerTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 1, 0, TimeSpan.Zero);

    private readonly SettableTime time = new(Noon);
    private readonly MemoryDocuments control = new();
    private readonly MailServer server = new();
    private readonly CancellationTokenSource stopping = new();
    private HoldfastApp app = null!;
    private EmbeddedEngine engine = null!;

    public async Task InitializeAsync()
    {
        var environment = new RunEnvironment((_, _) => throw new NotSupportedException(), new MemoryStore(), control, time)
        {
            Stopping = stopping.Token,
            Notifications = new NotificationAccess(new() { LocalEndpoints = true }, null),
            SendMail = SmtpSender.SendAsync,
        };
        app = new(new AppSettings(_ => null), environment, [], time, NullLoggerFactory.Instance);
        engine = await EmbeddedEngine.StartAsync(app, stopping, time);
    }

    public async Task DisposeAsync()
    {
        await engine.DisposeAsync();
        await app.DisposeAsync();
        await server.DisposeAsync();
    }

    public void Dispose() => stopping.Dispose();

    [Fact]
    public async Task A_sample_message_is_mailed_within_a_minute()
    {
        await AddAsync();
        var id = await TestMessages.QueueAsync(control, "team", "jane", time.Now, default);

        await TickAsync();

        var mail = Assert.Single(server.Received);
        Assert.True(mail.Encrypted);
        Assert.Contains($"<{id}@acme.com>", mail.Data, StringComparison.Ordinal);
        Assert.Contains("A test of the notification 'team'", mail.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_nothing_to_send_nothing_is_started()
    {
        await AddAsync();

        await Timers.ScheduleAsync(app, engine.Client, default);

        Assert.Null(await engine.Client.GetInstanceAsync(new NotifyOrder(time.Now).InstanceId, CancellationToken.None));
    }

    [Fact]
    public async Task A_target_that_messages_do_not_reach_is_in_the_warnings_until_they_do()
    {
        await AddAsync();
        server.Answers["MAIL"] = "451 4.3.0 later";
        await TestMessages.QueueAsync(control, "team", "jane", time.Now, default);
        foreach (var pause in new[] { 0, 1, 2 })
            await TickAsync(pause);

        var warning = Assert.Single(app.Warnings.All);
        Assert.Equal(("notification", "team", (DateTimeOffset?)Noon), (warning.Kind, warning.Subject, warning.Since));
        Assert.Contains("the mail server refuses with status 451", warning.Message, StringComparison.Ordinal);
        server.Answers.Clear();
        await TickAsync(4);

        Assert.Empty(app.Warnings.All);
        Assert.Single(server.Received);
    }

    private async Task AddAsync()
    {
        var authority = System.Text.Json.JsonSerializer.Serialize(server.Authority);
        var json = $$"""
            {"version":1,"name":"team","mail":{"host":"localhost","port":{{server.Port}},"from":"holdfast@acme.com","to":["team@acme.com"],
             "certificateAuthority":{{authority}} } }
            """;
        var reading = NotificationTarget.Read(Encoding.UTF8.GetBytes(json));
        Assert.Empty(reading.Problems);
        await new ControlDocuments(control).CreateNotificationAsync(reading.Document!, default);
    }

    private async Task TickAsync(int minutes = 0)
    {
        time.Now = time.Now.AddMinutes(minutes);
        await Timers.ScheduleAsync(app, engine.Client, default);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await engine.Client.WaitForInstanceCompletionAsync(new NotifyOrder(time.Now).InstanceId, patience.Token);
        await NewNotifications.LookAsync(app, default);
    }
}
