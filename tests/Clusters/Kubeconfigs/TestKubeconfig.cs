using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

internal static class TestKubeconfig
{
    /// <summary>A kubeconfig of one cluster and one user, with these bodies (YAML), in this folder.</summary>
    public static KubeconfigTarget Resolve(
        TemporaryFolder folder,
        string cluster,
        string user,
        TimeProvider? time = null,
        Func<ExecSpec, TokenSource?>? substitute = null
    )
    {
        var path = folder.Write(
            "kubeconfig",
            $$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u} }]
            clusters:
            - name: c
              cluster:
            {{Indent(cluster)}}
            users:
            - name: u
              user:
            {{Indent(user)}}
            """
        );
        return Kubeconfig.Load(path, new Dictionary<string, string>()).Resolve(null, time ?? TimeProvider.System, substitute);
    }

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Select(l => "    " + l));
}
