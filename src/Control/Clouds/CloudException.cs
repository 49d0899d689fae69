namespace Holdfast.Control.Clouds;

/// <summary>Why a cloud's management API did not do what was asked.</summary>
public enum CloudFailure
{
    /// <summary>No way to sign in works here, or the API doesn't take the identity.</summary>
    NotAuthenticated,

    /// <summary>The identity may not do it.</summary>
    Forbidden,

    /// <summary>A policy of the organisation forbids it, whoever asks.</summary>
    DeniedByPolicy,

    /// <summary>A lock on the resource, its group or the subscription forbids it, until a person removes the lock.</summary>
    Locked,

    /// <summary>Something that the request needs doesn't exist: its group, its source.</summary>
    NotFound,

    /// <summary>The state of what it is asked of doesn't allow it now, and may soon: something else is being done to it.</summary>
    Conflict,

    /// <summary>The region or zone has no room or offers no such kind, or a quota is used up.</summary>
    NoCapacity,

    /// <summary>Too many requests.</summary>
    Throttled,

    /// <summary>The request itself is wrong, for this API, or for what is there already: waiting doesn't help.</summary>
    Invalid,

    /// <summary>It can't be reached, or failed on its side.</summary>
    Unreachable,

    /// <summary>What was begun failed.</summary>
    Broken,
}

/// <summary>A cloud's management API failed us.</summary>
/// <param name="failure">What went wrong, for code to decide on.</param>
/// <param name="message">What, where and what to do next, for a person; holds no secret.</param>
public sealed class CloudException(CloudFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public CloudFailure Failure { get; } = failure;

    /// <summary>The API's own word for it; empty: it said none.</summary>
    public string Code { get; init; } = "";

    /// <summary>How long it asked to be left alone; null: it didn't.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient => Failure is CloudFailure.Throttled or CloudFailure.Unreachable or CloudFailure.Conflict;
}
