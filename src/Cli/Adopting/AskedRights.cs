using System.Collections.Immutable;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Control.Policies;
using Holdfast.Volumes.Rights;

namespace Holdfast.Cli.Adopting;

/// <summary>What a cluster was asked about, and which permissions are missing for it.</summary>
internal sealed record FoundRights(ApiSurface Surface, ClusterCheck Check, ImmutableArray<MissingRight> Missing)
{
    /// <summary>Of the missing ones, those that only a rollback, or a restore that recreates, needs.</summary>
    public ImmutableArray<MissingRight> OnlyForDeleting { get; init; } = [];
}

/// <summary>Which permissions are asked about beyond those of a capture.</summary>
/// <param name="Volumes">Snapshots, and hooks where pods have them.</param>
/// <param name="Hooks">Commands in all namespaces.</param>
/// <param name="Files">The namespace of the Jobs that export files; null: none do.</param>
internal sealed record AskedRights(bool Restore, bool Volumes, bool Hooks, string? Files)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static AskedRights Of(IReadOnlyCollection<RolePurpose> purposes) =>
        new(
            purposes.Contains(RolePurpose.Restore),
            purposes.Contains(RolePurpose.Volumes),
            purposes.Contains(RolePurpose.Hooks),
            purposes.Contains(RolePurpose.Files) ? FileExport.DefaultNamespace : null
        );

    /// <exception cref="Holdfast.Clusters.ClusterException">The cluster can't be reached, or doesn't answer access reviews.</exception>
    public async Task<FoundRights> AskAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var surface = await Discovery.ReadAsync(connection, cancellation);
        var check = await ClusterCheck.RunAsync(connection, surface, cancellation);
        var missing = Restore ? check.MissingForRestore : check.MissingForCapture;
        ImmutableArray<MissingRight> ofVolumes =
            Volumes || Hooks || Files is not null
                ? [.. await VolumeRights.MissingAsync(connection, surface, Hooks, Folders, cancellation)]
                : [];
        return new(surface, check, [.. missing.Concat(ofVolumes).Distinct()])
        {
            OnlyForDeleting = Restore ? [.. check.MissingForRestore.Where(m => m.Verb == "delete").Except(ofVolumes)] : [],
        };
    }

    /// <summary>After roles were applied: the server's authoriser learns of them by watching, within moments.</summary>
    public async Task<FoundRights> AskUntilGrantedAsync(ClusterConnection connection, TimeSpan patience, CancellationToken cancellation)
    {
        var began = connection.Time.GetTimestamp();
        while (true)
        {
            var found = await AskAsync(connection, cancellation);
            if (found.Missing.IsEmpty || connection.Time.GetElapsedTime(began) > patience)
                return found;
            await Task.Delay(Pause, connection.Time, cancellation);
        }
    }

    private string[] Folders => Files is { } ns ? [ns] : [];
}
