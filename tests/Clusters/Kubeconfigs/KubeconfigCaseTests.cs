using System.Text;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>
/// Each <c>cases/NAME.yaml</c> is read, and gives what <c>cases/NAME.expected</c> says: an endpoint, or every error with its file and line.
/// </summary>
public sealed class KubeconfigCaseTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Clusters", "Kubeconfigs", "cases");

    public static TheoryData<string> Cases =>
        [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_kubeconfig_is_read_as_expected(string name)
    {
        var file = Path.Combine(Folder, name + ".yaml");

        var actual = (await ReadAsync(file)).Replace(file, "FILE").Replace(Folder, "FOLDER");

        Assert.Equal(await File.ReadAllTextAsync(Path.ChangeExtension(file, "expected")), actual);
        Assert.DoesNotContain("hunter2", actual);
    }

    private static async Task<string> ReadAsync(string file)
    {
        try
        {
            return await DescribeAsync(Kubeconfig.Load(file, new Dictionary<string, string>()).Resolve(null, TimeProvider.System));
        }
        catch (KubeconfigException e)
        {
            return string.Concat((e.Problems.IsEmpty ? [e.Message] : e.Problems).Select(problem => $"error: {problem}\n"));
        }
    }

    private static async Task<string> DescribeAsync(KubeconfigTarget target)
    {
        var (text, endpoint) = (new StringBuilder(), target.Endpoint);
        text.Append($"context: {target.Context}\ncluster: {target.ClusterEntry}\n");
        text.Append(target.Namespace is { } ns ? $"namespace: {ns}\n" : "");
        text.Append($"server: {endpoint.Server.ToString().TrimEnd('/')}\n");
        text.Append(endpoint.TlsServerName is { } name ? $"tls-server-name: {name}\n" : "");
        text.Append(endpoint.InsecureSkipTlsVerify ? "insecure\n" : "");
        text.Append(endpoint.Proxy is { } proxy ? $"proxy: {proxy.ToString().TrimEnd('/')}\n" : "");
        text.Append(
            target.Exec is { } exec ? $"exec: {Describe(exec)}\n"
            : endpoint.Token is { } token ? $"token: {await token(false, default)}\n"
            : ""
        );
        text.AppendJoin("", endpoint.ExtraHeaders.Select(h => $"header: {h.Key}: {h.Value}\n"));
        text.AppendJoin("", target.Warnings.Select(w => $"warning: {w}\n"));
        return text.ToString();
    }

    private static string Describe(ExecSpec exec) =>
        string.Join(
            ' ',
            [
                exec.Command,
                .. exec.Arguments,
                $"({string.Join(' ', exec.Environment.Select(e => $"{e.Key}={e.Value}"))})",
                exec.ApiVersion.Split('/')[1],
                $"{exec.Interaction}",
            ]
        )
        + (exec.ProvideClusterInfo ? ", wants the cluster" : "")
        + (exec.InstallHint is { } hint ? $"; {hint}" : "");
}
