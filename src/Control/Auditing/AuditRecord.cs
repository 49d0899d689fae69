using System.Text.Json.Serialization;

namespace Holdfast.Control.Auditing;

/// <summary>Who did what, or tried to: one record for each call that changes something or reads secret data. Holds no secret.</summary>
public sealed record AuditRecord
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
    public required AuditPrincipal Who { get; init; }

    /// <summary>A noun and a verb: <c>policies.replace</c>, <c>restores.approve</c>, <c>manifests.read-secrets</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to: a path below <c>/api</c>, or a run.</summary>
    public required string Target { get; init; }

    /// <summary>The caller's address.</summary>
    public required string From { get; init; }
    public required AuditOutcome Outcome { get; init; }

    /// <summary>The HTTP request's id, as logs and the answer have it.</summary>
    public required string RequestId { get; init; }

    /// <summary>
    /// What a reader of the record should know beyond: the ETag that was replaced, the plan's digest, why it was refused.
    /// </summary>
    public string? Detail { get; init; }
}

/// <param name="Id">Of the directory's object; for a local caller <c>local</c>.</param>
/// <param name="Name">For people.</param>
public sealed record AuditPrincipal(string Id, string Name);

[JsonConverter(typeof(JsonStringEnumConverter<AuditOutcome>))]
public enum AuditOutcome
{
    Succeeded,

    /// <summary>Not allowed: role, approval, condition.</summary>
    Refused,

    /// <summary>Allowed, and went wrong.</summary>
    Failed,
}

/// <param name="Record">
/// Null: what lies there is not what was written; it was changed. The storage account's own logs may show who did.
/// </param>
public sealed record AuditEntry(string Path, AuditRecord? Record);
