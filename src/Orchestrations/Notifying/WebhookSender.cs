using System.Net;
using System.Net.Http.Headers;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Control.Notifications;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>Posts messages. A receiver gets the message alone, and of its answer only the status is kept. Thread-safe.</summary>
/// <param name="patience">For how long an answer is waited for.</param>
internal sealed class WebhookSender(NotificationAccess access, TimeProvider time, TimeSpan patience)
{
    /// <exception cref="NotificationException">It wasn't taken.</exception>
    public async Task SendAsync(NotificationTarget target, QueuedMessage message, CancellationToken cancellation)
    {
        var (webhook, path) = (target.Webhook!, ControlPaths.Notification(target.Name));
        var url = webhook.Url ?? Url(await access.SecretAsync(webhook.SecretUrl!, path, cancellation));
        access.RequireRemote(url, path);
        var body = WebhookBody.Of(webhook.Format, message, target);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (webhook.SigningSecret is { } secret)
            Sign(request, await access.SecretAsync(secret, path, cancellation), message.Notice.Id, body);
        await PostAsync(request, url, cancellation);
    }

    private static Uri Url(string secret) =>
        TargetUrls.TryRead(secret) ?? throw new NotificationException("what secretUrl names is no https URL. Store the URL alone");

    private void Sign(HttpRequestMessage request, string secret, string id, byte[] body)
    {
        var now = time.GetUtcNow();
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", WebhookSignature.Seconds(now));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(secret, id, now, body));
    }

    private async Task PostAsync(HttpRequestMessage request, Uri url, CancellationToken cancellation)
    {
        using var handler = access.LocalTargets ? Open() : GuardedSockets.HandlerFor(url);
        using var client = new HttpClient(handler) { Timeout = patience };
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
                throw Refused(answer);
        }
        catch (HttpRequestException fault)
        {
            throw new NotificationException(Why(fault), fault);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new NotificationException($"it doesn't answer within {patience.TotalSeconds} seconds", late);
        }
    }

    private static SocketsHttpHandler Open() => new() { AllowAutoRedirect = false, UseCookies = false };

    /// <summary>The host may be part of the secret, and is not said.</summary>
    private static string Why(HttpRequestException fault) =>
        fault.InnerException is LocalAddressException
            ? "its host has addresses of this machine, of its link, or of a cloud's metadata service only, which isn't allowed"
            : fault.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "its host's name can't be resolved",
                HttpRequestError.SecureConnectionError => "its certificate isn't trusted, or it doesn't speak TLS",
                _ => "it can't be reached",
            };

    private NotificationException Refused(HttpResponseMessage answer) =>
        new($"it answers with status {(int)answer.StatusCode}{Advice(answer.StatusCode)}")
        {
            RetryAfter = Pause(answer.Headers.RetryAfter),
        };

    private static string Advice(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                ": it doesn't accept the message's signature, or its URL was revoked",
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ": the webhook was removed. Make a new one and store its URL",
            HttpStatusCode.RequestEntityTooLarge => ": the message is too large for it",
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
                ": redirects aren't followed. Store the URL that it leads to",
            _ => "",
        };

    private TimeSpan? Pause(RetryConditionHeaderValue? asked) => asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : null);
}
