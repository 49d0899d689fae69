using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Capture.Exporting;

/// <summary>
/// Exports units of one plan: reads their lists, writes what is new to packs, reuses what is known. Bounded in time and memory; a unit may
/// be exported again, and then writes the same bytes. Thread-safe; what it learns from one unit (a revision that expired, types that have
/// mostly changed) saves requests for the next ones.
/// </summary>
/// <param name="known">Segments that may be reused instead of read or written.</param>
public sealed class UnitExporter(
    ClusterConnection connection,
    CapturePlan plan,
    KnownSegments known,
    RecoveryPointWriter vault,
    TimeProvider time,
    ExportProgress progress
)
{
    /// <summary>How long one call works by default before it hands back.</summary>
    public static readonly TimeSpan DefaultBudget = TimeSpan.FromMinutes(4);

    /// <summary>Lists of one unit that are read at once.</summary>
    private const int Lanes = 2;

    private readonly ExportContext context = new(connection, plan, known, progress) { Encryption = vault.Encryption };

    /// <summary>
    /// Exports the unit, or as much of it as the time budget allows, at least one page of each list: <see cref="UnitResult.Rest"/> is what
    /// to export next.
    /// </summary>
    /// <exception cref="Clusters.ClusterException">
    /// The cluster as a whole can't be reached, or no longer accepts the credentials.
    /// </exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<UnitResult> ExportAsync(CaptureUnit unit, TimeSpan budget, CancellationToken cancellation)
    {
        var clock = new ExportClock(time, budget);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = Share(unit).Select(share => LaneAsync(share, clock, either)).ToArray();
        // Where one lane failed and stopped the other, the failure is thrown, not the other's cancellation.
        await Task.WhenAll(lanes);
        return Together(unit, [.. lanes.Select(l => l.Result)]);
    }

    /// <summary>Each lane's slices, decided beforehand: whatever lane is faster, a unit exported again makes the same packs.</summary>
    private static IEnumerable<CaptureUnit> Share(CaptureUnit unit)
    {
        var lanes = new (ImmutableArray<Slice>.Builder Slices, long Cost)[Math.Min(Lanes, unit.Slices.Length)];
        for (var i = 0; i < lanes.Length; i++)
            lanes[i].Slices = ImmutableArray.CreateBuilder<Slice>();
        foreach (var slice in unit.Slices)
        {
            var least = 0;
            for (var i = 1; i < lanes.Length; i++)
                least = lanes[i].Cost < lanes[least].Cost ? i : least;
            lanes[least].Slices.Add(slice);
            lanes[least].Cost += UnitSizing.Cost(slice);
        }
        return lanes.Select(lane => unit with { Slices = lane.Slices.ToImmutable() });
    }

    private async Task<UnitResult> LaneAsync(CaptureUnit share, ExportClock clock, CancellationTokenSource either)
    {
        try
        {
            using var lane = new ExportLane(context, new PackWriter(vault, PackLimits.Default, known.Parts), clock, share);
            return await lane.RunAsync(either.Token);
        }
        catch
        {
            await either.CancelAsync();
            throw;
        }
    }

    private static UnitResult Together(CaptureUnit unit, UnitResult[] lanes)
    {
        ImmutableArray<Slice> rest = [.. lanes.SelectMany(lane => lane.Rest?.Slices ?? [])];
        return new()
        {
            Unit = unit.Number,
            Piece = unit.Piece,
            Slices = [.. lanes.SelectMany(lane => lane.Slices)],
            Rest = rest.IsEmpty ? null : unit with { Piece = unit.Piece + 1, Slices = rest },
            PacksWritten = lanes.Sum(lane => lane.PacksWritten),
            BytesWritten = lanes.Sum(lane => lane.BytesWritten),
        };
    }
}

/// <summary>What the lanes of a plan's units share. Thread-safe.</summary>
internal sealed class ExportContext(ClusterConnection connection, CapturePlan plan, KnownSegments known, ExportProgress progress)
{
    private readonly Dictionary<string, PlannedType> types = plan
        .Types.Where(t => t.State is TypeState.Captured)
        .ToDictionary(t => t.Type.GroupResource);

    public ClusterConnection Connection => connection;

    /// <summary>Null: nothing is encrypted.</summary>
    public PointEncryption? Encryption { get; init; }
    public KnownSegments Known => known;
    public ExportProgress Progress => progress;
    public Revision Revision => plan.Revision;
    public bool ReadAll => plan.Request.Full;
    public string? LabelSelector => plan.Request.Scope.LabelSelector;
    public NamespaceFilter Filter { get; } = new(plan.Request.Scope, plan.LabelledNamespaces);
    public ReuseOdds Odds { get; } = new();

    public ListCosts Costs { get; } = ListCosts.Of(plan.ServerVersion);

    /// <summary>The server answers lists at the latest revision without reading its store.</summary>
    public bool LatestListsAreCached { get; } = LatestProof.IsWorthwhile(plan.ServerVersion);

    /// <summary>The server no longer has the plan's revision: nothing more is read at it.</summary>
    public bool Expired { get; set; }

    public PlannedType Type(string resource) => types[resource];

    public byte[] Header(PlannedType type) => SegmentFingerprint.Header(type, plan.ServerVersion);
}

/// <summary>Knows when an export has used up its time.</summary>
internal sealed class ExportClock(TimeProvider time, TimeSpan budget)
{
    private readonly long start = time.GetTimestamp();

    public bool IsUp => time.GetElapsedTime(start) >= budget;
}
