using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Comparing;

namespace Holdfast.Restore.History;

/// <summary>
/// Reads in which points objects are, and how they changed from one to the next, by the rules of <see cref="PointDiff"/>. A part that
/// several points share is read once. Memory is one inventory or two, and the versions of the objects.
/// </summary>
public sealed class ObjectHistory(IBlobStore vault, ClusterName cluster)
{
    /// <param name="points">In the order of the cluster's chain. That they can be trusted is the caller's to know.</param>
    /// <param name="before">The point before them, to which the first is compared; null: what the first one holds counts as added.</param>
    /// <exception cref="ArchiveException">The vault can't be read. A point that can't is passed over, with a note.</exception>
    public async Task<ObjectVersions> ReadAsync(
        IEnumerable<SealedPoint> points,
        SealedPoint? before,
        ObjectQuery query,
        CancellationToken cancellation
    )
    {
        using var reading = new Reading(query);
        if (before is not null && await OpenAsync(before, reading, cancellation) is { } baseline)
            await reading.BeginAsync(baseline, cancellation);
        foreach (var point in points)
        {
            if (await OpenAsync(point, reading, cancellation) is { } opened)
                await reading.AddAsync(opened, cancellation);
        }
        return reading.Result();
    }

    private async Task<RecoveryPointReader?> OpenAsync(SealedPoint point, Reading reading, CancellationToken cancellation)
    {
        try
        {
            return await RecoveryPointReader.OpenAsync(vault, cluster, point, cancellation);
        }
        catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
        {
            reading.PassOver(point.Id, e.Message);
            return null;
        }
    }

    /// <summary>The history as far as it has been read.</summary>
    private sealed class Reading(ObjectQuery query) : IDisposable
    {
        private readonly RememberedParts parts = new(query.Name);
        private readonly SecretDigests digests = new();
        private readonly List<ObjectVersion> closed = [];
        private readonly Dictionary<ObjectKey, ObjectVersion> open = [];
        private readonly List<string> notes = [];
        private PointObjects? last;
        private bool isKnown;
        private bool isComplete = true;

        public void Dispose() => parts.Dispose();

        public ObjectVersions Result() =>
            new(
                [
                    .. closed
                        .Concat(open.Values)
                        .OrderBy(v => v.Resource, StringComparer.Ordinal)
                        .ThenBy(v => v.Namespace, StringComparer.Ordinal)
                        .ThenBy(v => v.Name, StringComparer.Ordinal),
                ],
                [.. notes.Distinct()],
                isKnown
            )
            {
                IsComplete = isComplete,
            };

        public void PassOver(PointId point, string why)
        {
            isComplete = false;
            notes.Add($"{point} was passed over: {why}");
        }

        /// <summary>What the point holds isn't reported, only what becomes of it.</summary>
        public async Task BeginAsync(RecoveryPointReader point, CancellationToken cancellation) =>
            last = await TakeAsync(point, cancellation);

        public async Task AddAsync(RecoveryPointReader point, CancellationToken cancellation)
        {
            if (await TakeAsync(point, cancellation) is not { } next)
                return;
            var before = last?.Objects ?? [];
            var changes = last is null ? [] : await ChangesAsync(last, next, cancellation);
            foreach (var key in next.Objects.Keys)
            {
                if (!before.ContainsKey(key))
                    Open(ObjectChangeKind.Added, key, next, next, []);
                else if (changes.TryGetValue(key, out var change))
                    Open(ObjectChangeKind.Changed, key, next, next, change.Diff);
            }
            foreach (var key in before.Keys.Where(k => !next.Objects.ContainsKey(k)))
                Open(ObjectChangeKind.Removed, key, last!, next, []);
            foreach (var (key, version) in open.ToList())
                open[key] = version with { Last = next.Seal.Point, LastAt = next.Seal.PinnedAt, Points = version.Points + 1 };
            last = next;
        }

        private async Task<PointObjects?> TakeAsync(RecoveryPointReader point, CancellationToken cancellation)
        {
            var read = await PointObjects.ReadAsync(point, query, parts, cancellation);
            isKnown |= !read.Types.IsEmpty;
            if (read.Silence(query) is not { } why)
                return read;
            notes.Add($"{point.Seal.Point} was passed over: {why}");
            return null;
        }

        /// <param name="has">Holds the object.</param>
        /// <param name="shows">The first point that shows the change.</param>
        private void Open(ObjectChangeKind change, ObjectKey key, PointObjects has, PointObjects shows, ImmutableArray<FieldDiff> diff)
        {
            if (open.Remove(key, out var before))
                closed.Add(before);
            var (type, seal) = (has.Types.First(t => t.Type.GroupResource == key.GroupResource).Type, shows.Seal);
            open[key] = new(
                change,
                key.GroupResource,
                type.ApiVersion,
                type.Kind,
                key.Namespace,
                key.Name,
                seal.Point,
                seal.PinnedAt,
                seal.Point,
                seal.PinnedAt,
                0,
                diff
            );
        }

        /// <summary>Of objects that both points hold, and whose bytes aren't the same.</summary>
        private async Task<Dictionary<ObjectKey, ObjectChange>> ChangesAsync(
            PointObjects before,
            PointObjects after,
            CancellationToken cancellation
        )
        {
            var differing = after
                .Objects.Where(o => before.Objects.TryGetValue(o.Key, out var was) && !was.Span.SequenceEqual(o.Value.Span))
                .Select(o => o.Key)
                .ToList();
            if (differing.Count == 0)
                return [];
            var selection = new RestoreSelection
            {
                Kinds = [.. differing.Select(k => $"{k.GroupResource}/{k.Name}").Distinct()],
                Namespaces = [.. differing.Select(k => k.Namespace).OfType<string>().Distinct()],
            };
            var diff = PointDiff.Between(before.Manifests, after.Manifests, selection, digests);
            var changes = new Dictionary<ObjectKey, ObjectChange>();
            await foreach (var change in diff.ChangesAsync(cancellation))
                changes[new(change.Resource, change.Namespace, change.Name)] = change;
            notes.AddRange(diff.Notes.Select(note => $"{after.Seal.Point}: {note}"));
            isComplete &= diff.IsComplete;
            return changes;
        }
    }
}
