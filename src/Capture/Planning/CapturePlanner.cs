using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Reuse;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Capture.Planning;

/// <summary>
/// The first step of a capture: decides the revision, the types, and the units of work. Reads little; may be repeated, and then gives
/// another plan. Thread-safe.
/// </summary>
public sealed class CapturePlanner(ClusterConnection connection, TimeProvider time)
{
    /// <summary>A second apart: with several API servers a definition is listed five seconds after it serves.</summary>
    private const int DiscoveryAttempts = 8;

    /// <param name="previous">The cluster's last point; null: it has none.</param>
    /// <param name="earlier">Set to pin another revision for a capture that has begun: the plan whose revision expired.</param>
    /// <exception cref="CaptureException">BadRequest: the request is malformed or matches nothing. OtherCluster: another cluster
    /// answers under the known name.</exception>
    /// <exception cref="Clusters.ClusterException">The cluster can't be read at all.</exception>
    public async Task<CapturePlan> PlanAsync(
        ClusterName cluster,
        CaptureRequest request,
        PreviousPoint? previous,
        CapturePlan? earlier,
        CancellationToken cancellation
    )
    {
        if (earlier is null)
            Require(request, time.GetUtcNow());
        var identity = await ClusterIdentity.ReadAsync(connection, cancellation);
        var uid = ClusterUid.Parse(identity.Uid);
        Recognise(cluster, uid, request, previous, earlier);
        var pin = new RevisionPin(connection);
        var pinned = await pin.PinAsync(cancellation);
        var pinnedAt = time.GetUtcNow();
        var (surface, custom) = await TypesAsync(cancellation);
        var scope = ScopeCheck.Of(pinned, surface, custom).Check(request.Scope, lenient: request.UnderPolicy || earlier is not null);
        request = request with { Scope = scope.Scope };
        var types = await pin.CountAsync(StillFailed(TypeChoice.Of(surface, custom, request), earlier), pinned.Revision, cancellation);
        var taken = Taken(pinned, request.Scope);
        var reuses = Reuses(request, previous, uid, pinned.Revision);
        return new()
        {
            Cluster = cluster,
            ClusterUid = uid,
            ServerVersion = identity.ServerVersion,
            StartedAt = earlier?.StartedAt ?? pinnedAt,
            PinnedAt = pinnedAt,
            Revision = pinned.Revision,
            Round = (earlier?.Round ?? 0) + 1,
            Request = request,
            Types = types,
            LabelledNamespaces = pinned.Labelled,
            Units = UnitSizing.Units(
                types,
                taken,
                taken.Length == pinned.Namespaces.Length,
                ListCosts.Of(identity.ServerVersion),
                PreviousPoint.Known(previous, reuses)
            ),
            Reuses = reuses,
            Notes = Notes(request, previous, pinned.Revision, custom),
            Gaps = [.. scope.Gaps, .. Completeness.Hidden(types, custom)],
            Warnings = [.. scope.Warnings, .. Completeness.Warnings(types, custom)],
        };
    }

    /// <summary>Refuses what can be seen to be wrong without asking the cluster.</summary>
    public static void Require(CaptureRequest request, DateTimeOffset now)
    {
        var problems = RequestRules.Check(request, now);
        if (!problems.IsEmpty)
            throw new CaptureException(CaptureFailure.BadRequest, [.. problems.Select(p => p.Message)]);
    }

    /// <summary>
    /// What is served is asked after R is pinned: a type that exists at R and still does is never overlooked. A definition that was
    /// accepted a moment ago may not be listed yet: it is waited for.
    /// </summary>
    private async Task<(ApiSurface Surface, CustomTypes Custom)> TypesAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (surface, custom) = (ApiServices.CompleteAsync(connection, cancellation), CustomTypes.ReadAsync(connection, cancellation));
            await Task.WhenAll(surface, custom);
            if (attempt == DiscoveryAttempts || !Completeness.IsBehind(await surface, await custom))
                return (await surface, await custom);
            await Task.Delay(CustomTypes.ServingLag, time, cancellation);
        }
    }

    private static void Recognise(
        ClusterName cluster,
        ClusterUid uid,
        CaptureRequest request,
        PreviousPoint? previous,
        CapturePlan? earlier
    )
    {
        var expected = earlier?.ClusterUid ?? (request.NewIncarnation ? null : previous?.Seal.ClusterUid);
        if (expected is null || expected == uid)
            return;
        throw new CaptureException(
            CaptureFailure.OtherCluster,
            $"The cluster that answers is not the one known as '{cluster}': its kube-system namespace has the uid "
                + $"{uid}, that of the last point {expected}. "
                + "Check the context; capture it under another name or, if it replaces the old cluster, with --new-incarnation."
        );
    }

    /// <summary>Types that failed in an earlier round aren't waited for again.</summary>
    private static ImmutableArray<PlannedType> StillFailed(ImmutableArray<PlannedType> types, CapturePlan? earlier)
    {
        if (earlier is null)
            return types;
        var failed = earlier.Types.Where(t => t.State is TypeState.Failed).ToDictionary(t => t.Type);
        return [.. types.Select(t => failed.TryGetValue(t.Type, out var before) ? before : t)];
    }

    private static ImmutableArray<string> Taken(PinnedRevision pinned, CaptureScope scope)
    {
        var filter = new NamespaceFilter(scope, pinned.Labelled);
        return [.. pinned.Namespaces.Where(filter.Takes)];
    }

    private static PointId? Reuses(CaptureRequest request, PreviousPoint? previous, ClusterUid uid, Revision revision) =>
        previous is { Inventory: not null } && previous.Seal.ClusterUid == uid && !WentBack(previous, revision)
            ? previous.Seal.Point
            : null;

    // not '<': an unknown number counts as gone back
    private static bool WentBack(PreviousPoint previous, Revision revision) => !(revision.Number >= previous.Seal.Revision.Number);

    private static ImmutableArray<string> Notes(CaptureRequest request, PreviousPoint? previous, Revision revision, CustomTypes custom)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (previous is not null && WentBack(previous, revision) && !request.NewIncarnation)
            notes.Add(
                $"the cluster's revision went back, from {previous.Seal.Revision} at the last point to {revision}: its etcd was "
                    + "restored or replaced; everything is read"
            );
        if (previous is { Damage: { } damage })
            notes.Add($"the last point can't be used, so everything is read and written; run 'verify': {damage}");
        if (custom.Unreadable is { } why)
            notes.Add(
                "CustomResourceDefinitions can't be read, so custom types are taken at their preferred version and no type is reused "
                    + $"unread: {why}"
            );
        return notes.ToImmutable();
    }
}
