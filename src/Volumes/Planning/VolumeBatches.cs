using System.Collections.Immutable;

namespace Holdfast.Volumes.Planning;

/// <summary>
/// Cuts the snapshots of a capture into batches, each of whole applications and, but for a larger application, of at most
/// <see cref="Most"/> volumes. Pure.
/// </summary>
internal static class VolumeBatches
{
    public const int Most = 25;

    /// <summary>Numbers the volumes that are to be snapshotted, in the order of the plan.</summary>
    public static ImmutableArray<PlannedVolume> Number(IEnumerable<PlannedVolume> volumes)
    {
        var all = volumes
            .OrderBy(v => v.Record.Namespace, StringComparer.Ordinal)
            .ThenBy(v => v.Record.Claim, StringComparer.Ordinal)
            .ThenBy(v => v.Record.Volume, StringComparer.Ordinal)
            .ToArray();
        var batches = BatchesOf(all.Where(v => v.IsCut).GroupBy(v => v.Application));
        var number = 0;
        return [.. all.Select(v => !v.IsCut ? v : v with { Number = number++, Batch = batches[v.Application] })];
    }

    private static Dictionary<string, int> BatchesOf(IEnumerable<IGrouping<string, PlannedVolume>> applications)
    {
        var batches = new Dictionary<string, int>();
        var (batch, size) = (0, 0);
        foreach (var application in applications)
        {
            var count = application.Count();
            if (size > 0 && size + count > Most)
                (batch, size) = (batch + 1, 0);
            batches[application.Key] = batch;
            size += count;
        }
        return batches;
    }
}
