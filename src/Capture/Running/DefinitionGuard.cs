using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;

namespace Holdfast.Capture.Running;

/// <summary>
/// Finds custom types whose definition changed while they were captured: some of their objects may have been read under the old schema (its
/// defaults) and some under the new one, at one and the same revision. They are read again.
/// </summary>
public sealed class DefinitionGuard(ClusterConnection connection)
{
    /// <summary>The plan with the definitions as they now are, and the types to read again; none when nothing changed.</summary>
    /// <exception cref="ClusterException">The definitions can no longer be read, so that nothing is known of them.</exception>
    public async Task<(CapturePlan Plan, ImmutableArray<string> Moved)> CheckAsync(CapturePlan plan, CancellationToken cancellation)
    {
        var read = Read(plan).ToArray();
        if (read.Length == 0 || !await AnyChangedAsync(read, cancellation))
            return (plan, []);
        var now = await CustomTypes.ReadAsync(connection, cancellation);
        if (now.Unreadable is { } why)
            throw new ClusterException(ClusterFailure.Broken, why);
        var moved = read.Where(t => now.Find(t.Type.GroupResource) is { } d && d.Definition != t.Definition)
            .Select(t => t.Type.GroupResource)
            .ToHashSet();
        return (
            plan with
            {
                Types = [.. plan.Types.Select(t => moved.Contains(t.Type.GroupResource) ? At(t, now.Find(t.Type.GroupResource)!) : t)],
            },
            [.. moved.Order(StringComparer.Ordinal)]
        );
    }

    /// <summary>The results where types' definitions changed every time: they fail, since their objects may be of two schemas.</summary>
    public static ImmutableArray<UnitResult> Unsettled(IEnumerable<UnitResult> results, ImmutableArray<string> moving) =>
        Failed(
            results,
            moving,
            "its CustomResourceDefinition changed every time while it was read, so its objects may be of two schemas; capture again "
                + "when it no longer changes"
        );

    /// <summary>
    /// The results where the definitions couldn't be read again: custom types that were read fail, since their definitions may have
    /// changed.
    /// </summary>
    public static ImmutableArray<UnitResult> Unproven(IEnumerable<UnitResult> results, CapturePlan plan, string why) =>
        Failed(
            results,
            [.. Read(plan).Select(t => t.Type.GroupResource)],
            "its CustomResourceDefinition could not be read again at the end, so its objects may be of two schemas; capture again "
                + $"when that is fixed. {why}"
        );

    private static IEnumerable<PlannedType> Read(CapturePlan plan) =>
        plan.Types.Where(t => t is { State: TypeState.Captured, Definition.Length: > 0 });

    private static ImmutableArray<UnitResult> Failed(IEnumerable<UnitResult> results, ImmutableArray<string> resources, string why) =>
        [
            .. results.Select(r =>
                r with
                {
                    Slices =
                    [
                        .. r.Slices.Select(s => !resources.Contains(s.Resource) ? s : s with { State = SliceState.Failed, Error = why }),
                    ],
                }
            ),
        ];

    private async Task<bool> AnyChangedAsync(PlannedType[] read, CancellationToken cancellation)
    {
        try
        {
            var now = await CustomTypes.RevisionsAsync(connection, cancellation);
            return read.Any(t => now.TryGetValue(t.Type.GroupResource, out var revision) && revision != t.DefinitionRevision);
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.NotFound)
        {
            // a server that has definitions at v1beta1 only: read the definitions themselves
            return true;
        }
    }

    private static PlannedType At(PlannedType type, CustomType definition) =>
        type with
        {
            Type = type.Type with { Version = definition.StorageVersion ?? type.Type.Version },
            Definition = definition.Definition,
            DefinitionRevision = definition.Revision,
            Fingerprintable = !definition.Converted,
        };
}
