using System.Collections;
using Holdfast.Archive.Format;
using Holdfast.Cli.Invoking;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Cli.Opening;

/// <summary>The cluster that the kubeconfig's context means, connected to on first use.</summary>
internal sealed class OpenedCluster : IDisposable
{
    private OpenedCluster(KubeconfigTarget target, ClusterEndpoint endpoint, TimeProvider time)
    {
        Context = target.Context;
        ClusterEntry = target.ClusterEntry;
        Warnings = target.Warnings;
        Connection = new(endpoint, time);
    }

    public string Context { get; }

    /// <summary>As the kubeconfig calls it.</summary>
    public string ClusterEntry { get; }

    public IReadOnlyList<string> Warnings { get; }

    public ClusterConnection Connection { get; }

    /// <summary>The name that its points are kept under when the user gives none.</summary>
    public ClusterName DefaultName => DefaultClusterName.For(ClusterEntry);

    /// <exception cref="KubeconfigException">No usable kubeconfig.</exception>
    public static OpenedCluster Open(string? kubeconfig, string? context, bool entra, TimeProvider time)
    {
        var target = Resolve(kubeconfig, context, time);
        return new(target, entra ? throw new UsageException("--auth entra can't be used yet") : target.Endpoint, time);
    }

    /// <summary>What the context says, with no connection made. Null where there is no usable kubeconfig: for what only wants a hint.</summary>
    public static ClusterName? HintedName(string? kubeconfig, string? context, TimeProvider time)
    {
        try
        {
            return DefaultClusterName.For(Resolve(kubeconfig, context, time).ClusterEntry);
        }
        catch (KubeconfigException)
        {
            return null;
        }
    }

    public void Dispose() => Connection.Dispose();

    private static KubeconfigTarget Resolve(string? kubeconfig, string? context, TimeProvider time) => Kubeconfig.Load(kubeconfig, Variables()).Resolve(context, time);

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
