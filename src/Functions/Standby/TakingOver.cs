using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Heads;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Standby;

/// <param name="Kept">Documents that this service had before, and that were left as they are.</param>
internal sealed record TakeoverResult(StandbyState State, ImmutableArray<string> Taken, ImmutableArray<string> Kept);

/// <summary>
/// Makes this service that of its vault's clusters: first it says so in the vault, create-only, where the other service finds it; then it
/// takes registrations and policies from the newest points; and only then schedules run. Cut short anywhere, it is finished by repeating
/// it.
/// </summary>
internal sealed class TakingOver(RunEnvironment environment)
{
    private readonly ControlDocuments documents = new(environment.Control);

    /// <exception cref="ArchiveException">Conflict: another service took over at the same time.</exception>
    public async Task<TakeoverResult> RunAsync(TakeoverPreview preview, string by, string reason, CancellationToken cancellation)
    {
        var state = await AnnounceAsync(preview, by, reason, cancellation);
        var (taken, kept) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        foreach (var cluster in preview.Clusters)
        {
            if (cluster.Registration is { } registration)
                (await documents.CreateClusterAsync(registration, cancellation) is null ? kept : taken).Add($"cluster {cluster.Cluster}");
            // what is deleted from the end of the chain from here on is found
            if (cluster.Point is { } point)
                await new KnownHeads(environment.Control).NoteAsync(environment.Vault, point, cancellation);
        }
        foreach (var policy in preview.Policies)
            (await documents.CreatePolicyAsync(policy, cancellation) is null ? kept : taken).Add($"policy {policy.Name}");
        state = state with { IsDone = true };
        await state.StoreAsync(environment.Control, cancellation);
        return new(state, taken.ToImmutable(), kept.ToImmutable());
    }

    /// <summary>Schedules stop first, so that both services never capture because of this.</summary>
    public async Task ReturnAsync(StandbyState state, string by, CancellationToken cancellation)
    {
        await (state with { IsDone = false }).StoreAsync(environment.Control, cancellation);
        await Takeovers.ReturnAsync(environment.Vault, state.Number, by, environment.Time.GetUtcNow(), cancellation);
        await StandbyState.RemoveAsync(environment.Control, cancellation);
    }

    /// <summary>The intention is stored first: so a call that was cut short knows its own takeover again.</summary>
    private async Task<StandbyState> AnnounceAsync(TakeoverPreview preview, string by, string reason, CancellationToken cancellation)
    {
        var (control, vault) = (environment.Control, environment.Vault);
        if (await StandbyState.FindAsync(control, cancellation) is { } begun && await IsOursAsync(begun, cancellation))
            return begun;
        // in whole seconds, as it is read back
        var now = environment.Time.GetUtcNow();
        var at = now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerSecond));
        var clusters = preview.Clusters.Select(c => c.Cluster).OrderBy(c => c.ToString(), StringComparer.Ordinal);
        var state = new StandbyState(preview.Others.Last + 1, [.. clusters], at, by, reason, IsDone: false);
        await state.StoreAsync(control, cancellation);
        try
        {
            await preview.Others.AddAsync(vault, state.Clusters, by, reason, at, cancellation);
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Conflict)
        {
            await StandbyState.RemoveAsync(control, cancellation);
            throw;
        }
        return state;
    }

    private async Task<bool> IsOursAsync(StandbyState state, CancellationToken cancellation) =>
        await environment.Vault.ReadAsync(VaultPaths.Takeover(state.Number), null, cancellation) is { } written
        && written.AsSpan().SequenceEqual(state.Takeover.ToBytes());
}
