using System.Text.Json.Nodes;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Adopting;

/// <summary>How the service signs in to a cluster, as <c>--sign-in</c> has it. Names where a credential is, and never holds one.</summary>
/// <param name="Authentication">The member of the registration.</param>
/// <param name="HasServer">Where the API server is comes with the credentials.</param>
internal sealed record SignIn(JsonObject Authentication, bool HasServer)
{
    public const string Forms = "entra, aks, kubeconfig, https://NAME.vault.azure.net/secrets/SECRET, or the path of a token's file";

    public static SignIn Entra(string? clientId)
    {
        var entra = new JsonObject();
        if (clientId is not null)
            entra["clientId"] = clientId;
        return new(new() { ["entraId"] = entra }, HasServer: false);
    }

    public static SignIn Aks => new(new() { ["aks"] = new JsonObject() }, HasServer: true);

    public static SignIn Kubeconfig(string path, string context) =>
        new(
            new()
            {
                ["kubeconfig"] = new JsonObject { ["path"] = path, ["context"] = context },
            },
            HasServer: true
        );

    public static SignIn TokenFile(string path) => new(new() { ["tokenFile"] = new JsonObject { ["path"] = path } }, HasServer: false);

    /// <param name="holds"><c>token</c> or <c>kubeconfig</c>.</param>
    /// <exception cref="UsageException">It isn't the address of a secret.</exception>
    public static SignIn Secret(string url, string holds)
    {
        if (
            !Uri.TryCreate(url, UriKind.Absolute, out var secret)
            || secret is not { UserInfo: "", Query: "", Fragment: "" }
            || secret.Segments is not ["/", "secrets/", var name]
        )
            throw new UsageException(
                "--sign-in with a URL names a secret of a Key Vault, without a version: https://NAME.vault.azure.net/secrets/SECRET"
            );
        var vault = new JsonObject
        {
            ["vault"] = secret.GetLeftPart(UriPartial.Authority),
            ["secret"] = name,
            ["holds"] = holds,
        };
        return new(new() { ["keyVault"] = vault }, HasServer: holds == "kubeconfig");
    }
}
