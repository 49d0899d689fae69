using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Clusters.Kubeconfigs;
using k8s;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>
/// A kubeconfig as read by one client: the fields by name, without empty ones. A refusal is the single field <see cref="Refused"/>.
/// </summary>
internal sealed class KubeconfigReading : Dictionary<string, string>
{
    public const string Refused = "refused";

    /// <summary>As Holdfast resolves it. An exec plugin is named and not run.</summary>
    public static async Task<KubeconfigReading> OfHoldfastAsync(string file)
    {
        try
        {
            return await OfAsync(Kubeconfig.Load(file, new Dictionary<string, string>()).Resolve(null, TimeProvider.System));
        }
        catch (KubeconfigException)
        {
            return new() { [Refused] = "yes" };
        }
    }

    /// <summary>As KubernetesClient resolves it. It runs an exec plugin while it does.</summary>
    public static async Task<KubeconfigReading> OfKubernetesClientAsync(string file)
    {
        try
        {
            return Of(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(file)));
        }
        catch (Exception)
        {
            // It has no exception of its own for all that can be wrong: NullReferenceException and YamlException are among them.
            return new() { [Refused] = "yes" };
        }
    }

    /// <summary>
    /// A line for each field that the two don't agree about: <c>field: Holdfast's value | KubernetesClient's value</c>. Where one refuses,
    /// the rest isn't compared.
    /// </summary>
    public static IReadOnlyList<string> Differences(KubeconfigReading ours, KubeconfigReading theirs)
    {
        var fields = ours.ContainsKey(Refused) || theirs.ContainsKey(Refused) ? [Refused] : ours.Keys.Union(theirs.Keys).ToArray();
        return
        [
            .. fields
                .Order(StringComparer.Ordinal)
                .Where(f => ours.GetValueOrDefault(f) != theirs.GetValueOrDefault(f))
                .Select(f => $"{f}: {ours.GetValueOrDefault(f, "-")} | {theirs.GetValueOrDefault(f, "-")}"),
        ];
    }

    private static async Task<KubeconfigReading> OfAsync(KubeconfigTarget target)
    {
        var (endpoint, reading) = (target.Endpoint, new KubeconfigReading());
        reading.Set("context", target.Context);
        reading.Set("namespace", target.Namespace);
        reading.Set("server", endpoint.Server.ToString());
        reading.Set("tls-server-name", endpoint.TlsServerName);
        reading.Set("insecure-skip-tls-verify", endpoint.InsecureSkipTlsVerify ? "true" : null);
        reading.Set("certificate-authority", Thumbprints(endpoint.TrustedRoots));
        reading.Set("client-certificate", endpoint.ClientCertificate?.Thumbprint);
        reading.Set("token", target.Exec is null && endpoint.Token is { } token ? await token(false, default) : null);
        reading.Set("proxy-url", endpoint.Proxy?.ToString());
        reading.Set("impersonation", string.Join(", ", endpoint.ExtraHeaders.Select(h => $"{h.Key}: {h.Value}")));
        return reading;
    }

    private static KubeconfigReading Of(KubernetesClientConfiguration config)
    {
        var reading = new KubeconfigReading();
        reading.Set("context", config.CurrentContext);
        reading.Set("namespace", config.Namespace);
        reading.Set("server", new Uri(config.Host).ToString());
        reading.Set("tls-server-name", config.TlsServerName);
        reading.Set("insecure-skip-tls-verify", config.SkipTlsVerify ? "true" : null);
        reading.Set("certificate-authority", Thumbprints(config.SslCaCerts));
        reading.Set("client-certificate", ClientCertificate(config)?.Thumbprint);
        reading.Set("token", config.AccessToken);
        reading.Set("username", config.Username);
        return reading;
    }

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration config) =>
        config.ClientCertificateData is { } data ? X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(data)))
        : config.ClientCertificateFilePath is { } path ? X509Certificate2.CreateFromPem(File.ReadAllText(path))
        : null;

    private static string? Thumbprints(X509Certificate2Collection? certificates) =>
        certificates is null ? null : $"[{string.Join(' ', certificates.Select(c => c.Thumbprint))}]";

    private void Set(string field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            this[field] = value;
    }
}
