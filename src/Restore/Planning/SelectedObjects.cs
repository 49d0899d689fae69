using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Planning;

/// <summary>Walks the selected segments, type by type, beside the target's objects of the same type.</summary>
internal sealed class SelectedObjects(PlanningRun run, IProgress<RestoreProgress>? progress)
{
    private IReadOnlyDictionary<ApiResource, LiveType> live = new Dictionary<ApiResource, LiveType>();
    private int done;
    private int total;

    public async Task PlanAsync(CancellationToken cancellation)
    {
        live = await run.Target.ProbeAsync(run.SelectedTypes.Select(run.Types.OfType).OfType<ApiResource>(), cancellation);
        total = (int)run.SelectedTypes.Sum(t => SegmentsOf(t).Sum(i => run.Point.Inventory.Segments[i].Objects));
        foreach (var type in run.SelectedTypes)
            await PlanTypeAsync(type, cancellation);
        foreach (var manifest in run.Point.Unreadable)
            SkipUnreadable(manifest);
    }

    /// <summary>Its labels can't be read: it counts as selected where its type and its namespace are.</summary>
    private void SkipUnreadable(UnreadableManifest manifest)
    {
        var segment = run.Point.Inventory.Segments[manifest.Source.Segment];
        if (
            run.SelectedTypes.FirstOrDefault(t => t.GroupResource == segment.Resource) is { } type
            && run.Filter.SelectsNamespace(segment.Namespace)
        )
            Skip(
                type,
                run.NamespaceOf(segment.Namespace),
                manifest.Name,
                manifest.Source,
                manifest.Digest,
                $"the point's manifest of it can't be read: {manifest.Fault}"
            );
    }

    private void Skip(ResourceType type, string? ns, string name, PointManifest source, ContentDigest digest, string reason) =>
        run.Draft.Add(
            new(
                new()
                {
                    Number = 0,
                    Stage = RestoreStages.Of(type.GroupResource),
                    Action = StepAction.Skip,
                    Resource = type.GroupResource,
                    ApiVersion = type.ApiVersion,
                    Kind = type.Kind,
                    Namespace = ns,
                    Name = name,
                    Reason = reason,
                    Source = new(source.Segment, source.Part, source.Line, digest),
                    Incomplete = true,
                }
            )
        );

    /// <summary>In the order in which the target lists what they become.</summary>
    private IEnumerable<int> SegmentsOf(ResourceType type)
    {
        var selected = run.Point.SegmentsOf(type.GroupResource).Where(i => run.Filter.SelectsNamespace(NamespaceOf(i)));
        return run.Request.NamespaceMapping is null
            ? selected
            : selected.OrderBy(i => run.NamespaceOf(NamespaceOf(i)) is { } ns ? ns + "/" : "", StringComparer.Ordinal);
    }

    private string? NamespaceOf(int segment) => run.Point.Inventory.Segments[segment].Namespace;

    private async Task PlanTypeAsync(ResourceType type, CancellationToken cancellation)
    {
        var place = await PlaceAsync(type, cancellation);
        var planner = new TypePlanner(run, type, place);
        await using var present = new LiveSegments(run, place, HasObjects(place));
        var segment = -1;
        await foreach (var parsed in run.Point.ReadParsedAsync(SegmentsOf(type), cancellation))
        {
            if (parsed.Source.Segment != segment)
            {
                segment = parsed.Source.Segment;
                var ns = run.Point.Inventory.Segments[segment].Namespace;
                await run.Facts.LoadForAsync(type.GroupResource, ns, cancellation);
                await present.BeginAsync(run.NamespaceOf(ns));
                progress?.Report(new("planning", done, total, 0));
            }
            done++;
            var metadata = parsed.Manifest.Object("metadata");
            Hold(type, metadata.Text("namespace"), metadata.Text("name") ?? "");
            if (run.Filter.SelectsObject(type, metadata.Text("namespace"), metadata.Text("name") ?? "", metadata.Object("labels")))
                await PlanAsync(planner, type, parsed, present, cancellation);
        }
    }

    /// <summary>Under the name that it was captured under, and the one that it has in the target.</summary>
    private void Hold(ResourceType type, string? ns, string name)
    {
        run.Held?.Add(type.GroupResource, ns, name);
        run.Held?.Add(type.GroupResource, ns, run.NameOf(type.GroupResource, name));
    }

    private async Task PlanAsync(
        TypePlanner planner,
        ResourceType type,
        ParsedManifest parsed,
        LiveSegments present,
        CancellationToken cancellation
    )
    {
        try
        {
            await planner.PlanAsync(parsed, key => present.TakeAsync(key, cancellation), cancellation);
        }
        catch (JsonException)
        {
            var metadata = parsed.Manifest.Object("metadata");
            Skip(
                type,
                run.NamespaceOf(metadata.Text("namespace")),
                run.NameOf(type.GroupResource, metadata.Text("name") ?? ""),
                parsed.Source,
                parsed.Digest,
                "what the target has of it can't be read: it isn't JSON, or nests too deep"
            );
        }
    }

    private async Task<TargetType> PlaceAsync(ResourceType type, CancellationToken cancellation)
    {
        var place = await run.PlaceAsync(type, cancellation);
        if (place.Live is null || live[place.Live].Failure is not { } failure)
            return place;
        return place with
        {
            Problem = $"what the target has of {type.GroupResource} can't be listed, so nothing of it is written: {failure}",
        };
    }

    private bool HasObjects(TargetType place) => place is { Problem: null, Live: { } type } && live[type].HasObjects;
}

/// <summary>
/// The live objects beside the segments of one type: one list over all namespaces, or one for each where few are selected.
/// </summary>
internal sealed class LiveSegments(PlanningRun run, TargetType place, bool hasObjects) : IAsyncDisposable
{
    // One list over all namespaces costs less than one for each of so many.
    private const int Few = 50;

    private readonly bool isByNamespace = run.Filter is { HasNamespaces: true, Namespaces: null or <= Few };
    private LiveObjects? objects;
    private bool reachable;

    /// <summary>Moves to the next segment, in the order of the point.</summary>
    public async ValueTask BeginAsync(string? ns)
    {
        reachable = hasObjects && (ns is null || run.Namespaces.Has(ns));
        if (!reachable || (objects is not null && !isByNamespace))
            return;
        await DisposeAsync();
        objects = new(run.Target, place.Live!, isByNamespace ? ns : null);
    }

    public ValueTask<LiveObject?> TakeAsync(string key, CancellationToken cancellation) =>
        reachable ? objects!.TakeAsync(key, cancellation) : ValueTask.FromResult<LiveObject?>(null);

    public ValueTask DisposeAsync() => objects?.DisposeAsync() ?? ValueTask.CompletedTask;
}
