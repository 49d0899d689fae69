using System.Text.RegularExpressions;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Registration;

/// <summary>Reads the one way to authenticate that a registration names.</summary>
internal static partial class AuthenticationReader
{
    private static readonly string[] Ways = ["keyVault", "entraId", "aks", "tokenFile", "kubeconfig"];

    public static ClusterAuthentication? Read(DocumentSection section)
    {
        var read = new ClusterAuthentication
        {
            KeyVault = section.Inner("keyVault") is { } vault ? KeyVault(vault) : null,
            EntraId = section.Inner("entraId") is { } entra ? EntraId(entra) : null,
            Aks = section.Inner("aks") is { } aks ? Aks(aks) : null,
            TokenFile = section.Inner("tokenFile") is { } token ? TokenFile(token) : null,
            Kubeconfig = section.Inner("kubeconfig") is { } kubeconfig ? Kubeconfig(kubeconfig) : null,
        };
        section.RefuseUnknown();
        var named = Ways.Where(section.Has).ToList();
        if (named.Count == 1)
            return read;
        section.Problem(
            null,
            named.Count == 0 ? "names no way to authenticate" : $"names {string.Join(" and ", named)}",
            "exactly one is used",
            $"Write one of {string.Join(", ", Ways)}: for AKS with Entra ID {{ \"entraId\": {{}} }}, else most often {{ \"keyVault\": "
                + $"{{ ... }} }}"
        );
        return null;
    }

    /// <summary>A secret that stands for itself.</summary>
    public static SecretReference? Secret(DocumentSection section)
    {
        var vault = VaultUrl(section);
        var secret = SecretName(section, "prod-west-files");
        section.RefuseUnknown();
        return vault is null || secret is null ? null : new(vault, secret);
    }

    /// <summary>A secret in a file of the service's machine.</summary>
    public static TokenFileCredential? SecretFile(DocumentSection section)
    {
        var path = FilePath(section, "the secret is read from there", "/var/run/secrets/holdfast/on-call/url");
        section.RefuseUnknown();
        return path is null ? null : new(path);
    }

    private static string? SecretName(DocumentSection section, string example)
    {
        var secret = section.RequiredText("secret", "it names the secret to read", example);
        if (secret is not null && !SecretName().IsMatch(secret))
            section.Problem(
                "secret",
                "isn't a name of a secret",
                "the document holds only the secret's name, never the secret",
                "Write 1-127 of letters, digits and '-', as Key Vault has them"
            );
        return secret;
    }

    private static KeyVaultCredential? KeyVault(DocumentSection section)
    {
        var vault = VaultUrl(section);
        var secret = SecretName(section, "prod-west-kubeconfig");
        var content = Content(section);
        var context = section.Text("context", "prod-west");
        if (context is not null && content == SecretContent.Token)
            section.Problem("context", "can't be combined with a token", "only a kubeconfig has contexts", "Leave it out");
        section.RefuseUnknown();
        return vault is null || secret is null || content is null ? null : new(vault, secret, content.Value, context);
    }

    private static Uri? VaultUrl(DocumentSection section)
    {
        const string Example = "https://acme.vault.azure.net";
        if (section.RequiredText("vault", "it says which Key Vault holds the secret", Example) is not { } text)
            return null;
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var vault)
            && vault.Scheme == Uri.UriSchemeHttps
            && vault.PathAndQuery == "/"
            && vault is { UserInfo: "", Fragment: "" }
        )
            return vault;
        section.Problem(
            "vault",
            $"'{Quoted.Short(text)}' isn't a Key Vault URL",
            "it is asked over https, at its root",
            $"Write {Example}, and the secret's name under \"secret\""
        );
        return null;
    }

    private static SecretContent? Content(DocumentSection section)
    {
        switch (section.RequiredText("holds", "a kubeconfig and a token are used differently", "kubeconfig"))
        {
            case "kubeconfig":
                return SecretContent.Kubeconfig;
            case "token":
                return SecretContent.Token;
            case { } other:
                section.Problem(
                    "holds",
                    $"'{Quoted.Short(other)}' is nothing that a secret can hold",
                    "a kubeconfig and a token are used differently",
                    "Write \"kubeconfig\" or \"token\""
                );
                return null;
            default:
                return null;
        }
    }

    private static EntraCredential EntraId(DocumentSection section)
    {
        var server = Id(section, "serverApplication", "the application that the API server is");
        var client = Id(section, "clientId", "the client id of the managed identity to use");
        section.RefuseUnknown();
        return new(server ?? EntraCredential.AksServer, client);
    }

    private static AksCredential Aks(DocumentSection section)
    {
        section.RefuseUnknown();
        return new();
    }

    private static Guid? Id(DocumentSection section, string member, string what)
    {
        const string Example = "6dae42f8-4368-4678-94ff-3960e28e3630";
        if (section.Text(member, Example) is not { } text)
            return null;
        if (Guid.TryParseExact(text, "D", out var id))
            return id;
        section.Problem(
            member,
            $"'{Quoted.Short(text)}' isn't an id",
            $"{what} is a UUID",
            $"Write one such as {Example}, or leave it out"
        );
        return null;
    }

    private static TokenFileCredential? TokenFile(DocumentSection section)
    {
        var path = FilePath(section, "the token is read from there", "/var/run/secrets/holdfast/prod-west/token");
        section.RefuseUnknown();
        return path is null ? null : new(path);
    }

    private static KubeconfigCredential? Kubeconfig(DocumentSection section)
    {
        var path = FilePath(section, "the kubeconfig is read from there", "/home/jane/.kube/config");
        var context = section.Text("context", "prod-west");
        section.RefuseUnknown();
        return path is null ? null : new(path, context);
    }

    private static string? FilePath(DocumentSection section, string why, string example)
    {
        if (section.RequiredText("path", why, example) is not { } path)
            return null;
        if (path.StartsWith('/') && !path.Split('/').Contains("..", StringComparer.Ordinal) && !path.Any(char.IsControl))
            return path;
        section.Problem(
            "path",
            $"'{Quoted.Short(path)}' isn't an absolute path",
            "what it is relative to would depend on how the service was started",
            $"Write the path from the root on, without '..', such as {example}"
        );
        return null;
    }

    [GeneratedRegex("^[0-9A-Za-z-]{1,127}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
