using Holdfast.Control.Notifications;
using Holdfast.Functions.Mail;
using Holdfast.TestKit.Mail;

namespace Holdfast.Functions.Tests.Mail;

/// <summary>Mail, in real conversations with a server.</summary>
public sealed class SmtpSenderTests : IAsyncDisposable
{
    private readonly MailServer server = new();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_mail_is_handed_over_encrypted_by_who_may_send_it()
    {
        await SmtpSender.SendAsync(Mail(), default);

        var mail = Assert.Single(server.Received);
        Assert.Equal((true, "holdfast@acme.com"), (mail.Encrypted, mail.User));
        Assert.StartsWith("MAIL FROM:<holdfast@acme.com>", mail.Envelope[0], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, mail.Envelope.Count);
        Assert.Contains("Message-Id: <a-run-failed@acme.com>", mail.Data, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Auto-Submitted: auto-generated", mail.Data, StringComparison.Ordinal);
        Assert.Contains("Subject: Holdfast: it failed", mail.Data, StringComparison.Ordinal);
        Assert.Contains("The capture failed", mail.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_TLS_from_the_first_byte_on_is_sent_mail_too()
    {
        server.IsTls = true;

        await SmtpSender.SendAsync(Mail(server => server with { Tls = true }), default);

        Assert.True(Assert.Single(server.Received).Encrypted);
    }

    [Fact]
    public async Task A_server_without_encryption_gets_neither_the_password_nor_the_mail()
    {
        server.OffersTls = false;

        var refused = await Assert.ThrowsAsync<NotificationException>(() => SmtpSender.SendAsync(Mail(), default));

        Assert.Contains("Nothing was sent in the clear", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task A_server_whose_certificate_is_not_trusted_gets_nothing()
    {
        var refused = await Assert.ThrowsAsync<NotificationException>(() =>
            SmtpSender.SendAsync(Mail(server => server with { CertificateAuthority = null }), default)
        );

        Assert.Contains("certificate isn't trusted", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task A_server_of_another_name_than_its_certificate_gets_nothing()
    {
        await using var other = new MailServer("smtp.acme.com");
        var mail = Mail(server => server with { Port = other.Port, CertificateAuthority = other.Authority });

        var refused = await Assert.ThrowsAsync<NotificationException>(() => SmtpSender.SendAsync(mail, default));

        Assert.Contains("certificate isn't trusted", refused.Message, StringComparison.Ordinal);
        Assert.Empty(other.Received);
    }

    [Fact]
    public async Task A_password_that_is_not_accepted_is_said_and_not_quoted()
    {
        server.Password = "another";

        var refused = await Assert.ThrowsAsync<NotificationException>(() => SmtpSender.SendAsync(Mail(), default));

        Assert.Equal("the mail server doesn't accept the user and password", refused.Message);
    }

    [Fact]
    public async Task What_a_server_says_is_not_passed_on_but_its_status_is()
    {
        server.Answers["RCPT"] = "550 5.1.1 secret says no";

        var refused = await Assert.ThrowsAsync<NotificationException>(() => SmtpSender.SendAsync(Mail(), default));

        Assert.Equal("the mail server refuses with status 550", refused.Message);
    }

    [Fact]
    public async Task A_server_on_this_machine_is_not_contacted_where_that_is_not_allowed()
    {
        var refused = await Assert.ThrowsAsync<NotificationException>(() =>
            SmtpSender.SendAsync(Mail() with { MayBeLocal = false }, default)
        );

        Assert.Contains("an address of this machine", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Commands);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_said_to_be()
    {
        var mail = Mail();
        await server.DisposeAsync();

        var refused = await Assert.ThrowsAsync<NotificationException>(() => SmtpSender.SendAsync(mail, default));

        Assert.Equal("the mail server can't be reached, or breaks off", refused.Message);
    }

    private OutgoingMail Mail(Func<MailTarget, MailTarget>? change = null)
    {
        var target = new MailTarget(
            "localhost",
            server.Port,
            "holdfast@acme.com",
            ["on-call@acme.com", "team@acme.com"],
            User: "holdfast@acme.com",
            CertificateAuthority: server.Authority
        );
        return new(change?.Invoke(target) ?? target, "secret", "a-run-failed", "Holdfast: it failed", "The capture failed\nNext", true)
        {
            At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero),
        };
    }
}
