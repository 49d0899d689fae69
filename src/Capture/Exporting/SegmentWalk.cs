using System.Text;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Capture.Exporting;

/// <summary>
/// Splits a list by namespace as its items pass, leaves out what isn't taken, fingerprints the rest and packs it. Without a packer it only
/// fingerprints. Allocates nothing per item. Not thread-safe. A list that is read in several pieces, each by a walk of its own, gives the
/// same segments as one that is read in one go.
/// </summary>
/// <param name="encryption">Fingerprints of encrypted segments are keyed; null: nothing is encrypted.</param>
internal sealed class SegmentWalk(
    PlannedType type,
    byte[] header,
    NamespaceFilter filter,
    SegmentFingerprint fingerprint,
    PackWriter? pack,
    PointEncryption? encryption
)
{
    private readonly string resource = type.Type.GroupResource;
    private readonly byte[] typeMeta = Encoding.UTF8.GetBytes($"\"apiVersion\":\"{type.Type.ApiVersion}\",\"kind\":\"{type.Type.Kind}\",");
    private readonly HashSet<string> seen = [];
    private byte[] current = [];
    private SegmentBuilder? segment;
    private bool taken;
    private long earlier;

    /// <summary>A segment for each namespace that ended, in order; those in which nothing was taken too.</summary>
    public List<SegmentBuilder> Ended { get; } = [];

    /// <summary>Objects that can't be stored, in order: their segments are whole without them.</summary>
    public List<MissedObject> Missed { get; } = [];

    /// <summary>Something of the present namespace was taken.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Continues where an earlier piece stopped.</summary>
    public void Resume(SlicePosition position)
    {
        var entered = Enter(Encoding.UTF8.GetBytes(position.Namespace ?? ""));
        if (position.OpenObjects == 0)
            return;
        Open(entered);
        earlier = position.OpenObjects;
        fingerprint.Restore(position.Fingerprint!);
    }

    public void Receive(in ListedItem item)
    {
        var into = segment is not null && item.Namespace.SequenceEqual(current) ? segment : Enter(item.Namespace);
        if (!taken)
            return;
        if (ExclusionRules.LeavesOut(resource, in item))
        {
            into.Excluded++;
            return;
        }
        if (Store(into, in item) is { } fault)
        {
            Missed.Add(new(into.Namespace, fault));
            return;
        }
        fingerprint.Item(item.Uid, item.ResourceVersion);
    }

    /// <summary>The list is at its end.</summary>
    public void Complete()
    {
        if (segment is not null)
            End(segment, IsOpen ? fingerprint.Complete() : null);
    }

    /// <summary>The rest of the list is read later.</summary>
    public SlicePosition Suspend(string @continue, Revision revision)
    {
        var open = earlier + (segment?.Objects ?? 0);
        var position = new SlicePosition(@continue, revision, segment?.Namespace, open, open > 0 ? fingerprint.Save() : null);
        if (segment is not null && open > 0)
            End(segment, null);
        else
            Complete();
        return position;
    }

    /// <summary>The list broke off: the open segment is dropped, those that ended are kept.</summary>
    public void Abandon()
    {
        if (IsOpen)
            pack?.DropSegment();
        IsOpen = false;
        segment = null;
    }

    private void Open(SegmentBuilder into)
    {
        pack?.Begin(into);
        IsOpen = true;
    }

    /// <returns>Why the object can't be stored; null: it is.</returns>
    private string? Store(SegmentBuilder into, in ListedItem item)
    {
        if (!IsOpen)
        {
            Open(into);
            fingerprint.Begin(header);
        }
        if (pack is null)
        {
            into.Objects++;
            return null;
        }
        if (item.Name.IsEmpty && item.Uid.IsEmpty)
            return $"an object of {item.Bytes} bytes has neither name nor uid: its server violates the API conventions";
        if (item.IsTooDeep)
            return $"'{NameOf(in item)}' is nested deeper than the {FormatLimits.ManifestDepth} levels that the archive holds: flatten it, "
                + "or exclude its type";
        if (item.IsTooLarge || !pack.TryAppend(item.HasTypeMeta ? [] : typeMeta, item.Json))
            return $"'{NameOf(in item)}' is {item.Bytes} bytes, over the limit for one object: make it smaller, or exclude its type";
        return null;
    }

    private static string NameOf(in ListedItem item) => Encoding.UTF8.GetString(item.Name);

    private SegmentBuilder Enter(ReadOnlySpan<byte> name)
    {
        Complete();
        var ns = name.IsEmpty ? null : Encoding.UTF8.GetString(name);
        if (!seen.Add(ns ?? ""))
            throw new ClusterException(
                ClusterFailure.Broken,
                $"the list of {resource} isn't in order of namespaces: '{ns}' appears twice; the server violates the API conventions"
            );
        current = name.ToArray();
        taken = ns is null || filter.Takes(ns);
        return segment = new(resource, ns);
    }

    private void End(SegmentBuilder ended, ContentDigest? print)
    {
        if (IsOpen)
            pack?.EndSegment();
        ended.Fingerprint =
            encryption is not null && print is { } plain ? encryption.FingerprintOf(resource, ended.Namespace, plain) : print;
        Ended.Add(ended);
        IsOpen = false;
        segment = null;
        earlier = 0;
    }
}
