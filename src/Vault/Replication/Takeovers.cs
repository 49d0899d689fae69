using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Replication;

/// <summary>Which clusters of a replica are captured by another service now: at most one service has a cluster at a time.</summary>
/// <param name="Active">Those that weren't returned, in order of number.</param>
/// <param name="Last">The highest number; 0: there was none.</param>
/// <param name="Problems">Documents that can't be read and so count for nothing, for a person.</param>
public sealed record Takeovers(ImmutableArray<Takeover> Active, int Last, ImmutableArray<string> Problems)
{
    /// <summary>So that one that is extended by nothing is kept for as long as anyone could need it.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public ImmutableArray<ClusterName> Clusters => [.. Active.SelectMany(t => t.Clusters).Distinct()];

    /// <exception cref="ArchiveException">The vault can't be read.</exception>
    public static async Task<Takeovers> ReadAsync(IBlobStore vault, CancellationToken cancellation)
    {
        var (begun, ended) = (new SortedSet<int>(), new HashSet<int>());
        await foreach (var blob in vault.ListAsync(VaultPaths.Takeovers, cancellation))
        {
            var name = blob.Path[VaultPaths.Takeovers.Length..].Split('.')[0];
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            if (blob.Path == VaultPaths.Takeover(number))
                begun.Add(number);
            else if (blob.Path == VaultPaths.TakeoverReturn(number))
                ended.Add(number);
        }
        var (active, problems) = (ImmutableArray.CreateBuilder<Takeover>(), ImmutableArray.CreateBuilder<string>());
        foreach (var number in begun)
        {
            if (ended.Contains(number) && await TryAsync(() => EndAsync(vault, number, cancellation), problems) is not null)
                continue;
            if (await TryAsync(() => BeginningAsync(vault, number, cancellation), problems) is { } takeover)
                active.Add(takeover);
        }
        return new(active.ToImmutable(), begun.Count == 0 ? 0 : begun.Max, problems.ToImmutable());
    }

    /// <summary>Takes clusters over. Of two who do it at once, one gets the number, and the other an exception.</summary>
    /// <exception cref="ArchiveException">Conflict: someone else has taken over meanwhile.</exception>
    public async Task<Takeover> AddAsync(
        IBlobStore vault,
        IEnumerable<ClusterName> clusters,
        string by,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellation
    )
    {
        var takeover = new Takeover
        {
            Number = Last + 1,
            Clusters = [.. clusters.Distinct().OrderBy(c => c.ToString(), StringComparer.Ordinal)],
            At = at,
            By = by,
            Reason = reason,
        };
        await CreateAsync(vault, VaultPaths.Takeover(takeover.Number), takeover.ToBytes(), at, cancellation);
        return takeover;
    }

    /// <summary>Ends one; repeated, it changes nothing.</summary>
    public static async Task ReturnAsync(IBlobStore vault, int number, string by, DateTimeOffset at, CancellationToken cancellation)
    {
        var end = new TakeoverReturn
        {
            Number = number,
            At = at,
            By = by,
        };
        if (await EndAsync(vault, number, cancellation) is null)
            await CreateAsync(vault, VaultPaths.TakeoverReturn(number), end.ToBytes(), at, cancellation);
    }

    /// <returns>Null: it isn't there, or can't be read, which is a problem.</returns>
    private static async Task<T?> TryAsync<T>(Func<Task<T?>> read, ImmutableArray<string>.Builder problems)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.NewerVersion)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private static async Task<Takeover?> BeginningAsync(IBlobStore vault, int number, CancellationToken cancellation) =>
        await vault.ReadAsync(VaultPaths.Takeover(number), null, cancellation) is { } content ? Takeover.Read(content, number) : null;

    private static async Task<TakeoverReturn?> EndAsync(IBlobStore vault, int number, CancellationToken cancellation) =>
        await vault.ReadAsync(VaultPaths.TakeoverReturn(number), null, cancellation) is { } content
            ? TakeoverReturn.Read(content, number)
            : null;

    private static async Task CreateAsync(IBlobStore vault, string path, byte[] content, DateTimeOffset at, CancellationToken cancellation)
    {
        var outcome = await vault.CreateAsync(path, content, new(at + Kept, ImmutabilityMode.Unlocked), cancellation);
        if (
            !outcome.Created
            && await vault.ReadAsync(path, outcome.Version, cancellation) is { } existing
            && !existing.AsSpan().SequenceEqual(content)
        )
            throw new ArchiveException(
                ArchiveFailure.Conflict,
                $"{path} exists in {vault.Location}: someone else has just taken over. Look at what it says before you repeat this"
            );
    }
}
