using System.Text.Json;
using Holdfast.Machine.Terminals;

namespace Holdfast.Clusters.Connections;

/// <summary>The identity of the cluster that answers: the uid of its <c>kube-system</c> namespace, whatever the cluster's name.</summary>
/// <param name="Uid">1 to 128 visible ASCII characters without <c>"</c> and <c>\</c>, as points and plans name a cluster.</param>
/// <param name="ServerVersion">The API server's <c>gitVersion</c>: <c>v1.36.2</c>.</param>
public sealed record ClusterIdentity(string Uid, string ServerVersion)
{
    private const string SystemNamespace = "/api/v1/namespaces/kube-system";

    /// <exception cref="ClusterException">Unreachable, NotAuthenticated, Forbidden (on reading that one namespace), Broken.</exception>
    public static async Task<ClusterIdentity> ReadAsync(ClusterConnection connection, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(connection.GetAsync(SystemNamespace, cancellation), connection.GetAsync("/version", cancellation));
        var uid = Field(answers[0], connection, SystemNamespace, "metadata", "uid");
        if (!PlainToken.Is(uid))
            throw new ClusterException(
                ClusterFailure.Broken,
                $"GET {SystemNamespace} on {connection.Server.GetLeftPart(UriPartial.Path)} returned a metadata.uid that isn't a plain "
                    + $"token (1 to {PlainToken.MaxLength} visible ASCII characters without quotes and backslashes). Points can't "
                    + "name such a cluster"
            );
        return new(uid, Field(answers[1], connection, "/version", "gitVersion"));
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
            // Leads to the same message: the answer isn't an API server's.
        }
        throw new ClusterException(
            ClusterFailure.Broken,
            $"GET {asked} on {connection.Server.GetLeftPart(UriPartial.Path)} returned no {string.Join('.', path)}. Check that this "
                + "is the address of a Kubernetes API server"
        );
    }
}
