using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>
/// A kubeconfig whose server isn't the registered one is another cluster's: a mistaken secret must not put its objects under this cluster's
/// name.
/// </summary>
internal static class RegisteredServer
{
    /// <exception cref="RegistrationException">
    /// The registration has an endpoint, and the kubeconfig another one, or one that it may not have.
    /// </exception>
    public static ClusterEndpoint Require(ClusterRegistration cluster, string path, ClusterEndpoint endpoint, RegistrationAccess access) =>
        cluster.Endpoint is null || Text(cluster.Endpoint) == Text(endpoint.Server)
            ? access.RequireRemote(endpoint, path)
            : throw new RegistrationException(
                $"The cluster '{cluster.Name}' can't be opened: its kubeconfig is of {endpoint}, its registration {path} of "
                    + $"{Text(cluster.Endpoint)}. Correct the endpoint or leave it out, or name the right kubeconfig or context"
            );

    private static string Text(Uri server) =>
        server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
}
