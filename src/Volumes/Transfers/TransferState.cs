using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Volumes.Transfers;

/// <summary>How far the transfers of one volume are. Serialisable.</summary>
/// <param name="Number">The planned volume's.</param>
public sealed record CarriedVolume(int Number, ImmutableArray<TransferState> States);

/// <summary>How far a transfer is. Serialisable.</summary>
public sealed record TransferState
{
    public static readonly TransferState UnderWay = new();

    /// <summary>Nothing is left to do: it succeeded, or it failed for good.</summary>
    public bool IsDone { get; init; }

    /// <summary>Why it failed; null: it succeeded or is under way.</summary>
    public string? Problem { get; init; }

    /// <summary>Copies of the snapshot that it made.</summary>
    public ImmutableArray<SnapshotCopy> Copies
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What it made in blob storage; null: nothing.</summary>
    public VolumeExport? Export { get; init; }

    /// <summary>It failed for good.</summary>
    public static TransferState Failed(string problem) => new() { IsDone = true, Problem = problem };
}
