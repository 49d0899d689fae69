using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Machine.Faults;

namespace Holdfast.Capture.Planning;

/// <summary>What a CustomResourceDefinition says that decides how its objects are read, and whether they can be.</summary>
/// <param name="Type">At the version that objects are stored at.</param>
/// <param name="Definition">Its uid and generation.</param>
/// <param name="Revision">Its resourceVersion.</param>
internal sealed record CustomType(ResourceType Type, string Definition, string Revision)
{
    /// <summary>
    /// The version that objects are stored at, when it is served; reading at it needs no conversion webhook. Null: it isn't served.
    /// </summary>
    public string? StorageVersion { get; init; }

    /// <summary>Some object may pass through a conversion webhook, which may change it, at any version.</summary>
    public bool Converted { get; init; }
    public ImmutableArray<string> Served { get; init; } = [];

    /// <summary>
    /// Its names were accepted once: objects may exist, also before it is established (k8s.io/apiextensions-apiserver,
    /// customresource_handler.go; with several API servers those are five seconds). Discovery lists it only then.
    /// </summary>
    public bool Accepted { get; init; }

    /// <summary>It is being deleted, and its objects with it.</summary>
    public bool Terminating { get; init; }

    /// <summary>Versions that objects may be stored at.</summary>
    public ImmutableArray<string> Stored { get; init; } = [];

    /// <summary>
    /// The whole definition, where objects may be stored at another version than they are read at, with no webhook to convert them.
    /// </summary>
    public byte[]? Json { get; init; }
}

/// <summary>The cluster's custom types by group-resource.</summary>
internal sealed class CustomTypes
{
    /// <summary>How long an API server may continue to serve by the old definition when it shows the new one already.</summary>
    public static readonly TimeSpan ServingLag = TimeSpan.FromSeconds(1);

    private static readonly ApiResource[] Definitions =
    [
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, []),
        new("apiextensions.k8s.io", "v1beta1", "customresourcedefinitions", "CustomResourceDefinition", false, []),
    ];

    private readonly Dictionary<string, CustomType> types = [];
    private readonly SortedDictionary<string, string> odd = new(StringComparer.Ordinal);

    /// <summary>
    /// Why the definitions can't be read; then nothing is known of custom types, and none of them may be reused unread.
    /// </summary>
    public string? Unreadable { get; init; }

    public IReadOnlyCollection<CustomType> All => types.Values;

    /// <summary>
    /// Definitions that can't be understood, by name, each with why: their types are read as any other, and never reused unread.
    /// </summary>
    public IReadOnlyDictionary<string, string> Odd => odd;

    public CustomType? Find(string groupResource) => types.GetValueOrDefault(groupResource);

    public static async Task<CustomTypes> ReadAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        foreach (var api in Definitions)
        {
            try
            {
                return await ReadAsync(new ResourceLister(connection), api, cancellation);
            }
            catch (ClusterException e) when (e.Failure is ClusterFailure.NotFound)
            {
                // an older or a smaller API server: try the next version
            }
            catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
            {
                return new() { Unreadable = e.Message };
            }
        }
        return new();
    }

    /// <summary>
    /// The resourceVersion of each definition as it now is, by group-resource: a cheap check whether reading them all is needed.
    /// </summary>
    public static async Task<Dictionary<string, string>> RevisionsAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var revisions = new Dictionary<string, string>();
        var request = new ListRequest(Definitions[0], null) { MetadataOnly = true };
        await FreshList.ReadAsync(
            new(connection),
            request,
            revisions.Clear,
            (in ListedItem item) => revisions[Encoding.UTF8.GetString(item.Name)] = Encoding.UTF8.GetString(item.ResourceVersion),
            cancellation
        );
        return revisions;
    }

    private static async Task<CustomTypes> ReadAsync(ResourceLister lister, ApiResource api, CancellationToken cancellation)
    {
        var found = new CustomTypes();
        // definitions carry schemas of up to half a megabyte: small pages
        await FreshList.ReadAsync(lister, new(api, null) { Limit = 100 }, found.Clear, found.Add, cancellation);
        return found;
    }

    private void Add(in ListedItem item)
    {
        var name = Encoding.UTF8.GetString(item.Name);
        if (item.IsTooLarge)
            odd[name] = $"it has {item.Bytes} bytes";
        else
            Add(name, item.Json);
    }

    internal void Add(string name, ReadOnlySpan<byte> definition)
    {
        try
        {
            var read = new DefinitionReader(definition).Type;
            types[read.Type.GroupResource] = read;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            odd[name] = e.Message;
        }
    }

    private void Clear()
    {
        types.Clear();
        odd.Clear();
    }
}
