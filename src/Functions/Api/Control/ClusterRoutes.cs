using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Registration;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.Api.Control;

/// <summary>The registered clusters. Who is registered decides where credentials are sent: only an Admin changes that.</summary>
internal static class ClusterRoutes
{
    public static ImmutableArray<ApiRoute> All { get; } =
        new ControlRoutes<ClusterRegistration>(
            new(
                "clusters",
                "registered cluster",
                "cluster",
                Roles.Admin,
                ApiJson.Plain.ClusterRegistration,
                ApiJson.Plain.PageKeptEntryClusterRegistration
            )
            {
                Read = ClusterRegistration.Read,
                NameOf = document => document.Name.ToString(),
                List = (request, after, limit) => Documents(request).ListClustersAsync(after, limit, request.Cancellation),
                Find = async (request, name) =>
                    ClusterName.TryParse(name, out var cluster)
                        ? await Documents(request).ReadClusterAsync(cluster, request.Cancellation)
                        : null,
                Create = (request, document) => Documents(request).CreateClusterAsync(document, request.Cancellation),
                Replace = (request, document, etag) => Documents(request).ReplaceClusterAsync(document, etag, request.Cancellation),
                Delete = (request, name, etag) =>
                    Documents(request).DeleteClusterAsync(ClusterName.Parse(name), etag, request.Cancellation),
            }
        ).All;

    private static ControlDocuments Documents(ApiRequest request) => new(request.App.Environment.Control);
}
