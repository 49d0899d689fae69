using System.Text.Json;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Corrects the reports of fleets that had ended before all of their parts had.</summary>
internal static class FleetReports
{
    /// <summary>
    /// Puts the outcome of a part into its fleet's report; where a fleet is still running and has no report yet, or the report can't be
    /// used, nothing is done. Repeated, it changes nothing more.
    /// </summary>
    /// <remarks>Parts may end at the same time: each writes only what it has read.</remarks>
    public static async Task SettleAsync(IDocumentStore control, RunId fleet, RunReport part, CancellationToken cancellation)
    {
        while (await control.TryReadAsync(RunReports.PathOf(fleet), HoldfastJson.Default.RunReport, cancellation) is { } stored)
        {
            if (With(stored.Document, part) is not { } after)
                return;
            var content = JsonSerializer.SerializeToUtf8Bytes(after, HoldfastJson.Default.RunReport);
            if (await control.ReplaceAsync(RunReports.PathOf(fleet), content, stored.ETag, cancellation) is not null)
                return;
        }
    }

    /// <returns>Null: it says so already, or isn't the report of that part's fleet.</returns>
    private static RunReport? With(RunReport fleet, RunReport part)
    {
        if (fleet.Clusters.FirstOrDefault(p => p.Run == part.Run) is not { } old)
            return null;
        var now = FleetOutcomes.PartOf(part, old.Cluster);
        return now == old
            ? null
            : FleetOutcomes.Of(fleet, fleet.Clusters.Replace(old, now)) with
            {
                Notes = [.. fleet.Notes.Append(Note(part)).Distinct()],
            };
    }

    private static string Note(RunReport part) => $"{part.Cluster} ended as {part.State} at {part.EndedAt:u}, after this run had";
}
