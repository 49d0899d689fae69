using System.Globalization;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Cli.Output;

/// <summary>Where the data of a plan's claims comes from, as a person reads it.</summary>
internal static class VolumeText
{
    private const int MostClaims = 20;

    public static void Print(RestorePlan plan, Ink ink, Action<string> line, bool all)
    {
        var claims = plan.Steps.Where(s => s.Volume is not null).ToList();
        if (claims.Count == 0)
            return;
        line("");
        line(ink.Bold("volumes:"));
        foreach (var source in claims.GroupBy(s => s.Volume!.From).OrderBy(g => g.Key))
        {
            line($"  {Readable.Count(source.Count())} {Words(source.Key.ToString())}{Meaning(source.Key)}");
            foreach (var claim in source.Where(s => s.Volume!.From != ClaimSource.Live).Take(all ? int.MaxValue : MostClaims))
                line($"    {claim.Namespace}/{ink.Bold(claim.Name)}{Origin(claim.Volume!)}");
            if (!all && source.Key != ClaimSource.Live && source.Count() > MostClaims)
                line($"    and {Readable.Count(source.Count() - MostClaims)} more (--all)");
        }
    }

    /// <param name="source">The name of a <see cref="ClaimSource"/>.</param>
    public static string Words(string source) =>
        source switch
        {
            nameof(ClaimSource.Live) => "in the target already",
            nameof(ClaimSource.Reattach) => "attached again",
            nameof(ClaimSource.Snapshot) => "from snapshots",
            nameof(ClaimSource.Empty) => "empty",
            nameof(ClaimSource.Files) => "from exported files",
            nameof(ClaimSource.Disk) => "on new disks",
            _ => source,
        };

    private static string Meaning(ClaimSource source) =>
        source switch
        {
            ClaimSource.Live => ": their data isn't touched",
            ClaimSource.Reattach => ": with the data that their volumes have now",
            ClaimSource.Snapshot or ClaimSource.Files or ClaimSource.Disk => ": with the data of the point",
            _ => ": new volumes without the data that they had",
        };

    private static string Origin(ClaimVolume volume) =>
        volume switch
        {
            { Snapshot: { } s } => $": snapshot {s.Handle} of {s.Driver}, cut {Time(s.CutAt)}{(s.Size is null ? "" : $", {s.Size}")}",
            { Files: { } f } => $": {f.Tool} snapshot {f.Snapshot} in {f.Repository}",
            { Disk: { } d } => $": {Place(d.Disk)}, of {From(d.Disk)}, cut {Time(d.CutAt)}",
            { Volume: { } name } => $": volume {name}",
            _ => "",
        };

    private static string Place(NewDisk disk) =>
        $"{Quantity.OfBytes(disk.Bytes)} {disk.Kind} in {disk.Region}{(disk.Zone is null ? "" : $" zone {disk.Zone}")}";

    private static string From(NewDisk disk) =>
        disk.From switch
        {
            NewDiskSource.Snapshot => $"snapshot {disk.Source}",
            NewDiskSource.Copy => $"copied snapshot {disk.Source}",
            _ => $"image {disk.Source}",
        };

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
