using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A user entry's part of an endpoint.</summary>
internal sealed record UserCredentials
{
    public TokenSource? Token { get; init; }
    public X509Certificate2? Certificate { get; init; }
    public X509Certificate2Collection? Intermediates { get; init; }
    public CertificateSource? CertificateSource { get; init; }
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
    public ExecSpec? Exec { get; init; }

    public ClusterEndpoint AddTo(ClusterEndpoint endpoint) =>
        endpoint with
        {
            Token = Token,
            ClientCertificate = Certificate,
            ClientCertificateIntermediates = Intermediates,
            ClientCertificateSource = CertificateSource,
            ExtraHeaders = Headers,
        };
}

/// <summary>Reads a kubeconfig's user entry: how to authenticate.</summary>
internal sealed class UserReader(Section user, List<string> problems, TimeProvider time)
{
    public static readonly string[] Fields =
    [
        "client-certificate",
        "client-certificate-data",
        "client-key",
        "client-key-data",
        "token",
        "tokenFile",
        "as",
        "as-uid",
        "as-groups",
        "as-user-extra",
        "username",
        "password",
        "auth-provider",
        "exec",
        "extensions",
    ];

    public UserCredentials Read(Section? cluster, Func<ExecSpec, TokenSource?>? substitute)
    {
        RefuseWhatIsGone();
        var credentials = new UserCredentials { Headers = Impersonation.Headers(user, problems) };
        credentials = WithCertificate(credentials);
        var token = Token();
        if (token is not null || user.Inner("exec") is not { } exec)
            return credentials with { Token = token };
        // Like kubectl, uses the plugin only if the file has no token.
        return ExecReader.Read(exec, user.Name, problems) is { } spec ? WithPlugin(credentials, spec, cluster, substitute) : credentials;
    }

    private TokenSource? Token()
    {
        var token = user.Text("token");
        if (user.FilePath("tokenFile") is { } path)
            return new TokenFile(path, token, time).GetAsync;
        return token is null ? null : (_, _) => new(token);
    }

    private UserCredentials WithPlugin(
        UserCredentials credentials,
        ExecSpec spec,
        Section? cluster,
        Func<ExecSpec, TokenSource?>? substitute
    )
    {
        if (substitute?.Invoke(spec) is { } other)
            return credentials with { Token = other, Exec = spec };
        if (!user.HasFolder)
        {
            problems.Add(
                user.Problem(
                    "exec",
                    $"runs the program '{spec.Command}', which a kubeconfig that isn't a file must not do. Use a token or a client "
                        + "certificate"
                )
            );
            return credentials;
        }
        var plugin = new ExecPlugin(spec, spec.ProvideClusterInfo && cluster is not null ? ExecInfo.Cluster(cluster) : null, time);
        return credentials with
        {
            Token = plugin.TokenAsync,
            CertificateSource = credentials.Certificate is null ? plugin.CertificateAsync : null,
            Exec = spec,
        };
    }

    private UserCredentials WithCertificate(UserCredentials credentials)
    {
        var (certificate, key) = (PemField.IsNamed(user, "client-certificate"), PemField.IsNamed(user, "client-key"));
        if (certificate != key)
            problems.Add(
                user.Problem(
                    null,
                    certificate
                        ? "has a client-certificate but no client-key. Add its key"
                        : "has a client-key but no client-certificate. Add its certificate"
                )
            );
        if (!certificate || !key)
            return credentials;
        var (pem, keyPem) = (PemField.Read(user, "client-certificate", problems), PemField.Read(user, "client-key", problems));
        if (pem is null || keyPem is null)
            return credentials;
        try
        {
            var (leaf, intermediates) = ClientCertificates.Parse(pem, keyPem);
            return credentials with { Certificate = leaf, Intermediates = intermediates };
        }
        catch (FormatException e)
        {
            problems.Add(user.Problem(PemField.KeyOf(user, "client-key"), e.Message));
            return credentials;
        }
    }

    private void RefuseWhatIsGone()
    {
        if (user.Text("username") is not null || user.Text("password") is not null)
            problems.Add(
                user.Problem(
                    user.Text("username") is null ? "password" : "username",
                    "API servers have no basic authentication since 1.19. Use a token, an exec plugin or a client certificate"
                )
            );
        if (user.Inner("auth-provider") is not { } provider)
            return;
        var remedy = provider.Text("name") switch
        {
            "azure" => "Run 'kubelogin convert-kubeconfig' (for AKS), or 'az aks get-credentials' again with --format exec",
            "gcp" => "Install gke-gcloud-auth-plugin and run 'gcloud container clusters get-credentials' again",
            "oidc" => "Use the exec plugin 'kubectl oidc-login' (kubelogin)",
            _ => "Use an exec plugin",
        };
        problems.Add(user.Problem("auth-provider", $"kubectl has no auth providers since 1.26. {remedy}"));
    }
}
