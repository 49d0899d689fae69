using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A plugin's credentials. Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/</summary>
/// <param name="Expires">Null: valid until the server refuses it.</param>
internal sealed record ExecCredential(string? Token, X509Certificate2? Certificate, DateTimeOffset? Expires)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(ExecCredential);

    /// <exception cref="ClusterException">NotAuthenticated: the output isn't an ExecCredential; it isn't quoted.</exception>
    public static ExecCredential Parse(string output, ExecSpec spec)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var version = Text(document.RootElement, "apiVersion");
            if (version != spec.ApiVersion)
                throw Failure(
                    spec,
                    $"answers in version '{version}' but the kubeconfig says {spec.ApiVersion}. Generate the kubeconfig again with the "
                        + "plugin's current version"
                );
            return document.RootElement.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
                ? Of(status, spec)
                : throw Failure(spec, "printed no credentials. Run it by hand, or sign in again");
        }
        catch (Exception e) when (e is not ClusterException && ForeignBytes.AreAtFault(e))
        {
            throw Failure(spec, "printed something that isn't an ExecCredential document. Run it by hand to see what");
        }
    }

    public static ClusterException Failure(ExecSpec spec, string what, Exception? inner = null) =>
        new(
            ClusterFailure.NotAuthenticated,
            $"The plugin '{spec.Command}', which the kubeconfig's user '{spec.User}' gets its credentials from, {what}",
            inner
        );

    private static ExecCredential Of(JsonElement status, ExecSpec spec)
    {
        var token = Text(status, "token");
        var certificate = ReadCertificate(status, spec);
        return token is null && certificate is null
            ? throw Failure(spec, "printed neither a token nor a client certificate. Run it by hand, or sign in again")
            : new(token, certificate, Expiry(status, spec));
    }

    private static X509Certificate2? ReadCertificate(JsonElement status, ExecSpec spec)
    {
        var (certificate, key) = (Text(status, "clientCertificateData"), Text(status, "clientKeyData"));
        if (certificate is null && key is null)
            return null;
        try
        {
            return ClientCertificates.Parse(certificate ?? "", key ?? "").Leaf;
        }
        catch (FormatException e)
        {
            throw Failure(spec, $"returned a client certificate that can't be used: {e.Message}", e);
        }
    }

    private static DateTimeOffset? Expiry(JsonElement status, ExecSpec spec)
    {
        if (Text(status, "expirationTimestamp") is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires)
            ? expires
            : throw Failure(spec, "returned an expirationTimestamp that isn't a date. Report it to the plugin's maintainers");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
