using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Turns a context, its cluster and its user into an endpoint, and collects all problems.</summary>
internal sealed class ContextReader(Section context, TimeProvider time, Func<ExecSpec, TokenSource?>? substitute)
{
    private static readonly string[] ContextFields = ["cluster", "user", "namespace", "extensions"];
    private static readonly string[] FileFields = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

    private readonly List<string> problems = [];
    private readonly List<string> warnings = [];

    public KubeconfigTarget Read(Func<string, Section?> findCluster, Func<string, Section?> findUser)
    {
        WarnOfUnknown(context, ContextFields);
        var cluster = Referred("cluster", findCluster);
        var user = context.Text("user") is null ? null : Referred("user", findUser);
        RefuseFiles(cluster);
        RefuseFiles(user);
        var endpoint = cluster is null ? null : new ClusterReader(cluster, problems).Read();
        var credentials = user is null ? null : new UserReader(user, problems, time).Read(cluster, substitute);
        if (problems.Count > 0)
            throw new KubeconfigException([.. problems]);
        WarnOfUnknown(cluster!, ClusterReader.Fields);
        if (user is not null)
            WarnOfUnknown(user, UserReader.Fields);
        WarnOfDanger(cluster!, endpoint!, credentials);
        return new(context.Name, cluster!.Name, context.Text("namespace"), credentials?.AddTo(endpoint!) ?? endpoint!, warnings)
        {
            Exec = credentials?.Exec,
        };
    }

    /// <exception cref="KubeconfigException">The kubeconfig isn't a file on disk but names files; none is read.</exception>
    private void RefuseFiles(Section? section)
    {
        if (section is null || section.HasFolder)
            return;
        var named = FileFields.Where(f => section.Text(f) is not null && section.Text(f + "-data") is null).ToList();
        if (named.Count > 0)
            throw new KubeconfigException([
                .. named.Select(f =>
                    section.Problem(
                        f,
                        "names a file, but this kubeconfig isn't a file on disk. Embed the content instead: 'kubectl config view "
                            + "--raw --flatten' does"
                    )
                ),
            ]);
    }

    private Section? Referred(string key, Func<string, Section?> find)
    {
        if (context.Text(key) is not { } name)
        {
            problems.Add(context.Problem(null, $"doesn't name a {key}. Choose another context, or add '{key}: NAME' to it"));
            return null;
        }
        var found = find(name);
        if (found is null)
            problems.Add(
                context.Problem(
                    key,
                    $"there is no entry '{name}' under '{key}s'. Correct the name, or add the file that has it to KUBECONFIG"
                )
            );
        return found;
    }

    private void WarnOfUnknown(Section section, string[] known)
    {
        foreach (var key in section.Keys)
        {
            if (!known.Contains(key))
                warnings.Add(section.Problem(key, "is unknown and was ignored. Is it misspelt?"));
        }
    }

    private void WarnOfDanger(Section cluster, ClusterEndpoint endpoint, UserCredentials? credentials)
    {
        if (endpoint.InsecureSkipTlsVerify)
            warnings.Add(
                cluster.Problem(
                    "insecure-skip-tls-verify",
                    "the server's certificate isn't verified: anyone on the way can read what is captured and take the credentials"
                )
            );
        if (endpoint.Server.Scheme == Uri.UriSchemeHttp && !endpoint.Server.IsLoopback && credentials is not null)
            warnings.Add(
                cluster.Problem("server", "plain HTTP: anyone on the way can read what is captured and take the credentials. Use https")
            );
    }
}
