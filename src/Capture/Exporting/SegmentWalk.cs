using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Capture.Fingerprints;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;

namespace Holdfast.Capture.Exporting;

/// <summary>One namespace's objects of a list, as they passed.</summary>
/// <param name="Fingerprint">Null while the segment is open.</param>
/// <param name="Excluded">Objects left out one by one.</param>
/// <param name="Begun">A segment stands for them; false: nothing was taken.</param>
internal readonly record struct WalkedSegment(string? Namespace, long Objects, long Excluded, ContentDigest? Fingerprint, bool Begun);

/// <summary>An object that was listed and can't be stored.</summary>
/// <param name="Reason">Why, with its name, for a person.</param>
public sealed record MissedObject(string? Namespace, string Reason);

/// <summary>
/// Splits a list by namespace as its items pass, leaves out what isn't taken, fingerprints the rest and packs it. Without a packer it only
/// fingerprints. Nothing is allocated an item. Not thread-safe. Stopped anywhere and resumed by another walk, both bring what one would
/// have.
/// </summary>
internal sealed class SegmentWalk(PlannedType type, byte[] header, NamespaceFilter filter, SegmentFingerprint fingerprint, PackWriter? pack)
{
    private readonly string resource = type.Type.GroupResource;
    private readonly byte[] typeMeta = Encoding.UTF8.GetBytes($"\"apiVersion\":\"{type.Type.ApiVersion}\",\"kind\":\"{type.Type.Kind}\",");
    private readonly HashSet<string> seen = [];
    private byte[] current = [];
    private string? ns;
    private bool entered,
        taken;
    private long objects,
        earlier,
        excluded;

    /// <summary>Those that ended, in order; those in which nothing was taken too.</summary>
    public List<WalkedSegment> Ended { get; } = [];

    /// <summary>Objects that can't be stored, in order: their segments are whole without them.</summary>
    public List<MissedObject> Missed { get; } = [];

    /// <summary>A segment is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Continues where an earlier piece stopped.</summary>
    public void Resume(SlicePosition position)
    {
        Enter(Encoding.UTF8.GetBytes(position.Namespace ?? ""));
        if (position.OpenObjects == 0)
            return;
        Open();
        earlier = position.OpenObjects;
        fingerprint.Restore(position.Fingerprint!);
    }

    public void Receive(in ListedItem item)
    {
        if (!entered || !item.Namespace.SequenceEqual(current))
            Enter(item.Namespace);
        if (!taken)
            return;
        if (ExclusionRules.LeavesOut(resource, in item))
        {
            excluded++;
            return;
        }
        if (Store(in item) is { } fault)
        {
            Missed.Add(new(ns, fault));
            return;
        }
        objects++;
        fingerprint.Item(item.Uid, item.ResourceVersion);
    }

    /// <summary>The list is at its end.</summary>
    public void Complete() => Leave();

    /// <summary>The rest of the list is read another time.</summary>
    public SlicePosition Suspend(string @continue, string revision)
    {
        var open = earlier + objects;
        var position = new SlicePosition(@continue, revision, ns, open, open > 0 ? fingerprint.Save() : null);
        if (open > 0)
            End(null);
        else
            Leave();
        return position;
    }

    /// <summary>The list broke off: the open segment is void, those that ended stand.</summary>
    public void Abandon()
    {
        if (IsOpen)
            pack?.DropSegment();
        IsOpen = entered = false;
    }

    private void Open()
    {
        pack?.BeginSegment(resource, ns);
        IsOpen = true;
    }

    /// <returns>Why the object can't be stored; null: it is.</returns>
    private string? Store(in ListedItem item)
    {
        if (!IsOpen)
        {
            Open();
            fingerprint.Begin(header);
        }
        if (pack is null)
            return null;
        if (item.Name.IsEmpty && item.Uid.IsEmpty)
            return $"an object of {item.Bytes} bytes has neither name nor uid: its server breaks the API's rules";
        if (item.IsTooDeep)
            return $"'{NameOf(in item)}' is nested deeper than the {FormatLimits.ManifestDepth} levels that the archive holds: flatten it, "
                + "or exclude its type";
        if (item.IsTooLarge || !pack.TryAppend(item.HasTypeMeta ? [] : typeMeta, item.Json))
            return $"'{NameOf(in item)}' has {item.Bytes} bytes, more than are read or stored of one object: make it smaller, or exclude "
                + "its type";
        return null;
    }

    private static string NameOf(in ListedItem item) => Encoding.UTF8.GetString(item.Name);

    private void Enter(ReadOnlySpan<byte> name)
    {
        if (entered)
            Leave();
        current = name.ToArray();
        ns = name.IsEmpty ? null : Encoding.UTF8.GetString(name);
        if (!seen.Add(ns ?? ""))
            throw new ClusterException(
                ClusterFailure.Broken,
                $"the list of {resource} isn't in order of namespaces: '{ns}' comes twice; its server breaks the API's rules"
            );
        taken = ns is null || filter.Takes(ns);
        entered = true;
    }

    private void Leave()
    {
        if (entered)
            End(IsOpen ? fingerprint.Complete() : null);
    }

    private void End(ContentDigest? print)
    {
        if (IsOpen)
            pack?.EndSegment();
        Ended.Add(new(ns, objects, excluded, print, IsOpen));
        IsOpen = entered = false;
        objects = earlier = excluded = 0;
    }
}
