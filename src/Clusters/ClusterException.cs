namespace Holdfast.Clusters;

/// <summary>Why a call to a protected cluster failed.</summary>
public enum ClusterFailure
{
    /// <summary>No TCP or TLS connection: the name, the route, a firewall, an untrusted certificate.</summary>
    Unreachable,

    /// <summary>401: the credentials are missing, wrong or expired.</summary>
    NotAuthenticated,

    /// <summary>403: authenticated, but without the permission; <see cref="Exception.Message"/> names the verb and resource.</summary>
    Forbidden,

    /// <summary>404 of a path: the type or the object isn't served (any more). Retrying does not help; discovery may.</summary>
    NotFound,

    /// <summary>410: the revision or continue token is older than the server keeps. Start the list again.</summary>
    Expired,

    /// <summary>429 for longer than the caller's patience.</summary>
    Throttled,

    /// <summary>5xx, a broken or stalled response, or malformed JSON.</summary>
    Broken,

    /// <summary>
    /// An answer, or an object in it, is larger than <see cref="Connections.AnswerLimits"/> allow. It was not read to its end.
    /// </summary>
    TooLarge,
}

/// <summary>
/// A protected cluster failed: never a bug in Holdfast, never the vault's or the cloud's fault.
/// </summary>
/// <param name="failure">What went wrong, for code to decide on.</param>
/// <param name="message">What, where and what to do next, for a person to read; holds no secret.</param>
public sealed class ClusterException(ClusterFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public ClusterFailure Failure { get; } = failure;

    /// <summary>
    /// Whether the same call may succeed later without anyone changing anything. True for an unreachable server, false for one whose
    /// certificate isn't trusted.
    /// </summary>
    public bool IsTransient { get; init; } = failure is ClusterFailure.Unreachable or ClusterFailure.Throttled or ClusterFailure.Broken;
}
