using System.Collections.Immutable;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Transfers;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Copies of snapshots in other regions, made by Azure itself (<c>CopyStart</c>): only what has changed since the last copy travels. Needs
/// incremental snapshots; one of a disk is copied at a time, the others wait.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/virtual-machines/disks-copy-incremental-snapshot-across-regions</remarks>
public sealed class DiskCopies(ResourceClient client) : IVolumeTransfer
{
    private readonly DiskResources resources = new(client);

    public bool Applies(VolumePlan plan, PlannedVolume volume) =>
        plan.Cloud is { Copies.IsEmpty: false } && DiskVolumes.DiskOf(volume.Record) is not null;

    public async Task<TransferState> AdvanceAsync(TransferSubject subject, CancellationToken cancellation)
    {
        if (DiskVolumes.SnapshotOf(subject.Cut.Handle) is not { } source)
            return TransferState.Failed($"its snapshot {subject.Cut.Handle} isn't one of Azure, and can't be copied to another region");
        var states = new List<TransferState>();
        foreach (var place in subject.Plan.Cloud!.Copies)
            states.Add(await AdvanceAsync(subject, source, place, cancellation));
        var problems = states.Select(s => s.Problem).OfType<string>().ToArray();
        return new()
        {
            IsDone = states.All(s => s.IsDone),
            Problem = problems.Length == 0 ? null : string.Join("; ", problems),
            Copies = [.. states.SelectMany(s => s.Copies)],
        };
    }

    /// <summary>Without a point all copies go; with one, those that weren't finished.</summary>
    public async Task ReleaseAsync(TransferSubject subject, bool isSealed, CancellationToken cancellation)
    {
        if (DiskVolumes.SnapshotOf(subject.Cut.Handle) is not { } source)
            return;
        foreach (var place in subject.Plan.Cloud!.Copies)
        {
            var id = IdOf(subject, source, place).ToString();
            if (await resources.FindAsync(id, cancellation) is { } copy && !(isSealed && copy.IsComplete))
                await resources.DeleteAsync(id, cancellation);
        }
    }

    private async Task<TransferState> AdvanceAsync(
        TransferSubject subject,
        AzureResourceId source,
        VolumeCopyPlace place,
        CancellationToken cancellation
    )
    {
        try
        {
            var id = IdOf(subject, source, place);
            return await resources.FindAsync(id.ToString(), cancellation) is { } copy
                ? StateOf(copy, place)
                : await BeginAsync(subject, source, id, place, cancellation);
        }
        catch (CloudException e) when (!e.IsTransient)
        {
            return TransferState.Failed($"its snapshot can't be copied to {place.Region}: {e.Message}");
        }
        catch (CloudException e)
        {
            return TransferState.UnderWay with { Problem = $"its snapshot isn't copied to {place.Region} yet: {e.Message}" };
        }
    }

    private async Task<TransferState> BeginAsync(
        TransferSubject subject,
        AzureResourceId source,
        AzureResourceId id,
        VolumeCopyPlace place,
        CancellationToken cancellation
    )
    {
        if (await resources.FindAsync(source.ToString(), cancellation) is not { } snapshot)
            return TransferState.Failed($"its snapshot {source} is gone");
        if (snapshot.Region == place.Region)
            return new() { IsDone = true };
        if (!snapshot.IsIncremental)
            return TransferState.Failed(
                $"its snapshot {source} isn't incremental, and can't be copied to another region: set 'incremental: \"true\"' in the "
                    + "VolumeSnapshotClass"
            );
        await resources.MakeSnapshotAsync(id, place.Region, "CopyStart", source.ToString(), TagsOf(subject), cancellation);
        return TransferState.UnderWay;
    }

    private static TransferState StateOf(SnapshotState copy, VolumeCopyPlace place)
    {
        if (copy.Problem is { } problem)
            return TransferState.Failed($"its snapshot isn't in {place.Region}: {problem}");
        return copy.IsComplete ? new() { IsDone = true, Copies = [new(place.Region, copy.Id)] } : TransferState.UnderWay;
    }

    private static ImmutableSortedDictionary<string, string> TagsOf(TransferSubject subject) =>
        DiskTags.Of(subject.Run, subject.Cluster, subject.Volume.Record, subject.Plan.Cloud!.Vault);

    private static AzureResourceId IdOf(TransferSubject subject, AzureResourceId source, VolumeCopyPlace place) =>
        (place.ResourceGroup ?? AzureGroupId.Of(source)).Resource(
            DiskResources.SnapshotType,
            $"{DiskTags.NameOf(subject.Run, subject.Volume.Number!.Value)}-{place.Region}"
        );
}
