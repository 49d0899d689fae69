using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Estimates;

/// <summary>Estimates how long plans take, from their counts and from rates that were measured. Pure.</summary>
public static class PlanEstimates
{
    /// <summary>
    /// Requests a second of the fastest target: 20,000 objects in 10.4 s on loopback (docs/performance.md, "Measured").
    /// </summary>
    private const double MostRequestsPerSecond = 1900;

    /// <summary>Of the slowest target that counts: a tenth of a second to each request, with as many in flight as there can be.</summary>
    private static readonly double FewestRequestsPerSecond = 10 * ApplyLimits.Default.WritesInFlight;

    /// <summary>
    /// What a definition costs the server, on 1.36 and on 1.20, which builds its OpenAPI documents again for each (docs/performance.md, "A
    /// cluster of real size": 95 of them, without the 10 s of patience).
    /// </summary>
    private const double LeastSecondsPerDefinition = (17.7 - 10) / 95;
    private const double MostSecondsPerDefinition = (63.1 - 10) / 95;

    public static RestoreEstimate Of(RestorePlan plan)
    {
        var stages = plan
            .Steps.Where(s => RequestsOf(s.Action) > 0)
            .GroupBy(s => s.Stage)
            .OrderBy(g => g.Key)
            .Select(g => Of(g.Key, [.. g]))
            .ToImmutableArray();
        return new(stages.Sum(s => s.Writes), Round(stages.Sum(s => s.LeastSeconds)), Round(stages.Sum(s => s.MostSeconds)))
        {
            Stages = [.. stages.Select(s => s with { LeastSeconds = Round(s.LeastSeconds), MostSeconds = Round(s.MostSeconds) })],
            NotIncluded = [.. NotIncluded(plan)],
        };
    }

    private static StageEstimate Of(RestoreStage stage, List<RestoreStep> steps)
    {
        var requests = steps.Sum(s => RequestsOf(s.Action));
        var definitions = steps.Count(s => s.Resource == KnownTypes.CustomResourceDefinitions);
        return new(
            stage,
            steps.Count,
            requests / MostRequestsPerSecond + definitions * LeastSecondsPerDefinition,
            requests / FewestRequestsPerSecond + definitions * MostSecondsPerDefinition
        );
    }

    /// <summary>What is changed is read first, and what is made again is deleted between.</summary>
    private static int RequestsOf(StepAction action) =>
        action switch
        {
            StepAction.Create or StepAction.Delete => 1,
            StepAction.Update or StepAction.Replace => 2,
            StepAction.Recreate => 3,
            _ => 0,
        };

    private static IEnumerable<string> NotIncluded(RestorePlan plan)
    {
        var claims = plan.Steps.Where(s => RequestsOf(s.Action) > 0).Select(s => s.Volume).OfType<ClaimVolume>().ToList();
        if (claims.Where(c => c.Files is not null).ToList() is { Count: > 0 } filled)
            yield return $"reading {Size(filled.Sum(c => c.Files!.Bytes))} of files into {Count(filled.Count, "volume")}";
        if (claims.Count(c => c.Snapshot is not null) is > 0 and var snapshots)
            yield return $"making {Count(snapshots, "volume")} of snapshots";
        if (claims.Count(c => c.Disk is not null) is > 0 and var disks)
            yield return $"making {Count(disks, "disk")}";
        if (plan.Steps.Count(s => s.Hooks is not null) is > 0 and var hooks)
            yield return $"the restore hooks of {Count(hooks, "object")}";
        yield return plan.Request.WaitSeconds is { } limit
            ? $"waiting until all is ready, {Minutes(limit)} at most"
            : "the time until workloads are ready";
    }

    private static string Count(int count, string noun) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";

    private static string Size(long bytes) =>
        bytes >= 1 << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB");

    private static string Minutes(int seconds) => seconds % 60 == 0 ? Count(seconds / 60, "minute") : Count(seconds, "second");

    private static double Round(double seconds) => Math.Round(seconds, 2);
}
