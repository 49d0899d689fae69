using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;

namespace Holdfast.Protection.Capture.Planning;

/// <summary>What a CustomResourceDefinition says that decides how its objects are read.</summary>
/// <param name="Definition">Its uid and generation.</param>
/// <param name="Revision">Its resourceVersion.</param>
/// <param name="StorageVersion">The version that objects are stored at, when it is served; reading at it needs no conversion webhook. Null: it isn't served.</param>
/// <param name="Converted">Some object may pass through a conversion webhook, whose mind we don't know, at any version.</param>
internal sealed record CustomType(string Definition, string Revision, string? StorageVersion, bool Converted);

/// <summary>The cluster's custom types by group-resource.</summary>
internal sealed class CustomTypes
{
    private static readonly ApiResource[] Definitions =
    [
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, []),
        new("apiextensions.k8s.io", "v1beta1", "customresourcedefinitions", "CustomResourceDefinition", false, []),
    ];

    private readonly Dictionary<string, CustomType> types = [];

    /// <summary>Why the definitions can't be read; then nothing is known of custom types, and nothing of them may be reused unread.</summary>
    public string? Unreadable { get; init; }

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

    /// <summary>The resourceVersion of each definition as it now is, by group-resource: a cheap question, for finding out whether to ask the dear one.</summary>
    public static async Task<Dictionary<string, string>> RevisionsAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var revisions = new Dictionary<string, string>();
        var request = new ListRequest(Definitions[0], null) { MetadataOnly = true };
        await FreshList.ReadAsync(new(connection), request, revisions.Clear,
            (in ListedItem item) => revisions[Encoding.UTF8.GetString(item.Name)] = Encoding.UTF8.GetString(item.ResourceVersion), cancellation);
        return revisions;
    }

    private static async Task<CustomTypes> ReadAsync(ResourceLister lister, ApiResource api, CancellationToken cancellation)
    {
        var found = new CustomTypes();
        // definitions carry schemas of up to half a megabyte: small pages
        await FreshList.ReadAsync(lister, new(api, null) { Limit = 100 }, found.types.Clear, (in ListedItem item) => found.Add(item.Json), cancellation);
        return found;
    }

    internal void Add(ReadOnlySpan<byte> definition)
    {
        var read = new DefinitionReader(definition);
        types[$"{read.Plural}.{read.Group}"] = read.Type;
    }
}
