using System.Collections.Immutable;

namespace Holdfast.Control.Registration;

/// <summary>
/// What a registration leads to beside the cluster itself: it has to exist wherever else a service is to use the registration. Where it is
/// in the region of the cluster, it is gone with that. Pure; names only, no secret.
/// </summary>
public static class RegistrationNeeds
{
    /// <summary>For a person; empty: nothing but the app's own identity.</summary>
    public static ImmutableArray<string> Of(ClusterRegistration registration)
    {
        var needs = ImmutableArray.CreateBuilder<string>();
        var how = registration.Authentication;
        if (how.EntraId is { ClientId: { } client })
            needs.Add($"the managed identity {client}, assigned to the app");
        if (how.TokenFile is { } token)
            needs.Add($"the file {token.Path} (token)");
        if (how.Kubeconfig is { } kubeconfig)
            needs.Add($"the file {kubeconfig.Path} (kubeconfig)");
        return [.. SecretsOf(registration).Select(s => s.Need), .. needs];
    }

    /// <summary>Those of them that are secrets of a Key Vault, and which.</summary>
    public static IEnumerable<(Uri Vault, string Need)> SecretsOf(ClusterRegistration registration)
    {
        if (registration.Authentication.KeyVault is { } secret)
        {
            var holds = secret.Holds == SecretContent.Token ? "token" : "kubeconfig";
            yield return (secret.Vault, $"the secret '{secret.Secret}' of {Place(secret.Vault)} ({holds})");
        }
        if (registration.FilesPassword is { } password)
            yield return (password.Vault, $"the secret '{password.Secret}' of {Place(password.Vault)} (password of the exported files)");
    }

    private static string Place(Uri vault) => vault.GetLeftPart(UriPartial.Authority);
}
