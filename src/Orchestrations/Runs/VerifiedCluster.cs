using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What verification found of one cluster's points.</summary>
public sealed record VerifiedCluster(ClusterName Cluster)
{
    /// <summary>Findings in a report; the command line lists all.</summary>
    internal const int MostFindings = 20;

    public int Points { get; init; }

    /// <summary>Packs that were looked for, those that were read among them.</summary>
    public int PacksSeen { get; init; }

    /// <summary>Packs that were read, and their bytes.</summary>
    public int Packs { get; init; }
    public long Bytes { get; init; }

    /// <summary>How much is damaged: findings, all of them.</summary>
    public int Damage { get; init; }

    /// <summary>The first of the damage.</summary>
    public ImmutableArray<VerificationFinding> Findings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Why it couldn't be verified, for a person; null: it could.</summary>
    public string? Failure { get; init; }

    /// <summary>With what a later part of the same verification found, of the same points.</summary>
    internal VerifiedCluster With(VerifiedCluster later) =>
        this with
        {
            PacksSeen = PacksSeen + later.PacksSeen,
            Packs = Packs + later.Packs,
            Bytes = Bytes + later.Bytes,
            Damage = Damage + later.Damage,
            Findings = [.. Findings.Concat(later.Findings).Take(MostFindings)],
            Failure = Failure ?? later.Failure,
        };
}

/// <param name="Kind">As the command line's <c>verify</c> has it.</param>
/// <param name="Path">The blob.</param>
/// <param name="Point">Null: it is of no point, or of many.</param>
public sealed record VerificationFinding(string Kind, string Path, PointId? Point, string Message);
