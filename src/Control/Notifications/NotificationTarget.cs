using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Notifications;

/// <summary>
/// Who is notified, of what, and how (<c>notifications/NAME.json</c> in the control container): a webhook or a mailbox. Holds no secret,
/// only where secrets are. Specified in docs/control-documents.md and docs/schemas/notification.schema.json.
/// </summary>
public sealed record NotificationTarget
{
    public const int CurrentVersion = 1;

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The document's file name, a DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>This or <see cref="Mail"/>.</summary>
    public WebhookTarget? Webhook { get; init; }
    public MailTarget? Mail { get; init; }

    /// <summary>Of <see cref="NoticeType.Chosen"/>; null: all of them.</summary>
    public ImmutableArray<string>? Events { get; init; }

    /// <summary>Only what concerns one of these policies; null: any.</summary>
    public ImmutableArray<string>? Policies { get; init; }

    /// <summary>Only what concerns one of these clusters; null: any.</summary>
    public ImmutableArray<string>? Clusters { get; init; }

    /// <summary>
    /// For so long after a message, others of the same type, policy and cluster are counted and not sent. Default 60 minutes.
    /// </summary>
    public int MinimumMinutes { get; init; } = 60;

    /// <summary>From what age of a cluster's last good point on the objective is missed. Null: 26 hours.</summary>
    public KeptDuration? PointAge { get; init; }

    /// <summary>From what lag on a replica is lagging. Null: 6 hours.</summary>
    public KeptDuration? ReplicaLag { get; init; }

    /// <summary>Null: no daily digest.</summary>
    public DigestTime? Digest { get; init; }

    /// <summary>Where people reach the API, for links to reports: <c>https://holdfast.acme.com/api</c>. Null: no links.</summary>
    public Uri? ReportsAt { get; init; }

    /// <summary>Reads and validates whole: all that is wrong, at once.</summary>
    public static DocumentReading<NotificationTarget> Read(ReadOnlyMemory<byte> json) =>
        DocumentText.Read(json, CurrentVersion, NotificationReader.Read);

    /// <summary>Whether the target is notified of what concerns a policy or any of these clusters.</summary>
    public bool Covers(string? policy, IEnumerable<string> clusters) =>
        (Policies is not { } policies || (policy is not null && policies.Contains(policy)))
        && (Clusters is not { } named || clusters.Any(named.Contains));

    /// <summary>Indented JSON, members in declared order: what <see cref="Read"/> reads back as an equal document.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, NotificationJson.Readable.NotificationTarget);
}

/// <summary>Where a message is posted to.</summary>
/// <param name="Url">In the document: of the format <c>json</c> only. Null: <paramref name="SecretUrl"/> says.</param>
/// <param name="SecretUrl">Where the URL is kept: whoever knows that of a Slack or Teams channel can post to it.</param>
/// <param name="SigningSecret">Where the key is that messages of the format <c>json</c> are signed with.</param>
public sealed record WebhookTarget(
    WebhookFormat Format,
    Uri? Url = null,
    NotificationSecret? SecretUrl = null,
    NotificationSecret? SigningSecret = null
);

[JsonConverter(typeof(JsonStringEnumConverter<WebhookFormat>))]
public enum WebhookFormat
{
    /// <summary>Signed, under the rules of Standard Webhooks.</summary>
    [JsonStringEnumMemberName("json")]
    Json,

    /// <summary>An incoming webhook of a Slack channel.</summary>
    [JsonStringEnumMemberName("slack")]
    Slack,

    /// <summary>A Teams workflow that posts the adaptive card which it is sent.</summary>
    [JsonStringEnumMemberName("teams")]
    Teams,
}

/// <summary>A mail server and who receives the mail. The connection is always encrypted.</summary>
/// <param name="Tls">From the first byte on (usually at port 465); else by STARTTLS, without which nothing is sent.</param>
/// <param name="User">Null: the server asks for none.</param>
/// <param name="Password">Set exactly when there is a user.</param>
/// <param name="CertificateAuthority">PEM; null: the CAs of the service's machine.</param>
public sealed record MailTarget(
    string Host,
    int Port,
    string From,
    ImmutableArray<string> To,
    bool Tls = false,
    string? User = null,
    NotificationSecret? Password = null,
    string? CertificateAuthority = null
);

/// <summary>Where a secret is kept: in one of the two.</summary>
/// <param name="File">On the service's machine, in a folder that it takes credentials from.</param>
public sealed record NotificationSecret(SecretReference? KeyVault = null, TokenFileCredential? File = null);

/// <param name="Hour">Of the zone's clock, 0 to 23: the digest is written at the first look after it.</param>
/// <param name="TimeZone">An IANA name.</param>
public sealed record DigestTime(int Hour, string TimeZone = "Etc/UTC");
