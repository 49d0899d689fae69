namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>A folder for one test's kubeconfigs and what they name.</summary>
internal sealed class WitnessFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-witness-");

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>A program that counts its runs (see <see cref="Runs"/>) and then does what the body says, in shell.</summary>
    public string WritePlugin(string body)
    {
        var path = Write("plugin", $"#!/bin/sh\necho run >> {PathOf("runs")}\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>How often the plugin was run since this was last asked.</summary>
    public int Runs()
    {
        var path = PathOf("runs");
        var runs = File.Exists(path) ? File.ReadAllLines(path).Length : 0;
        File.Delete(path);
        return runs;
    }

    /// <summary>A kubeconfig of one cluster and one user; gives its path.</summary>
    /// <param name="cluster">The fields of the cluster, in YAML's flow style: <c>server: https://c.example</c>.</param>
    /// <param name="user">Likewise.</param>
    public string WriteKubeconfig(string cluster, string user, string name = "kubeconfig") =>
        Write(
            name,
            $$"""
            apiVersion: v1
            kind: Config
            current-context: {{name}}
            contexts: [{name: {{name}}, context: {cluster: c, user: u, namespace: shop} }]
            clusters: [{name: c, cluster: { {{cluster}} } }]
            users: [{name: u, user: { {{user}} } }]
            """
        );

    public void Dispose() => folder.Delete(recursive: true);
}
