using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Sealing;
using Holdfast.Control;

namespace Holdfast.Capture.Running;

/// <summary>
/// What one capture has decided and done so far: a document for each pass and for each piece of a unit, of which the first counts. Keeps in
/// memory what it has seen. Thread-safe.
/// </summary>
public sealed class CaptureLedger(OnceDocuments documents)
{
    private const int ReadsAtOnce = 8;
    private const string Sealed = "sealed.json";
    private const string Infrastructure = "infrastructure.json";

    private readonly ConcurrentDictionary<int, CapturePass> passes = new();
    private readonly ConcurrentDictionary<(int Pass, int Unit, int Piece), UnitResult> results = new();
    private CaptureReport? made;

    /// <returns>Null: there is no such pass.</returns>
    public async Task<CapturePass?> FindPassAsync(int number, CancellationToken cancellation)
    {
        if (passes.TryGetValue(number, out var known))
            return known;
        return await documents.FindAsync(PathOf(number), CaptureJson.Default.CapturePass, cancellation, CapturePass.Renew) is { } pass
            ? passes.GetOrAdd(number, pass)
            : null;
    }

    /// <exception cref="InvalidOperationException">There is no such pass: the capture has ended, or never began.</exception>
    public async Task<CapturePass> PassAsync(int number, CancellationToken cancellation) =>
        await FindPassAsync(number, cancellation)
        ?? throw new InvalidOperationException($"pass {number} isn't stored: this capture has already ended");

    /// <returns>The pass of that number that counts.</returns>
    public async Task<CapturePass> KeepAsync(CapturePass pass, CancellationToken cancellation)
    {
        var counts = await documents.CreateAsync(
            PathOf(pass.Number),
            pass,
            CaptureJson.Default.CapturePass,
            cancellation,
            CapturePass.Renew
        );
        Forget(pass.Number);
        return passes.GetOrAdd(pass.Number, counts);
    }

    /// <param name="unit">Index into the pass's units.</param>
    /// <returns>Null: that piece hasn't been exported.</returns>
    public async Task<UnitResult?> FindAsync(int pass, int unit, int piece, CancellationToken cancellation)
    {
        if (results.TryGetValue((pass, unit, piece), out var known))
            return known;
        return await documents.FindAsync(PathOf(pass, unit, piece), CaptureJson.Default.UnitResult, cancellation) is { } result
            ? results.GetOrAdd((pass, unit, piece), result)
            : null;
    }

    /// <returns>The result of that piece that counts.</returns>
    public async Task<UnitResult> KeepAsync(int pass, int unit, UnitResult result, CancellationToken cancellation)
    {
        var counts = await documents.CreateAsync(PathOf(pass, unit, result.Piece), result, CaptureJson.Default.UnitResult, cancellation);
        return results.GetOrAdd((pass, unit, result.Piece), counts);
    }

    /// <summary>Every piece of every unit of a pass.</summary>
    /// <exception cref="InvalidOperationException">A unit hasn't been exported to its end.</exception>
    public async Task<ImmutableArray<UnitResult>> ResultsAsync(CapturePass pass, CancellationToken cancellation)
    {
        var pieces = new List<UnitResult>[pass.Units.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(
            0,
            pieces.Length,
            options,
            async (unit, token) => pieces[unit] = await PiecesAsync(pass.Number, unit, token)
        );
        return [.. pieces.SelectMany(p => p)];
    }

    /// <returns>What the cluster runs on, as it was first read: a repeated seal writes the same.</returns>
    public async Task<CapturedInfrastructure> InfrastructureAsync(
        Func<Task<CapturedInfrastructure>> read,
        CancellationToken cancellation
    ) =>
        await documents.FindAsync(Infrastructure, CaptureJson.Default.CapturedInfrastructure, cancellation)
        ?? await documents.CreateAsync(Infrastructure, await read(), CaptureJson.Default.CapturedInfrastructure, cancellation);

    /// <summary>Stores what is to be reported of the sealed point.</summary>
    public async Task KeepAsync(CaptureReport report, CancellationToken cancellation) =>
        made = await documents.CreateAsync(Sealed, report, CaptureJson.Default.CaptureReport, cancellation);

    /// <returns>Null: the point isn't sealed.</returns>
    public async Task<CaptureReport?> FindReportAsync(CancellationToken cancellation) =>
        made ?? await documents.FindAsync(Sealed, CaptureJson.Default.CaptureReport, cancellation);

    // Release 0.1.0 called a pass a leg: stored runs have the name.
    private string PathOf(int pass) => $"leg-{pass}.json";

    private string PathOf(int pass, int unit, int piece) => $"leg-{pass}/unit-{unit}-{piece}.json";

    private async Task<List<UnitResult>> PiecesAsync(int pass, int unit, CancellationToken cancellation)
    {
        var pieces = new List<UnitResult>();
        do
        {
            pieces.Add(
                await FindAsync(pass, unit, pieces.Count, cancellation)
                    ?? throw new InvalidOperationException(
                        $"{PathOf(pass, unit, pieces.Count)} is missing: all units must be exported before the pass can continue"
                    )
            );
        } while (pieces[^1].Rest is not null);
        return pieces;
    }

    /// <summary>What came before a pass is no longer needed.</summary>
    private void Forget(int before)
    {
        foreach (var number in passes.Keys.Where(n => n < before - 1))
            passes.TryRemove(number, out _);
        foreach (var key in results.Keys.Where(k => k.Pass < before - 1))
            results.TryRemove(key, out _);
    }
}
