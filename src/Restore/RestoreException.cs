using System.Collections.Immutable;

namespace Holdfast.Restore;

public enum RestoreRefusal
{
    /// <summary>The caller's request is wrong.</summary>
    BadRequest,

    /// <summary>The target is not the cluster that the point, or the plan, is of.</summary>
    OtherCluster,

    /// <summary>Objects exist and the request says to fail then.</summary>
    Exists,

    /// <summary>The plan doesn't fit the point, or was changed after planning.</summary>
    BadPlan,

    /// <summary>The target doesn't allow the credentials what the plan does.</summary>
    MissingRights,
}

/// <summary>A restore was refused before anything was written.</summary>
/// <param name="refusal">For code to decide on.</param>
/// <param name="message">What, where, why and what to do next; holds no secret.</param>
public sealed class RestoreException(RestoreRefusal refusal, string message) : Exception(message)
{
    internal RestoreException(RestoreRefusal refusal, ImmutableArray<string> problems)
        : this(refusal, string.Join("; ", problems)) => Problems = problems;

    public RestoreRefusal Refusal { get; } = refusal;

    /// <summary>All that is wrong with the request, each by itself; empty where the message is about one thing.</summary>
    public ImmutableArray<string> Problems { get; } = [];
}
