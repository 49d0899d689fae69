using System.Security.Cryptography.X509Certificates;
using Holdfast.Machine.Files;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A pod's mounted service account: its token, the cluster's CA and the pod's namespace.</summary>
internal sealed class InClusterAccount
{
    public const string Name = "in-cluster";
    public const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private readonly Uri server;
    private readonly string folder;

    private InClusterAccount(Uri server, string folder)
    {
        this.server = server;
        this.folder = folder;
    }

    /// <summary>Null: not running in a pod, or the pod has no token.</summary>
    public static InClusterAccount? Find(IReadOnlyDictionary<string, string> environment, string folder)
    {
        if (
            environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || environment.GetValueOrDefault("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port
        )
            return null;
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return File.Exists(Path.Combine(folder, "token")) ? new(new($"https://{name}:{port}"), folder) : null;
    }

    public KubeconfigTarget Target(TimeProvider time)
    {
        var roots = new X509Certificate2Collection();
        var authority = Path.Combine(folder, "ca.crt");
        if (File.Exists(authority))
            roots.ImportFromPem(RegularFile.ReadText(authority, PemField.Largest));
        var ns = Path.Combine(folder, "namespace");
        return new(
            Name,
            Name,
            File.Exists(ns) ? RegularFile.ReadText(ns, PemField.Largest).Trim() : null,
            new()
            {
                Server = server,
                TrustedRoots = roots.Count > 0 ? roots : null,
                Token = new TokenFile(Path.Combine(folder, "token"), null, time).GetAsync,
            },
            []
        );
    }
}
