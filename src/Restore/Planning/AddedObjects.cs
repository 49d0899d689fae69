using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>A live object that the point doesn't hold.</summary>
internal sealed record AddedObject(ResourceType Type, string? Namespace, string Name, string Uid, string Revision, JsonObject Manifest)
{
    public JsonObject? Metadata => Manifest.Object("metadata");
}

/// <summary>Finds live objects that the point doesn't hold, and which of them a rollback deletes.</summary>
internal sealed class AddedObjects(PlanningRun run, LiveScope scope)
{
    private const int Restarts = 3;
    private const int FirstPage = 100;
    private const int PageBytes = 4 << 20;

    private static readonly string[] OwnLabels = [KnownLabels.MoverOf, KnownLabels.SnapshotsOf, KnownLabels.RestoreRun];

    private readonly HashSet<string> unreadable =
    [
        .. run.Point.Unreadable.Select(u => run.Point.Inventory.Segments[u.Source.Segment]).Select(s => $"{s.Resource}\n{s.Namespace}"),
    ];

    private readonly Dictionary<string, string> excluded = new(StringComparer.Ordinal);

    /// <summary>An object in the namespace that is labelled as excluded from captures; null: none was seen.</summary>
    public string? ExcludedIn(string ns) => excluded.GetValueOrDefault(ns);

    /// <param name="owners">Takes note of what goes with its owner, whether the point holds it or not.</param>
    public async Task<List<AddedObject>> ListAsync(TypeEntry entry, ApiResource served, OwnerEdges owners, CancellationToken cancellation)
    {
        var found = new List<AddedObject>();
        foreach (var ns in scope.NamespacesOf(served))
            found.AddRange(await ListAsync(entry.Type, served, ns, owners, cancellation));
        return found;
    }

    private async Task<List<AddedObject>> ListAsync(
        ResourceType type,
        ApiResource served,
        string? within,
        OwnerEdges owners,
        CancellationToken cancellation
    )
    {
        for (var attempt = 0; ; attempt++)
        {
            var found = new List<AddedObject>();
            try
            {
                var request = new ListRequest(served, within) { Limit = FirstPage, PageBytes = PageBytes };
                await foreach (var _ in run.Target.List(request, Receive, cancellation)) { }
                return found;
            }
            catch (ClusterException expired) when (expired.Failure == ClusterFailure.Expired && attempt < Restarts)
            {
                // an older list is no longer readable: from the beginning
            }

            void Receive(in ListedItem item)
            {
                var ns = item.Namespace.IsEmpty ? null : Encoding.UTF8.GetString(item.Namespace);
                var name = Encoding.UTF8.GetString(item.Name);
                var isHeld = run.Held!.Has(type.GroupResource, ns, name);
                if (isHeld && !OwnerEdges.MayBe(type, item.Json))
                    return;
                if (Parse(item.Json, type) is not { } manifest)
                {
                    run.Warnings.Add(type.GroupResource, ns, name, $"isn't deleted: what the target has of it can't be read");
                    return;
                }
                var live = new AddedObject(
                    type,
                    ns,
                    name,
                    Encoding.UTF8.GetString(item.Uid),
                    Encoding.UTF8.GetString(item.ResourceVersion),
                    manifest
                );
                owners.Add(live);
                if (!isHeld)
                    found.Add(live);
            }
        }
    }

    /// <summary>What can't be read isn't deleted.</summary>
    private static JsonObject? Parse(ReadOnlySpan<byte> json, ResourceType type)
    {
        try
        {
            var manifest = ManifestJson.Parse(json);
            manifest["apiVersion"] = type.ApiVersion;
            manifest["kind"] = type.Kind;
            return manifest;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A rollback deletes it, if nothing else speaks against it.</summary>
    public async Task<bool> IsDeletableAsync(AddedObject live, TypeEntry entry, CancellationToken cancellation)
    {
        if (IsExcluded(live) || !IsSelected(live) || !scope.IsOfPoint(live))
            return false;
        if (live.Metadata.Text("deletionTimestamp") is not null || OwnedRules.Controller(live.Metadata!) is not null || IsOfOthers(live))
            return false;
        if (IsUncertain(live, entry))
            return false;
        await run.Facts.LoadForAsync(live.Type.GroupResource, live.Namespace, cancellation);
        return ManifestRules.Prepare((JsonObject)live.Manifest.DeepClone(), RulesOf(live.Type)).SkipRule is null;
    }

    private bool IsExcluded(AddedObject live)
    {
        if (scope.IsExcluded(live.Namespace))
            return true;
        if (!CaptureExclusion.Is(live.Manifest))
            return false;
        if (live.Namespace is not null)
            excluded.TryAdd(live.Namespace, $"{live.Type.GroupResource}/{live.Name}, which is excluded from captures,");
        return true;
    }

    private bool IsSelected(AddedObject live) =>
        run.Filter.SelectsNamespace(live.Namespace)
        && run.Filter.SelectsObject(live.Type, live.Namespace, live.Name, live.Metadata.Object("labels"));

    /// <summary>The API server's, a namespace's or Holdfast's own, or it goes with the claim or snapshot that it is bound to.</summary>
    private static bool IsOfOthers(AddedObject live)
    {
        var labels = live.Metadata.Object("labels");
        return labels.Text("kubernetes.io/bootstrapping") is not null
            || OwnLabels.Any(l => labels.Text(l) is not null || live.Metadata.Object("annotations").Text(l) is not null)
            || (live.Type.GroupResource == KnownTypes.ServiceAccounts && live.Name == "default")
            || (live.Type.GroupResource == KnownTypes.Namespaces && DeletionNames.IsKept(live.Name))
            || IsBound(live);
    }

    private static bool IsBound(AddedObject live)
    {
        var spec = live.Manifest.Object("spec");
        return live.Type.GroupResource switch
        {
            KnownTypes.PersistentVolumes => spec.Text("persistentVolumeReclaimPolicy") == "Delete"
                && spec.Object("claimRef").Text("uid") is not null,
            KnownTypes.VolumeSnapshotContents => spec.Text("deletionPolicy") == "Delete"
                && spec.Object("volumeSnapshotRef").Text("uid") is not null,
            _ => false,
        };
    }

    /// <summary>Whether it was there when the point was made, and not captured, can't be excluded.</summary>
    private bool IsUncertain(AddedObject live, TypeEntry entry)
    {
        if (
            unreadable.Contains($"{live.Type.GroupResource}\n{live.Namespace}")
            || run.Point.Inventory.Gaps.Any(g => g.Resource == live.Type.GroupResource && g.Namespace == live.Namespace)
        )
        {
            run.Warnings.Add(
                live.Type.GroupResource,
                live.Namespace,
                live.Name,
                $"isn't deleted: the point may hold it, and can't be read whole there"
            );
            return true;
        }
        var mayBeLeftOut =
            entry.ObjectsExcluded > 0 || run.Point.Inventory.Scope.LabelSelector is not null || scope.MayBeLeftOut(live.Namespace);
        if (!mayBeLeftOut || Created(live) > run.Point.Inventory.PinnedAt)
            return false;
        run.Warnings.Add(
            live.Type.GroupResource,
            live.Namespace,
            live.Name,
            $"isn't deleted: it was there when the point was made, which left it out"
        );
        return true;
    }

    private static DateTimeOffset? Created(AddedObject live) =>
        DateTimeOffset.TryParse(
            live.Metadata.Text("creationTimestamp"),
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : null;

    /// <summary>What no restore brings, or a controller makes, isn't deleted either; that it has finished doesn't matter.</summary>
    private RuleContext RulesOf(ResourceType type) =>
        new()
        {
            Request = run.Request with { Finished = true, Terminating = true, AdoptVolumes = true },
            Type = type,
            HasStatus = true,
            InPoint = run.Facts.Find,
            OwnerComesBack = () => true,
            VolumeComesBack = _ => true,
            PointVersion = run.PointVersion,
            TargetVersion = run.TargetVersion,
        };
}
