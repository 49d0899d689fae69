using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Protection.Capture.Fingerprints;
using Holdfast.Protection.Capture.Planning;

namespace Holdfast.Protection.Capture.Exporting;

/// <summary>One namespace's objects of a list, as they passed.</summary>
/// <param name="Fingerprint">Null while the segment is open.</param>
/// <param name="Excluded">Objects left out one by one.</param>
/// <param name="Begun">A segment stands for them; false: nothing was taken.</param>
internal readonly record struct WalkedSegment(string? Namespace, long Objects, long Excluded, ContentDigest? Fingerprint, bool Begun);

/// <summary>
/// Splits a list by namespace as its items pass, leaves out what isn't taken, fingerprints the rest and packs it. Without a packer it only fingerprints. Nothing is allocated an item. Not thread-safe.
/// </summary>
internal sealed class SegmentWalk(PlannedType type, byte[] header, NamespaceFilter filter, SegmentFingerprint fingerprint, PackWriter? pack)
{
    private readonly string resource = type.Type.GroupResource;
    private readonly byte[] typeMeta = Encoding.UTF8.GetBytes($"\"apiVersion\":\"{type.Type.ApiVersion}\",\"kind\":\"{type.Type.Kind}\",");
    private readonly HashSet<string> seen = [];
    private byte[] current = [];
    private string? ns;
    private bool entered, taken;
    private long objects, excluded;

    /// <summary>Those that ended, in order; those in which nothing was taken too.</summary>
    public List<WalkedSegment> Ended { get; } = [];

    /// <summary>A segment with objects is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Goes on where an earlier piece stopped.</summary>
    public void Resume(SlicePosition position)
    {
        entered = taken = true;
        ns = position.Namespace;
        current = Encoding.UTF8.GetBytes(ns ?? "");
        if (position.OpenObjects == 0)
            return;
        Open();
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
        if (!IsOpen)
        {
            Open();
            fingerprint.Begin(header);
        }
        objects++;
        fingerprint.Item(item.Uid, item.ResourceVersion);
        pack?.Append(item.HasTypeMeta ? [] : typeMeta, item.Json);
    }

    /// <summary>The list is at its end.</summary>
    public void End() => Leave();

    /// <summary>The list goes on another time.</summary>
    public SlicePosition Suspend(string @continue, string revision)
    {
        var position = new SlicePosition(@continue, revision, ns, IsOpen ? 1 : 0, IsOpen ? fingerprint.Save() : null);
        if (entered)
            Ended.Add(new(ns, objects, excluded, null, IsOpen));
        if (IsOpen)
            pack?.EndSegment();
        IsOpen = entered = false;
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

    private void Enter(ReadOnlySpan<byte> name)
    {
        if (entered)
            Leave();
        current = name.ToArray();
        ns = name.IsEmpty ? null : Encoding.UTF8.GetString(name);
        if (!seen.Add(ns ?? ""))
            throw new ClusterException(ClusterFailure.Broken, $"the list of {resource} isn't in order of namespaces: '{ns}' comes twice; its server breaks the API's rules");
        taken = ns is null || filter.Takes(ns);
        entered = true;
    }

    private void Leave()
    {
        if (!entered)
            return;
        if (IsOpen)
            pack?.EndSegment();
        Ended.Add(new(ns, objects, excluded, IsOpen ? fingerprint.Complete() : null, IsOpen));
        IsOpen = entered = false;
        objects = excluded = 0;
    }
}
