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
        if (how.KeyVault is { } secret)
            needs.Add(
                $"the secret '{secret.Secret}' of {Place(secret.Vault)} ({(secret.Holds == SecretContent.Token ? "token" : "kubeconfig")})"
            );
        if (how.EntraId is { ClientId: { } client })
            needs.Add($"the managed identity {client}, assigned to the app");
        if (how.TokenFile is { } token)
            needs.Add($"the file {token.Path} (token)");
        if (how.Kubeconfig is { } kubeconfig)
            needs.Add($"the file {kubeconfig.Path} (kubeconfig)");
        if (registration.FilesPassword is { } password)
            needs.Add($"the secret '{password.Secret}' of {Place(password.Vault)} (password of the exported files)");
        return needs.ToImmutable();
    }

    private static string Place(Uri vault) => vault.GetLeftPart(UriPartial.Authority);
}
