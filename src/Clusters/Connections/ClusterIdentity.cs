namespace Holdfast.Clusters.Connections;

/// <summary>Which cluster answers: the uid of its <c>kube-system</c> namespace tells clusters apart whatever they are called.</summary>
/// <param name="ServerVersion">The API server's <c>gitVersion</c>: <c>v1.36.2</c>.</param>
public sealed record ClusterIdentity(string Uid, string ServerVersion)
{
    public static Task<ClusterIdentity> ReadAsync(ClusterConnection connection, CancellationToken cancellation) => throw new NotImplementedException();
}
