using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Archive.Format;
using Holdfast.Control.Reading;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Control.Registration;

/// <summary>The rules of a registration beyond its JSON.</summary>
internal static class RegistrationReader
{
    private const string EndpointExample = "https://prod.hcp.westeurope.azmk8s.io:443";
    private const int MostLabels = 64;

    public static ClusterRegistration? Read(DocumentSection root, string? schema)
    {
        var name = Name(root);
        var labels = Labels(root);
        var endpoint = Endpoint(root);
        var authority = Authority(root);
        var tlsName = TlsServerName(root);
        var azure = root.Inner("azure") is { } cloud ? AzureClusterReader.Read(cloud) : null;
        var authentication = root.RequiredInner("authentication", "without it the API server lets no one in", "{ \"entraId\": {} }")
            is { } inner
            ? AuthenticationReader.Read(inner)
            : null;
        var password = root.Inner("filesPassword") is { } secret ? AuthenticationReader.Secret(secret) : null;
        if (authentication is null)
            return null;
        CheckServer(root, authentication);
        return new()
        {
            Schema = schema,
            Name = name,
            Labels = labels,
            Endpoint = endpoint,
            CertificateAuthority = authority,
            TlsServerName = tlsName,
            Azure = azure,
            Authentication = authentication,
            FilesPassword = password,
        };
    }

    private static ClusterName Name(DocumentSection root)
    {
        var text = root.RequiredText("name", "points and policies refer to the cluster by it", "prod-west");
        if (!ClusterName.TryParse(text, out var name) && text is not null)
            root.Problem(
                "name",
                $"'{Quoted.Short(text)}' can't name a cluster",
                "it is a folder's name in the vault and part of URLs",
                "Use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );
        return name;
    }

    private static ImmutableSortedDictionary<string, string> Labels(DocumentSection root)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in root.TextMap("labels", "prod"))
        {
            if (IsLabel(key, value))
                labels[key] = value;
            else
                root.Problem(
                    "labels",
                    $"'{Quoted.Short(key)}': '{Quoted.Short(value)}' isn't a label",
                    "policies select by labels as Kubernetes has them",
                    "Use keys such as env or acme.com/env, and values of at most 63 letters, digits, '-', '_', '.'"
                );
        }
        if (labels.Count > MostLabels)
            root.Problem(
                "labels",
                $"there are {labels.Count} of them",
                $"a cluster has at most {MostLabels}",
                "Remove those that no policy selects by"
            );
        return labels.ToImmutable();
    }

    private static bool IsLabel(string key, string value) =>
        LabelSelector.TryParse($"{key}={value}", out _) is { Requirements: [{ Operator: LabelOperator.In, Values: [var parsed] } only] }
        && only.Key == key
        && parsed == value;

    private static Uri? Endpoint(DocumentSection root)
    {
        if (root.Text("endpoint", EndpointExample) is not { } text)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || !IsHttp(endpoint))
            root.Problem(
                "endpoint",
                $"'{Quoted.Short(text)}' isn't an https URL",
                "credentials are sent to it, so it must be encrypted (http is for loopback only)",
                $"Write the API server's URL, such as {EndpointExample}"
            );
        else if (endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            root.Problem(
                "endpoint",
                "has credentials, a query or a fragment",
                "an API server's URL has none",
                $"Write it as {EndpointExample}"
            );
        else
            return endpoint;
        return null;
    }

    private static bool IsHttp(Uri url) => url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback);

    private static string? Authority(DocumentSection root)
    {
        const string Example = "-----BEGIN CERTIFICATE-----\\n...\\n-----END CERTIFICATE-----\\n";
        if (root.Text("certificateAuthority", Example) is not { } pem)
            return null;
        if (CountCertificates(pem) is > 0)
            return pem;
        root.Problem(
            "certificateAuthority",
            "holds no certificate that can be read",
            "the API server's certificate is checked against it",
            $"Write PEM text: {Example} (base64 -d of a kubeconfig's certificate-authority-data), or leave it out for a public CA"
        );
        return null;
    }

    private static int? CountCertificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            return certificates.Count;
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    private static string? TlsServerName(DocumentSection root)
    {
        const string Example = "kubernetes.default.svc";
        if (root.Text("tlsServerName", Example) is not { } name)
            return null;
        if (Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)
            return name;
        root.Problem(
            "tlsServerName",
            $"'{Quoted.Short(name)}' isn't a host name",
            "it is compared with the names in the server's certificate",
            $"Write a name such as {Example}, or leave it out"
        );
        return null;
    }

    /// <summary>A kubeconfig says where the server is and how to know it; nothing else does.</summary>
    private static void CheckServer(DocumentSection root, ClusterAuthentication authentication)
    {
        if (authentication.Aks is not null && !root.Has("azure"))
            root.Problem(
                "azure",
                "is missing",
                "authentication.aks asks the cluster that it names for the kubeconfig",
                "Add \"azure\": { \"resourceId\": what 'az aks show --query id' prints }"
            );
        if (!authentication.HasKubeconfig)
        {
            if (!root.Has("endpoint"))
                root.Problem(
                    "endpoint",
                    "is missing",
                    "only a kubeconfig would say where the API server is",
                    $"Add \"endpoint\": \"{EndpointExample}\""
                );
            return;
        }
        foreach (var member in new[] { "certificateAuthority", "tlsServerName" })
        {
            if (root.Has(member))
                root.Problem(
                    member,
                    "can't be combined with a kubeconfig",
                    "the kubeconfig's own would be ignored or contradicted",
                    "Leave it out, and fix the kubeconfig where it is wrong"
                );
        }
    }
}
