using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Reads a kubeconfig's cluster entry: the server's address and how to trust it.</summary>
internal sealed class ClusterReader(Section cluster, List<string> problems)
{
    public static readonly string[] Fields =
    [
        "server",
        "certificate-authority",
        "certificate-authority-data",
        "insecure-skip-tls-verify",
        "tls-server-name",
        "proxy-url",
        "disable-compression",
        "extensions",
    ];

    private static readonly string[] ProxySchemes = ["http", "https", "socks5"];

    /// <summary>Null if it is invalid; the problems are reported.</summary>
    public ClusterEndpoint? Read()
    {
        var (server, proxy, roots) = (Server(), Proxy(), Roots());
        return server is null
            ? null
            : new()
            {
                Server = server,
                Proxy = proxy,
                TrustedRoots = roots,
                TlsServerName = cluster.Text("tls-server-name"),
                InsecureSkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            };
    }

    /// <summary>The CA's PEM text, from the data or the file; null: none is named, or it can't be read.</summary>
    public static string? AuthorityPem(Section cluster, List<string> problems) => PemField.Read(cluster, "certificate-authority", problems);

    private Uri? Server()
    {
        if (cluster.Text("server") is not { } text)
            return Refuse<Uri>(null, "has no 'server'. Add the API server's URL");
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            return Refuse<Uri>("server", "isn't an API server's URL. It should look like https://HOST:PORT");
        return server.UserInfo.Length == 0
            ? server
            : Refuse<Uri>(
                "server",
                "has credentials in the URL, which API servers don't accept. Move them to a user entry (token, exec or client certificate)"
            );
    }

    private Uri? Proxy()
    {
        if (cluster.Text("proxy-url") is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && ProxySchemes.Contains(proxy.Scheme)
            ? proxy
            : Refuse<Uri>("proxy-url", "isn't a proxy's URL. It must begin with http://, https:// or socks5://");
    }

    private X509Certificate2Collection? Roots()
    {
        if (AuthorityPem(cluster, problems) is not { } pem)
            return null;
        var key = PemField.KeyOf(cluster, "certificate-authority");
        if (cluster.Flag("insecure-skip-tls-verify"))
            return Refuse<X509Certificate2Collection>(key, "contradicts insecure-skip-tls-verify. Remove one, preferably the latter");
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            return Refuse<X509Certificate2Collection>(
                key,
                $"holds a certificate that can't be read ({e.Message}). Fetch the cluster's CA again"
            );
        }
        return roots.Count > 0
            ? roots
            : Refuse<X509Certificate2Collection>(key, "has no certificate (a PEM block BEGIN CERTIFICATE). Fetch the cluster's CA again");
    }

    private T? Refuse<T>(string? key, string what)
        where T : class
    {
        problems.Add(cluster.Problem(key, what));
        return null;
    }
}
