using Holdfast.Archive.Format;
using Holdfast.Archive.Verification;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Verify what the vault holds.</summary>
public sealed record VerificationOrder : OrderRef
{
    /// <summary>Of the day, UTC: when the service begins its own.</summary>
    public const int DailyHour = 4;

    /// <summary>Null: of every cluster.</summary>
    public ClusterName? Cluster { get; init; }

    /// <summary>
    /// How many of a hundred packs are read, by the day of the run; of the others it is looked at whether they are there.
    /// </summary>
    public required int Sample { get; init; }

    internal PackSample Packs => PackSample.Of(Sample, DateOnly.FromDateTime(Run.Time.UtcDateTime));
}
