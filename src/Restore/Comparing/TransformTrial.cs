using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Comparing;

/// <summary>
/// Tries transforms on a point, without a target: what each would change in the manifests as they were captured. Used by one caller at a
/// time.
/// </summary>
public sealed class TransformTrial
{
    private readonly PointManifests point;
    private readonly RestoreSelection selection;
    private readonly SecretDigests digests;
    private readonly TransformTally tally;

    /// <param name="digests">What stands for secret values in the differences.</param>
    /// <exception cref="RestoreException">BadRequest: the transforms are invalid.</exception>
    public TransformTrial(PointManifests point, RestoreSelection selection, ImmutableArray<Transform> transforms, SecretDigests digests)
    {
        (this.point, this.selection, this.digests) = (point, selection, digests);
        tally = new(TransformSet.Of(transforms));
    }

    /// <summary>Transforms without effect, and manifests that can't be read; complete once all changes were read.</summary>
    public IReadOnlyList<string> Notes =>
        [
            .. tally.WithoutEffect,
            .. point.Unreadable.Select(u => $"{point.Inventory.Segments[u.Source.Segment].Resource}/{u.Name} can't be read: {u.Fault}"),
        ];

    /// <summary>The objects that would be changed, in the order of the point.</summary>
    /// <exception cref="RestoreException">
    /// BadRequest: the selection is invalid, or means what the point doesn't hold; at the end, that a transform can't be applied to an
    /// object.
    /// </exception>
    public async IAsyncEnumerable<ObjectChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = await new SelectionReader(point).ReadAsync(selection, cancellation);
        foreach (var type in point.Types.Where(filter.SelectsType).OrderBy(t => t.GroupResource, StringComparer.Ordinal))
        {
            var segments = point.SegmentsOf(type.GroupResource).Where(i => filter.SelectsNamespace(point.Inventory.Segments[i].Namespace));
            await foreach (var parsed in point.ReadParsedAsync(segments, cancellation))
            {
                var metadata = parsed.Manifest.Object("metadata");
                if (
                    filter.SelectsObject(type, metadata.Text("namespace"), metadata.Text("name") ?? "", metadata.Object("labels"))
                    && Try(type, parsed.Manifest) is { } change
                )
                    yield return change;
            }
        }
        if (tally.Faults.AddRange(filter.Unmatched()) is { IsEmpty: false } wrong)
            throw new RestoreException(RestoreRefusal.BadRequest, wrong);
    }

    private ObjectChange? Try(ResourceType type, JsonObject manifest)
    {
        var matching = tally.Transforms.Matching(type, manifest);
        if (matching.IsEmpty)
            return null;
        var before = (JsonObject)manifest.DeepClone();
        var result = tally.Transforms.Apply(matching, manifest);
        var metadata = before.Object("metadata");
        var key = new ObjectKey(type.GroupResource, metadata.Text("namespace"), metadata.Text("name") ?? "");
        tally.Note(key, matching, result.ChangedBy, result.Fault);
        if (result.Fault is not null || result.ChangedBy.IsEmpty)
            return null;
        var diff = FieldDiffs.Between(before, result.Manifest, type, applying: false, MergeRules.None, digests);
        return new(ObjectChangeKind.Changed, type.GroupResource, type.ApiVersion, type.Kind, key.Namespace, key.Name, diff);
    }
}
