using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Selection;

namespace Holdfast.Restore.Comparing;

/// <summary>One type's objects on both sides; each can be read again.</summary>
/// <param name="Type">In the version that is compared: the later side's.</param>
internal sealed record TypeSides(
    ResourceType Type,
    Func<CancellationToken, IAsyncEnumerable<ComparedObject>> Before,
    Func<CancellationToken, IAsyncEnumerable<ComparedObject>> After
)
{
    /// <summary>How the earlier side's objects become those of <see cref="Type"/>, as a restore converts them; null: they are in its
    /// version.</summary>
    public ConversionPath? Conversion { get; init; }

    /// <summary>As the earlier side has it: the type that a selection means.</summary>
    public ResourceType Selected { get; init; } = Type;
}

/// <summary>
/// Compares one type after the other by the rules of a restore: what a restore of the earlier state would change in the later one has
/// changed between them.
/// </summary>
internal sealed class TypeComparison(ObjectFilter filter, PointFacts facts, SecretDigests digests)
{
    // Everything that a request can ask for besides: what an object is decides whether it is compared, never how it would be restored.
    private static readonly RestoreRequest Everything = new()
    {
        Cluster = default,
        Point = default,
        SystemNamespaces = true,
        Terminating = true,
        Finished = true,
        AdoptVolumes = true,
        Existing = ExistingPolicy.Replace,
    };

    /// <summary>Objects that no comparison is about.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Objects of which one side can't be read, each with why.</summary>
    public List<string> Unreadable { get; } = [];

    public async Task<IReadOnlyList<ObjectChange>> RunAsync(TypeSides type, CancellationToken cancellation)
    {
        var (before, unreadable) = (LeftOut, Unreadable.Count);
        try
        {
            return await RunAsync(type, type.Before(cancellation), type.After(cancellation), cancellation);
        }
        catch (OutOfOrderException)
        {
            LeftOut = before;
            Unreadable.RemoveRange(unreadable, Unreadable.Count - unreadable);
            return await RunAsync(
                type,
                OrderedPairs.SortedAsync(type.Before(cancellation), cancellation),
                OrderedPairs.SortedAsync(type.After(cancellation), cancellation),
                cancellation
            );
        }
    }

    private async Task<IReadOnlyList<ObjectChange>> RunAsync(
        TypeSides sides,
        IAsyncEnumerable<ComparedObject> before,
        IAsyncEnumerable<ComparedObject> after,
        CancellationToken cancellation
    )
    {
        var context = await ContextAsync(sides.Type, cancellation);
        var changes = new List<ObjectChange>();
        await foreach (var (was, now) in OrderedPairs.OfAsync(before, after, sides.Type.GroupResource, cancellation))
        {
            if (was is { } a && now is { } b && a.Json.Span.SequenceEqual(b.Json.Span))
                continue;
            if (Fault(was ?? now!.Value, was, now, sides.Type) is { } fault)
            {
                Unreadable.Add(fault);
                continue;
            }
            var earlier = Parse(was, sides.Selected);
            var later = Parse(now, sides.Type);
            if (earlier is not null && sides.Conversion?.Convert(earlier) is { Fault: { } lost })
            {
                Unreadable.Add($"{sides.Selected.GroupResource}/{was!.Value.Key} was not compared: {lost}");
                continue;
            }
            await facts.LoadForAsync(sides.Selected.GroupResource, (earlier ?? later).Object("metadata").Text("namespace"), cancellation);
            if (Compare(earlier, later, sides.Selected, context) is { } change)
                changes.Add(change);
        }
        return changes;
    }

    private async Task<RuleContext> ContextAsync(ResourceType type, CancellationToken cancellation)
    {
        var crd = await facts.CrdAsync(type, cancellation);
        return new()
        {
            Request = Everything,
            Type = type,
            HasStatus =
                crd is null
                || crd.Object("spec")
                    .Objects("versions")
                    .Any(v => v.Text("name") == type.Version && v.Object("subresources")?.ContainsKey("status") == true),
            InPoint = facts.Find,
            OwnerComesBack = () => true,
            VolumeComesBack = _ => true,
        };
    }

    private ObjectChange? Compare(JsonObject? earlier, JsonObject? later, ResourceType selected, RuleContext context)
    {
        var metadata = (earlier ?? later).Object("metadata");
        var (ns, name) = (metadata.Text("namespace"), metadata.Text("name") ?? "");
        var isSelected =
            Selects(earlier, selected, ns, name) || Selects(later, selected, ns, name) || Selects(later, context.Type, ns, name);
        if (!filter.SelectsNamespace(ns) || !isSelected)
            return null;
        if (earlier is null || later is null)
        {
            if (ManifestRules.Prepare((earlier ?? later)!, context).SkipRule is null)
                return Change(earlier is null ? ObjectChangeKind.Added : ObjectChangeKind.Removed, []);
            LeftOut++;
            return null;
        }
        var diffs = Changed(earlier, later, context);
        return diffs.IsEmpty ? null : Change(ObjectChangeKind.Changed, diffs);

        ObjectChange Change(ObjectChangeKind kind, ImmutableArray<FieldDiff> diff) =>
            new(kind, context.Type.GroupResource, context.Type.ApiVersion, context.Type.Kind, ns, name, diff);
    }

    private ImmutableArray<FieldDiff> Changed(JsonObject earlier, JsonObject later, RuleContext context)
    {
        // A restore merges accounts, so that only the other direction shows what one has gained.
        var (gained, from) = context.Type is { Group: "", Resource: KnownTypes.ServiceAccounts }
            ? ((JsonObject)later.DeepClone(), (JsonObject)earlier.DeepClone())
            : (null, null);
        var asTheyAre = LeftFields.Has(context.Type.GroupResource)
            ? ((JsonObject)earlier.DeepClone(), (JsonObject)later.DeepClone())
            : default;
        var prepared = ManifestRules.Prepare(earlier, context);
        if (prepared.SkipRule is not null)
        {
            LeftOut++;
            return [];
        }
        // What is wanted is the earlier state and what is there the later: reported the other way round, in the order of time.
        var diffs = ContentDiff.Between(prepared, later, context, applying: false, MergeRules.None, digests);
        if (diffs.IsEmpty && gained is not null)
            return ContentDiff.Between(ManifestRules.Prepare(gained, context), from!, context, applying: false, MergeRules.None, digests);
        if (asTheyAre is ({ } was, { } now))
            diffs = diffs.AddRange(LeftFields.Between(was, now, context.Type.GroupResource, diffs));
        return [.. diffs.Select(d => d with { Live = d.Desired, Desired = d.Live, Stays = false })];
    }

    private bool Selects(JsonObject? manifest, ResourceType type, string? ns, string name) =>
        manifest is not null && filter.SelectsObject(type, ns, name, manifest.Object("metadata").Object("labels"));

    /// <summary>Looked at only where the two differ.</summary>
    private static string? Fault(ComparedObject named, ComparedObject? was, ComparedObject? now, ResourceType type)
    {
        foreach (var side in new[] { was, now })
        {
            if (side is { } present && ManifestText.Fault(present.Json) is { } fault)
                return $"{type.GroupResource}/{ManifestText.NameOf(present.Json.Span) ?? named.Key} was not compared, since one of "
                    + $"its manifests can't be read: {fault}";
        }
        return null;
    }

    private static JsonObject? Parse(ComparedObject? item, ResourceType type)
    {
        if (item is not { } present)
            return null;
        var manifest = ManifestJson.Parse(present.Json.Span);
        // Listed items of built-in types come without them.
        manifest["apiVersion"] = type.ApiVersion;
        manifest["kind"] = type.Kind;
        return manifest;
    }
}
