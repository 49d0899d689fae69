using System.Collections.Immutable;

namespace Holdfast.Capture;

/// <summary>Why a capture was refused or given up, though cluster and vault both answered.</summary>
public enum CaptureFailure
{
    /// <summary>Another cluster answers under the known name.</summary>
    OtherCluster,

    /// <summary>The capture began longer ago than a point may take to be sealed.</summary>
    TooOld,

    /// <summary>Not one type could be read: a point would hold nothing.</summary>
    NothingCaptured,

    /// <summary>What is asked for is malformed, or names what the cluster doesn't have.</summary>
    BadRequest,
}

/// <summary>A capture that must not make a point.</summary>
/// <param name="message">What, why and what to do next, for a person to read; holds no secret.</param>
public sealed class CaptureException(CaptureFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    internal CaptureException(CaptureFailure failure, ImmutableArray<string> problems)
        : this(failure, string.Join("; ", problems)) => Problems = problems;

    public CaptureFailure Failure { get; } = failure;

    /// <summary>All that is wrong with the request, each by itself; empty where the message is about one thing.</summary>
    public ImmutableArray<string> Problems { get; } = [];
}
