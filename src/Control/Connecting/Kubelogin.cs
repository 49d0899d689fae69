using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>AKS' sign-in plugin, whose tokens need no plugin.</summary>
internal static class Kubelogin
{
    /// <summary>What it would ask Entra ID for; null: the plugin is another one.</summary>
    public static EntraCredential? IdentityOf(ExecSpec plugin) =>
        Path.GetFileNameWithoutExtension(plugin.Command) == "kubelogin"
            ? new(
                Id(plugin, "--server-id") ?? EntraCredential.AksServer,
                Argument(plugin, "--login") is "msi" or "workloadidentity" ? Id(plugin, "--client-id") : null
            )
            : null;

    private static Guid? Id(ExecSpec plugin, string name) => Guid.TryParse(Argument(plugin, name), out var id) ? id : null;

    private static string? Argument(ExecSpec plugin, string name)
    {
        for (var i = 0; i < plugin.Arguments.Count; i++)
        {
            if (plugin.Arguments[i] == name && i + 1 < plugin.Arguments.Count)
                return plugin.Arguments[i + 1];
            if (plugin.Arguments[i].StartsWith(name + "=", StringComparison.Ordinal))
                return plugin.Arguments[i][(name.Length + 1)..];
        }
        return null;
    }
}
