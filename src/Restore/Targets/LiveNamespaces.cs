using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;

namespace Holdfast.Restore.Targets;

/// <summary>The target's namespaces; one that is being deleted counts as gone, with all that is in it.</summary>
internal sealed class LiveNamespaces
{
    private static ReadOnlySpan<byte> Label => "holdfast.dev/exclude"u8;

    private static readonly ResourceType Type = new("", "v1", KnownTypes.Namespaces, "Namespace", Namespaced: false);
    private readonly Dictionary<string, LiveName> live = new(StringComparer.Ordinal);
    private readonly HashSet<string> excluded = new(StringComparer.Ordinal);

    public static async Task<LiveNamespaces> ReadAsync(RestoreTarget target, TargetTypes types, CancellationToken cancellation)
    {
        var namespaces = new LiveNamespaces();
        if (types.OfType(Type) is not { } resource)
            return namespaces;
        await foreach (var _ in target.List(new(resource, null), namespaces.Receive, cancellation)) { }
        return namespaces;
    }

    public LiveName? Find(string ns) => live.GetValueOrDefault(ns);

    /// <summary>Those that the server listed, in its order.</summary>
    public IEnumerable<string> Names => live.Keys;

    /// <summary>Captures leave the namespace out now, with all that is in it.</summary>
    public bool IsExcluded(string ns) => excluded.Contains(ns);

    public bool Has(string ns) => Find(ns) is { Terminating: false };

    public bool IsTerminating(string ns) => Find(ns) is { Terminating: true };

    private void Receive(in ListedItem item)
    {
        var name = Encoding.UTF8.GetString(item.Name);
        live[name] = new(
            Encoding.UTF8.GetString(item.Uid),
            Encoding.UTF8.GetString(item.ResourceVersion),
            item.Json.IndexOf("\"deletionTimestamp\":"u8) >= 0
        );
        if (item.Json.IndexOf(Label) >= 0 && CaptureExclusion.Is(ManifestJson.Parse(item.Json)))
            excluded.Add(name);
    }
}
