using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <summary>How the last verification of the whole vault ended: what health says of it.</summary>
/// <param name="Message">Null: nothing was wrong.</param>
public sealed record VerificationOutcome(RunId Run, RunState State, DateTimeOffset EndedAt, string? Message)
{
    public int Version => 1;
}

/// <summary>Where that is kept. Thread-safe.</summary>
public sealed class LastVerification(IDocumentStore control)
{
    /// <returns>Null: there was none, or the document can't be used.</returns>
    /// <exception cref="ControlException">The store can't be read.</exception>
    public async Task<VerificationOutcome?> FindAsync(CancellationToken cancellation) =>
        (await control.TryReadAsync(ControlPaths.Verification, HoldfastJson.Default.VerificationOutcome, cancellation))?.Document;

    internal Task NoteAsync(RunReport report, CancellationToken cancellation)
    {
        var outcome = new VerificationOutcome(report.Run, report.State, report.EndedAt, RunResult.Of(report).Reason);
        return control.PutAsync(
            ControlPaths.Verification,
            JsonSerializer.SerializeToUtf8Bytes(outcome, HoldfastJson.Default.VerificationOutcome),
            cancellation
        );
    }
}
