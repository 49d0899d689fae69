using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Capture.Planning;

/// <summary>The revision R that a capture is of, and the namespaces at it.</summary>
/// <param name="Labelled">Those that carry the label which leaves them out.</param>
internal sealed record PinnedRevision(Revision Revision, ImmutableArray<string> Namespaces, ImmutableArray<string> Labelled);

/// <summary>Pins a revision and finds the types that it isn't a revision of.</summary>
internal sealed class RevisionPin(ClusterConnection connection)
{
    private const int Lanes = 8;
    private static readonly ApiResource Namespaces = new("", "v1", KnownTypes.Namespaces, "Namespace", false, []);
    private readonly ResourceLister lister = new(connection);

    /// <summary>A fresh list of the namespaces: its revision is R, its items are those at R.</summary>
    public async Task<PinnedRevision> PinAsync(CancellationToken cancellation)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var labelled = ImmutableArray.CreateBuilder<string>();
        void Restart()
        {
            names.Clear();
            labelled.Clear();
        }
        void Receive(in ListedItem item)
        {
            var name = System.Text.Encoding.UTF8.GetString(item.Name);
            names.Add(name);
            if (ExclusionRules.LeavesOut(KnownTypes.Namespaces, in item))
                labelled.Add(name);
        }
        var list = await FreshList.ReadAsync(lister, new(Namespaces, null), Restart, Receive, cancellation);
        return new(new(list.Revision), names.ToImmutable(), labelled.ToImmutable());
    }

    /// <summary>
    /// Counts every type that is to be taken with a fresh list of one object, and compares the lists' revisions with R and a later R': a
    /// type whose counter isn't between them has a store of its own, where "at R" would answer 200 with a wrong state. A type that can't be
    /// listed comes back as failed.
    /// </summary>
    public async Task<ImmutableArray<PlannedType>> CountAsync(
        ImmutableArray<PlannedType> types,
        Revision revision,
        CancellationToken cancellation
    )
    {
        var counted = types.ToArray();
        await Parallel.ForAsync(
            0,
            counted.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation },
            async (i, token) =>
            {
                if (counted[i].State is TypeState.Captured)
                    counted[i] = await CountAsync(counted[i], token);
            }
        );
        var after = await FreshList.ProbeAsync(lister, new(Namespaces, null), cancellation);
        return [.. counted.Select(t => t.State is TypeState.Captured ? Place(t, revision, new(after.Revision)) : t)];
    }

    private async Task<PlannedType> CountAsync(PlannedType type, CancellationToken cancellation)
    {
        try
        {
            var page = await FreshList.ProbeAsync(lister, new(type.Api, null), cancellation);
            var behind = page.Remaining ?? (page.Continue is null ? 0 : UnitSizing.UnknownCount);
            return type with
            {
                Revision = new(page.Revision),
                Count = page.Items + behind,
                SampleBytes = page.Items == 0 ? 0 : page.Bytes / page.Items,
            };
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            return type with { State = TypeState.Failed, Error = e.Message };
        }
    }

    private static PlannedType Place(PlannedType type, Revision from, Revision to)
    {
        if (type.Revision?.Number is not { } own)
            return type with { Revision = null, OwnStore = true };
        if ((from.Number, to.Number) is ({ } first, { } last) && (own < first || own > last))
            return type with { OwnStore = true };
        return type with { Revision = from, KnownEmpty = type.Count == 0 && type.Revision == from };
    }
}
