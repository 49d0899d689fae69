using System.Text.Json;

namespace Holdfast.Clusters.Connections;

/// <summary>Which cluster answers: the uid of its <c>kube-system</c> namespace tells clusters apart whatever they are called.</summary>
/// <param name="ServerVersion">The API server's <c>gitVersion</c>: <c>v1.36.2</c>.</param>
public sealed record ClusterIdentity(string Uid, string ServerVersion)
{
    private const string SystemNamespace = "/api/v1/namespaces/kube-system";

    /// <exception cref="ClusterException">Unreachable, NotAuthenticated, Forbidden (on reading that one namespace), Broken.</exception>
    public static async Task<ClusterIdentity> ReadAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(connection.GetAsync(SystemNamespace, cancellation), connection.GetAsync("/version", cancellation));
        return new(
            Field(answers[0], connection, SystemNamespace, "metadata", "uid"),
            Field(answers[1], connection, "/version", "gitVersion")
        );
    }

    private static string Field(byte[] body, ClusterConnection connection, string asked, params ReadOnlySpan<string> path)
    {
        try
        {
            if (JsonText.Find(body, path) is { Length: > 0 } found)
                return found;
        }
        catch (JsonException)
        {
            // Falls to the same message: what answers there is no API server.
        }
        throw new ClusterException(
            ClusterFailure.Broken,
            $"GET {asked} on {connection.Server.GetLeftPart(UriPartial.Path)} returned no {string.Join('.', path)}. Check that this "
                + "is the address of a Kubernetes API server"
        );
    }
}
