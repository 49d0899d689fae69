using System.Collections.Frozen;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Capture.Planning;

/// <summary>What a capture leaves out, by the names that the inventory gives as the rule.</summary>
public static class ExclusionRules
{
    /// <summary>Can't be listed and read, or neither created nor deleted: its objects are computed, or it only answers questions.</summary>
    public const string Computed = "computed";

    /// <summary>The names of its CustomResourceDefinition were never accepted, so that no object of it can exist.</summary>
    public const string NotEstablished = "not-established";

    /// <summary>The same stored objects are served, and captured, under another group.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>A group whose absence is expected.</summary>
    public const string ExpectedAbsent = "expected-absent";

    /// <summary>The caller asked to leave it out.</summary>
    public const string Request = "request";

    private static ReadOnlySpan<byte> Label => "holdfast.dev/exclude"u8;

    private static readonly FrozenDictionary<string, string> Defaults = new Dictionary<string, string>
    {
        [KnownTypes.Events] = "default: events are history, not state",
        [KnownTypes.EventsOfEventsGroup] = "default: events are history, not state",
        [KnownTypes.Leases] = "default: leases are heartbeats and elections",
        [KnownTypes.CsiNodes] = "default: csinodes are made by kubelets",
        [KnownTypes.VolumeAttachments] = "default: volumeattachments are made by the attach controller",
        [KnownTypes.IpAddresses] = "default: ipaddresses are made for services",
    }.ToFrozenDictionary();

    /// <summary>A capture leaves the type out, unless it is asked for.</summary>
    public static bool IsLeftOutByDefault(string groupResource) => Defaults.ContainsKey(groupResource);

    /// <summary>The rule that leaves a whole type out; null: it is taken.</summary>
    /// <param name="isDefined">The type has a CustomResourceDefinition: its objects are stored, whatever verbs discovery lists at the
    /// moment.</param>
    public static string? Of(ApiResource type, CaptureScope scope, bool isDefined)
    {
        if (!isDefined && !IsStored(type))
            return Computed;
        if (scope.ExcludedResources.Contains(type.GroupResource))
            return Request;
        return Included(type, scope) ? null : Defaults.GetValueOrDefault(type.GroupResource);
    }

    /// <summary>What can be deleted is stored, though it can't be created: so is a type whose definition is being deleted.</summary>
    private static bool IsStored(ApiResource type) => type.Can("list") && type.Can("get") && (type.Can("create") || type.Can("delete"));

    /// <summary>Events are one stored type with two names: asking for either takes them, once.</summary>
    private static bool Included(ApiResource type, CaptureScope scope) =>
        type.GroupResource is KnownTypes.Events or KnownTypes.EventsOfEventsGroup
            ? scope.IncludedResources.Contains(KnownTypes.Events) || scope.IncludedResources.Contains(KnownTypes.EventsOfEventsGroup)
            : scope.IncludedResources.Contains(type.GroupResource);

    /// <summary>
    /// Whether an object's labels exclude it: by the user's own label, or because a built-in controller creates it again.
    /// </summary>
    public static bool LeavesOut(string groupResource, in ListedItem item)
    {
        if (item.TryGetLabel(Label, out var value) && value.SequenceEqual("true"u8))
            return true;
        return groupResource switch
        {
            KnownTypes.EndpointSlices => item.TryGetLabel("endpointslice.kubernetes.io/managed-by"u8, out value)
                && (
                    value.SequenceEqual("endpointslice-controller.k8s.io"u8)
                    || value.SequenceEqual("endpointslicemirroring-controller.k8s.io"u8)
                ),
            KnownTypes.Endpoints => item.TryGetLabel("endpoints.kubernetes.io/managed-by"u8, out value)
                && value.SequenceEqual("endpoint-controller"u8),
            _ => false,
        };
    }
}
