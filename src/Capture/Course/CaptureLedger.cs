using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Capture.Exporting;
using Holdfast.Control;

namespace Holdfast.Capture.Course;

/// <summary>
/// What one capture has decided and done so far, in the control store: a document a leg, one a unit's piece. Each is created once and never
/// changed, so that of steps that were repeated, or done by two processes at a time, exactly one counts, and everybody goes on from that
/// one. Keeps in memory what it has seen. Thread-safe.
/// </summary>
/// <param name="control">Null: the capture is this process' alone, and ends with it; nothing is written down.</param>
/// <param name="folder">Of the capture alone; ends with a slash.</param>
public sealed class CaptureLedger(IDocumentStore? control, string folder)
{
    private const int ReadsAtOnce = 8;

    private readonly ConcurrentDictionary<int, CaptureLeg> legs = new();
    private readonly ConcurrentDictionary<(int Leg, int Unit, int Piece), UnitResult> results = new();
    private CaptureReport? made;

    /// <returns>Null: there is none.</returns>
    public async Task<CaptureLeg?> FindLegAsync(int number, CancellationToken cancellation)
    {
        if (legs.TryGetValue(number, out var known))
            return known;
        return await ReadAsync(PathOf(number), CaptureJson.Default.CaptureLeg, cancellation) is { } leg ? legs.GetOrAdd(number, leg) : null;
    }

    /// <exception cref="InvalidOperationException">There is no such leg: the capture has ended, or it never began.</exception>
    public async Task<CaptureLeg> LegAsync(int number, CancellationToken cancellation) =>
        await FindLegAsync(number, cancellation)
        ?? throw new InvalidOperationException($"{folder} has no leg {number}: this capture has ended already");

    /// <returns>The leg of that number that counts.</returns>
    public async Task<CaptureLeg> KeepAsync(CaptureLeg leg, CancellationToken cancellation)
    {
        var counts = await KeepAsync(PathOf(leg.Number), leg, CaptureJson.Default.CaptureLeg, cancellation);
        Forget(leg.Number);
        return legs.GetOrAdd(leg.Number, counts);
    }

    /// <param name="unit">Index into the leg's units.</param>
    /// <returns>Null: that piece hasn't been exported.</returns>
    public async Task<UnitResult?> FindAsync(int leg, int unit, int piece, CancellationToken cancellation)
    {
        if (results.TryGetValue((leg, unit, piece), out var known))
            return known;
        return await ReadAsync(PathOf(leg, unit, piece), CaptureJson.Default.UnitResult, cancellation) is { } result
            ? results.GetOrAdd((leg, unit, piece), result)
            : null;
    }

    /// <returns>The result of that piece that counts.</returns>
    public async Task<UnitResult> KeepAsync(int leg, int unit, UnitResult result, CancellationToken cancellation)
    {
        var counts = await KeepAsync(PathOf(leg, unit, result.Piece), result, CaptureJson.Default.UnitResult, cancellation);
        return results.GetOrAdd((leg, unit, result.Piece), counts);
    }

    /// <summary>Every piece of every unit of a leg.</summary>
    /// <exception cref="InvalidOperationException">A unit hasn't been exported to its end.</exception>
    public async Task<ImmutableArray<UnitResult>> ResultsAsync(CaptureLeg leg, CancellationToken cancellation)
    {
        var pieces = new List<UnitResult>[leg.Units.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(
            0,
            pieces.Length,
            options,
            async (unit, token) => pieces[unit] = await PiecesAsync(leg.Number, unit, token)
        );
        return [.. pieces.SelectMany(p => p)];
    }

    /// <summary>Keeps what is to be told of the sealed point.</summary>
    public async Task KeepAsync(CaptureReport report, CancellationToken cancellation) =>
        made = await KeepAsync($"{folder}sealed.json", report, CaptureJson.Default.CaptureReport, cancellation);

    /// <returns>Null: the point isn't sealed.</returns>
    public async Task<CaptureReport?> FindReportAsync(CancellationToken cancellation) =>
        made ?? await ReadAsync($"{folder}sealed.json", CaptureJson.Default.CaptureReport, cancellation);

    /// <summary>Deletes all of it: the capture has ended.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        if (control is null)
            return;
        await foreach (var path in control.ListAsync(folder, null, cancellation))
            await control.DeleteAsync(path, null, cancellation);
    }

    private string PathOf(int leg) => $"{folder}leg-{leg}.json";

    private string PathOf(int leg, int unit, int piece) => $"{folder}leg-{leg}/unit-{unit}-{piece}.json";

    private async Task<List<UnitResult>> PiecesAsync(int leg, int unit, CancellationToken cancellation)
    {
        var pieces = new List<UnitResult>();
        do
        {
            pieces.Add(
                await FindAsync(leg, unit, pieces.Count, cancellation)
                    ?? throw new InvalidOperationException(
                        $"{PathOf(leg, unit, pieces.Count)} is missing: all units are exported before anything else is done"
                    )
            );
        } while (pieces[^1].Rest is not null);
        return pieces;
    }

    /// <summary>What came before a leg is needed no more.</summary>
    private void Forget(int before)
    {
        foreach (var number in legs.Keys.Where(n => n < before - 1))
            legs.TryRemove(number, out _);
        foreach (var key in results.Keys.Where(k => k.Leg < before - 1))
            results.TryRemove(key, out _);
    }

    private async Task<T?> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        control is not null && await control.ReadAsync(path, type, cancellation) is { Document: var document } ? document : null;

    private async Task<T> KeepAsync<T>(string path, T value, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (control is null || await control.CreateAsync(path, JsonSerializer.SerializeToUtf8Bytes(value, type), cancellation) is not null)
            return value;
        return await ReadAsync(path, type, cancellation)
            ?? throw new InvalidOperationException($"{path} was there a moment ago and is gone: the capture has ended already");
    }
}
