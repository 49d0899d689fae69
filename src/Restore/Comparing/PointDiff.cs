using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Comparing;

/// <summary>
/// What changed from a point to another one, or to a live cluster: what users and operators want, not what servers and controllers fill in.
/// Left out are therefore server-set fields, the status of types that have it as a subresource, and objects that a restore never brings or
/// that controllers make again (docs/restore.md, "The rules").
/// </summary>
/// <remarks>Streams; memory is a few parts, and one type's changes. Enumerate once.</remarks>
public sealed class PointDiff
{
    private readonly PointSide before;
    private readonly PointSide? after;
    private readonly Func<CancellationToken, Task<RestoreTarget>>? live;
    private readonly RestoreSelection selection;
    private readonly SecretDigests digests;
    private readonly List<string> notes = [];

    private PointDiff(
        PointManifests before,
        PointManifests? after,
        Func<CancellationToken, Task<RestoreTarget>>? live,
        RestoreSelection selection,
        SecretDigests digests
    )
    {
        this.before = new(before);
        this.after = after is null ? null : new(after);
        this.live = live;
        this.selection = selection;
        this.digests = digests;
    }

    /// <summary>
    /// False: an object couldn't be compared, since it can't be read; the notes name it. Known once the changes have been enumerated.
    /// </summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>What could not be compared, and what was left out: complete once the changes have been enumerated.</summary>
    public IReadOnlyList<string> Notes => notes;

    public static PointDiff Between(RecoveryPointReader before, RecoveryPointReader after, RestoreSelection selection) =>
        Between(new(before), new PointManifests(after), selection, new());

    public static PointDiff Between(PointManifests before, PointManifests after, RestoreSelection selection, SecretDigests digests) =>
        new(before, after, null, selection, digests);

    /// <summary>
    /// From the point to the cluster as it is now; types and namespaces that the capture was asked to leave out don't count as added.
    /// </summary>
    public static PointDiff WithLive(RecoveryPointReader before, ClusterConnection live, RestoreSelection selection) =>
        WithLive(new PointManifests(before), cancellation => RestoreTarget.ReadAsync(live, cancellation), selection, new());

    public static PointDiff WithLive(
        PointManifests before,
        Func<CancellationToken, Task<RestoreTarget>> live,
        RestoreSelection selection,
        SecretDigests digests
    ) => new(before, null, live, selection, digests);

    /// <summary>In the order of type, then namespace and name.</summary>
    /// <exception cref="RestoreException">BadRequest: the selection is malformed or names what neither state has.</exception>
    /// <exception cref="ClusterException">The live cluster can't be read at all; a type that can't be listed becomes a note.</exception>
    public async IAsyncEnumerable<ObjectChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = await new SelectionReader(after is null ? [before.Point] : [before.Point, after.Point]).ReadAsync(
            selection,
            cancellation
        );
        var sides = after is null ? await LiveSidesAsync(filter, cancellation) : PointSides(filter);
        var comparison = new TypeComparison(filter, new(before.Point), digests);
        foreach (var type in sides.OrderBy(s => s.Type.GroupResource, StringComparer.Ordinal))
        foreach (var change in await ChangesOfAsync(comparison, type, cancellation))
            yield return change;
        notes.AddRange(comparison.Unreadable);
        IsComplete = comparison.Unreadable.Count == 0;
        if (comparison.LeftOut > 0)
            notes.Add($"{comparison.LeftOut} objects that a restore never brings, or that controllers make again, were not compared");
    }

    private async Task<IReadOnlyList<ObjectChange>> ChangesOfAsync(
        TypeComparison comparison,
        TypeSides type,
        CancellationToken cancellation
    )
    {
        try
        {
            return await comparison.RunAsync(type, cancellation);
        }
        catch (ClusterException hidden)
            when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound or ClusterFailure.Broken)
        {
            notes.Add($"{type.Type.GroupResource} were not compared: {hidden.Message}");
            return [];
        }
    }

    private IEnumerable<TypeSides> PointSides(ObjectFilter filter)
    {
        var converted = before.Point.Types.Select(t => (Type: t, Path: PathTo(after!.Point, t))).Where(c => c.Path is not null).ToList();
        var taken = converted.Select(c => c.Path!.Of(c.Type).GroupResource).ToHashSet(StringComparer.Ordinal);
        foreach (var (type, path) in converted.Where(c => filter.SelectsType(c.Type) || filter.SelectsType(c.Path!.Of(c.Type))))
            yield return new(
                path!.Of(type),
                cancellation => before.ReadAsync(type.GroupResource, filter.SelectsNamespace, null, cancellation),
                cancellation => after!.ReadAsync(path.Of(type).GroupResource, filter.SelectsNamespace, null, cancellation)
            )
            {
                Conversion = path,
                Selected = type,
            };
        var types = before.Point.Types.Concat(after!.Point.Types).Where(filter.SelectsType).DistinctBy(t => t.GroupResource);
        foreach (var type in types.Except(converted.Select(c => c.Type)).Where(t => !taken.Contains(t.GroupResource)).ToList())
        {
            if (!IsComparable(type, before.Point, "the earlier point") || !IsComparable(type, after.Point, "the later point"))
                continue;
            if (
                before.Point.Type(type.GroupResource) is { } was
                && after.Point.Type(type.GroupResource) is { } now
                && was.Version != now.Version
            )
                notes.Add($"{type.GroupResource} were not compared: {was.ApiVersion} in the earlier point, {now.ApiVersion} in the later");
            else
                yield return new(
                    type,
                    cancellation => before.ReadAsync(type.GroupResource, filter.SelectsNamespace, after, cancellation),
                    cancellation => after.ReadAsync(type.GroupResource, filter.SelectsNamespace, before, cancellation)
                );
        }
    }

    /// <summary>How objects of the type become those of the later point; null: it holds them in the same version, or none.</summary>
    private static ConversionPath? PathTo(PointManifests later, ResourceType type) =>
        later.Type(type.GroupResource) is { } now && now.ApiVersion == type.ApiVersion
            ? null
            : ConversionTable
                .From(type.ApiVersion, type.Kind)
                .FirstOrDefault(path => later.Type(path.Of(type).GroupResource)?.ApiVersion == path.To);

    /// <summary>A type that the point says nothing about did not exist then: all of it is new.</summary>
    private bool IsComparable(ResourceType type, PointManifests point, string which)
    {
        var entry = point.Inventory.Types.FirstOrDefault(t => t.Type.GroupResource == type.GroupResource);
        if (entry is null or { State: TypeState.Captured })
            return true;
        notes.Add(
            entry.State == TypeState.Excluded
                ? $"{type.GroupResource} were not compared: excluded from {which} ({entry.Rule})"
                : $"{type.GroupResource} were not compared: {which} failed to capture them ({entry.Error})"
        );
        return false;
    }

    private async Task<IReadOnlyList<TypeSides>> LiveSidesAsync(ObjectFilter filter, CancellationToken cancellation)
    {
        var target = await live!(cancellation);
        if (target.Uid != before.Point.Inventory.ClusterUid)
            notes.Add(
                $"the live cluster is another one than the point's (kube-system uid {target.Identity.Uid}, the point's "
                    + $"{before.Point.Inventory.ClusterUid})"
            );
        var side = new LiveSide(target, before.Point.Inventory.Scope);
        await side.StartAsync(cancellation);
        var places = await PlacesAsync(target, cancellation);
        var taken = places
            .Where(p => p.Value.Conversion is not null)
            .Select(p => p.Value.Written(p.Key).GroupResource)
            .ToHashSet(StringComparer.Ordinal);
        var others = side.Types.Select(TypeOf).Where(t => !taken.Contains(t.GroupResource));
        var types = before.Point.Types.Concat(others).Where(filter.SelectsType).DistinctBy(t => t.GroupResource);
        return
        [
            .. types
                .Where(t => IsComparable(t, before.Point, "the point"))
                .Select(t =>
                    places.GetValueOrDefault(t) is { Conversion: not null } place
                        ? Converted(t, place, side, filter)
                        : Sides(t, target, side, filter)
                )
                .OfType<TypeSides>(),
        ];
    }

    /// <summary>Where a restore would put the point's types.</summary>
    private async Task<Dictionary<ResourceType, TargetType>> PlacesAsync(RestoreTarget target, CancellationToken cancellation)
    {
        var types = new TargetTypes(target.Surface);
        var versions = new CustomVersions(target, types, new(before.Point));
        foreach (var type in before.Point.Types)
            await versions.LearnAsync(type, cancellation);
        return before.Point.Types.ToDictionary(t => t, types.Find);
    }

    private TypeSides Converted(ResourceType type, TargetType place, LiveSide side, ObjectFilter filter) =>
        new(
            place.Written(type),
            cancellation => before.ReadAsync(type.GroupResource, filter.SelectsNamespace, null, cancellation),
            cancellation => side.ReadAsync(place.Live!, cancellation)
        )
        {
            Conversion = place.Conversion,
            Selected = type,
        };

    private TypeSides? Sides(ResourceType type, RestoreTarget target, LiveSide side, ObjectFilter filter)
    {
        var captured = before.Point.Type(type.GroupResource);
        var served = target.Surface.Resources.FirstOrDefault(r => r.GroupResource == type.GroupResource && r.Version == type.Version);
        if (served is null && target.Surface.Resources.Any(r => r.GroupResource == type.GroupResource))
        {
            notes.Add($"{type.GroupResource} were not compared: the cluster no longer serves {type.ApiVersion}");
            return null;
        }
        return new(
            type,
            cancellation =>
                captured is null
                    ? AsyncEnumerable.Empty<ComparedObject>()
                    : before.ReadAsync(type.GroupResource, filter.SelectsNamespace, null, cancellation),
            cancellation => served is null ? AsyncEnumerable.Empty<ComparedObject>() : side.ReadAsync(served, cancellation)
        );
    }

    private static ResourceType TypeOf(Clusters.Discovering.ApiResource type) =>
        new(type.Group, type.Version, type.Resource, type.Kind, type.Namespaced);
}
