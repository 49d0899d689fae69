using Holdfast.Archive.Format;
using Holdfast.Control.Policies;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// What a run's orchestration is started with: which run it is, and how it is driven. What is asked for is in the stored order
/// (<see cref="RunOrders"/>), where activities read it: it may be of any size.
/// </summary>
/// <remarks>
/// The source-generated reader assigns every init-only property, so initialisers don't supply defaults for members missing from the JSON;
/// the getters do, and orders of earlier releases are read.
/// </remarks>
public abstract record OrderRef
{
    public required RunId Run { get; init; }

    /// <summary>Who asked, as an audit names them; <c>schedule</c> for a policy's run.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>
    /// How often a step is tried that fails for a reason that may pass, with growing pauses from 5 seconds to 2 minutes. Default 5.
    /// </summary>
    public int Attempts
    {
        get => field == 0 ? 5 : field;
        init;
    }
}

/// <summary>Of a capture of one cluster.</summary>
public record CaptureOrderRef : OrderRef
{
    public required ClusterName Cluster { get; init; }

    /// <summary>The policy that asks for it; null: a person asks.</summary>
    public string? Policy { get; init; }

    /// <summary>Units that are exported at once. Default 4.</summary>
    public int Units
    {
        get => field == 0 ? 4 : field;
        init;
    }

    /// <summary>
    /// Always. Release 0.1.0 takes an order without it for a whole one, which asks for everything; with it, it reads the stored order,
    /// which it refuses as newer.
    /// </summary>
    public bool IsBrief => true;

    /// <summary>Without what is asked for, where this is a whole order.</summary>
    public CaptureOrderRef Reference() => new(this);
}

/// <summary>Of a run that captures several clusters.</summary>
public record FleetOrderRef : OrderRef
{
    /// <inheritdoc cref="CaptureOrderRef.Policy"/>
    public string? Policy { get; init; }

    /// <summary>Units of a cluster that are exported at once. Default 4.</summary>
    public int Units
    {
        get => field == 0 ? 4 : field;
        init;
    }

    /// <summary>Clusters that are captured at once. Default: as of a policy.</summary>
    public int Concurrency
    {
        get => field == 0 ? new ConcurrencyLimits().Clusters : field;
        init;
    }

    /// <summary>Each cluster starts so late, from nothing to this, always the same for a policy and cluster. Default: at once.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>What the report is to say of how the run came about.</summary>
    public string? Note
    {
        get;
        init => field = RunResult.Cut(value);
    }

    /// <inheritdoc cref="CaptureOrderRef.Reference"/>
    public FleetOrderRef Reference() => new(this);

    /// <summary>Of one cluster's part.</summary>
    public CaptureOrderRef PartOf(ClusterName cluster) =>
        new()
        {
            Run = Run.Of(cluster),
            Cluster = cluster,
            RequestedBy = RequestedBy,
            Policy = Policy,
            Units = Units,
            Attempts = Attempts,
        };
}
