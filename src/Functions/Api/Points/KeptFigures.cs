using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Documents;
using Holdfast.Functions.Api.Documents;
using Holdfast.Machine.Faults;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Functions.Api.Points;

/// <summary>
/// Figures as they were added up, at <see cref="VaultCatalogue.FiguresOf"/>. A cache: what can't be read or written is added up again.
/// </summary>
internal sealed class KeptFigures(RunEnvironment environment, ClusterName cluster)
{
    private readonly string path = VaultCatalogue.FiguresOf(environment.Vault, cluster);

    /// <returns>Null: there are none of these points, or none that new.</returns>
    public async Task<StatsDocument?> FindAsync(string identity, DateTimeOffset since, CancellationToken cancellation)
    {
        try
        {
            if (await environment.Control.ReadAsync(path, cancellation) is not { } kept)
                return null;
            var note = JsonSerializer.Deserialize(kept.Content.Span, ApiJson.Plain.StatsNote);
            return note is not null && note.Identity == identity && note.At >= since ? note.Document : null;
        }
        catch (Exception e) when (e is ControlException || ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    public async Task KeepAsync(string identity, StatsDocument document, CancellationToken cancellation)
    {
        var note = new StatsNote(identity, environment.Time.GetUtcNow(), document);
        try
        {
            await environment.Control.PutAsync(path, JsonSerializer.SerializeToUtf8Bytes(note, ApiJson.Plain.StatsNote), cancellation);
        }
        catch (ControlException)
        {
            // without it, the next request adds them up again
        }
    }
}
