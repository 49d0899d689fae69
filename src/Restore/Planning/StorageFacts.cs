using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>
/// The storage classes, drivers and snapshot classes that the target has once the restore is in, and where its nodes are. Read when the
/// first claim is to be provisioned.
/// </summary>
internal sealed class StorageFacts
{
    private const string StorageGroup = "storage.k8s.io";
    private const string SnapshotGroup = "snapshot.storage.k8s.io";

    private readonly Dictionary<string, JsonObject> classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> drivers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> snapshotClasses = new(StringComparer.Ordinal);
    private readonly HashSet<(string Key, string Value)> places = [];
    private readonly List<string> hidden = [];

    /// <summary>What can't be listed, and so isn't known; empty: all is known.</summary>
    public IReadOnlyList<string> Hidden => hidden;

    public IEnumerable<JsonObject> SnapshotClasses => snapshotClasses.Values;

    public static async Task<StorageFacts> ReadAsync(PlanningRun run, CancellationToken cancellation)
    {
        var facts = new StorageFacts();
        await facts.ReadTypeAsync(run, new(StorageGroup, "StorageClass", KnownTypes.StorageClasses), facts.classes, cancellation);
        await facts.ReadTypeAsync(run, new(StorageGroup, "CSIDriver", KnownTypes.CsiDrivers), facts.drivers, cancellation);
        await facts.ReadTypeAsync(
            run,
            new(SnapshotGroup, "VolumeSnapshotClass", KnownTypes.VolumeSnapshotClasses),
            facts.snapshotClasses,
            cancellation
        );
        await facts.ReadPlacesAsync(run, cancellation);
        return facts;
    }

    public bool HasClass(string name) => ClassOf(name) is not null;

    /// <summary>Null: the class isn't there.</summary>
    public JsonObject? ClassOf(string name) => classes.GetValueOrDefault(name);

    /// <summary>Something in the target names the driver.</summary>
    public bool HasDriver(string driver) =>
        drivers.ContainsKey(driver)
        || classes.Values.Any(c => c.Text("provisioner") == driver)
        || snapshotClasses.Values.Any(c => c.Text("driver") == driver);

    /// <summary>A claim of the class is bound without a Pod.</summary>
    /// <param name="name">Null: the default class.</param>
    public bool BindsAtOnce(string? name)
    {
        var found = name is null ? classes.Values.FirstOrDefault(IsDefault) : classes.GetValueOrDefault(name);
        return found is not null && found.Text("volumeBindingMode") is null or "Immediate";
    }

    /// <summary>Some node is there; true also where the nodes aren't known.</summary>
    public bool HasNodeIn(string key, IEnumerable<string> values) => places.Count == 0 || values.Any(v => places.Contains((key, v)));

    private static bool IsDefault(JsonObject c) => Rules.ClassRules.IsDefault(KnownTypes.StorageClasses, c);

    private async Task ReadTypeAsync(PlanningRun run, StorageType type, Dictionary<string, JsonObject> to, CancellationToken cancellation)
    {
        if (run.Types.OfKind(type.Group, type.Kind) is { } served)
            await ListAsync(run, served, live => to[NameOf(live)] = live, cancellation);
        if (run.Point.Type(type.GroupResource) is null)
            return;
        await foreach (var (_, captured, _) in run.Point.ReadParsedAsync(run.Point.SegmentsOf(type.GroupResource), cancellation))
            if (Comes(run, type, NameOf(captured)))
                to.TryAdd(NameOf(captured), captured);
    }

    /// <summary>A claim's storage class comes as what a selected object needs, after the claim was planned.</summary>
    private static bool Comes(PlanningRun run, StorageType type, string name) =>
        run.Draft.Find(new(type.Group, type.Kind, null, name)) is { } step
            ? step.ComesBack
            : run.FollowsReferences && type.GroupResource == KnownTypes.StorageClasses;

    private async Task ReadPlacesAsync(PlanningRun run, CancellationToken cancellation)
    {
        var keys = (run.Point.Inventory.Volumes ?? []).SelectMany(v => v.Topology).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        if (keys.Count > 0 && run.Types.OfKind("", "Node") is { } nodes)
            await ListAsync(run, nodes, node => AddPlaces(node, keys), cancellation);
    }

    private void AddPlaces(JsonObject node, HashSet<string> keys)
    {
        foreach (var (key, value) in node.Object("metadata").Object("labels") ?? [])
            if (keys.Contains(key) && value is not null)
                places.Add((key, value.ToString()));
    }

    private async Task ListAsync(PlanningRun run, ApiResource type, Action<JsonObject> receive, CancellationToken cancellation)
    {
        try
        {
            await foreach (
                var _ in run.Target.List(new(type, null), (in ListedItem item) => receive(ManifestJson.Parse(item.Json)), cancellation)
            ) { }
        }
        catch (ClusterException unseen) when (unseen.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            hidden.Add(type.GroupResource);
        }
    }

    private static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    private readonly record struct StorageType(string Group, string Kind, string GroupResource);
}
