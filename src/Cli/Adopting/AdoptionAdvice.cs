using System.Collections.Immutable;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Invoking;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Connecting;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Adopting;

/// <summary>What is left to do when a cluster was registered, each as a command where it is one.</summary>
internal static class AdoptionAdvice
{
    public static ImmutableArray<string> Of(
        ClusterRegistration registration,
        OpenedCluster cluster,
        EditedControl service,
        RoleSubject? subject,
        ImmutableArray<RolePurpose> purposes,
        FoundRights? rights,
        bool captured
    )
    {
        var next = ImmutableArray.CreateBuilder<string>();
        if (rights is { Missing.IsEmpty: false } && subject is not null)
            next.Add(
                $"grant the roles: {ProgramName.Typed} clusters add {registration.Name} --print --for "
                    + $"{string.Join(',', purposes.Select(RolePurposes.NameOf))} --subject {subject} | kubectl apply -f -"
            );
        if (registration.Authentication.KeyVault is { Holds: SecretContent.Token } secret && subject == RoleSubject.Default)
            next.Add(
                $"store its token: kubectl create token {subject.Name} -n {subject.Namespace} --duration 8760h | az keyvault secret set "
                    + $"--vault-name {secret.Vault.Host.Split('.')[0]} --name {secret.Secret} --file /dev/stdin"
            );
        var at = service.IsOwn ? "" : $" --control {service.Text}";
        next.Add($"{ProgramName.Typed} policies add nightly{at} --clusters {registration.Name} --schedule '30 2 * * *'");
        if (!service.IsContainer)
            next.Add(
                $"{Variables(registration, cluster)}{ProgramName.Typed} serve"
                    + (service.IsOwn ? "" : $" (with HOLDFAST_CONTROL={service.Text})")
            );
        if (!captured)
            next.Add(
                $"{ProgramName.Typed} clusters check{(registration.Authentication.Kubeconfig is { } k ? $" --context {k.Context}" : "")}"
            );
        return next.ToImmutable();
    }

    /// <summary>The settings that a service on this machine needs before it uses files and addresses of it.</summary>
    private static string Variables(ClusterRegistration registration, OpenedCluster cluster)
    {
        var how = registration.Authentication;
        var variables = new List<string>();
        string[] files = how switch
        {
            { Kubeconfig: { } kubeconfig } => [kubeconfig.Path, .. cluster.Files],
            { TokenFile: { } token } => [token.Path],
            _ => [],
        };
        var folders = string.Join(',', files.Select(file => Path.GetDirectoryName(file)).Distinct());
        if (files.Length > 0)
            variables.Add($"{RegistrationAccess.CredentialFoldersSetting}={folders}");
        if (how.Kubeconfig is not null && cluster.Plugin is not (null or "kubelogin"))
            variables.Add($"{RegistrationAccess.ProgramsSetting}=true");
        if (LocalAddresses.IsNamedBy(cluster.Connection.Server))
            variables.Add($"{RegistrationAccess.LocalEndpointsSetting}=true");
        return string.Concat(variables.Select(variable => variable + " "));
    }
}
