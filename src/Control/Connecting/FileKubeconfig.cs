using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>A kubeconfig file of this machine, read again when it was written.</summary>
internal sealed class FileKubeconfig(
    ClusterRegistration cluster,
    string path,
    KubeconfigCredential file,
    RegistrationAccess access,
    CloudCredentials cloud,
    TimeProvider time
) : IEndpointSource
{
    private static readonly Dictionary<string, string> NoEnvironment = [];
    private (DateTime Written, ClusterEndpoint Endpoint)? last;

    public Task<ClusterEndpoint> GetAsync(CancellationToken cancellation)
    {
        // A file that isn't there has a time, too, of 1601; the read then says what is wrong.
        var written = File.GetLastWriteTimeUtc(file.Path);
        if (last is not { } kept || kept.Written != written)
            last = kept = (written, Read());
        return Task.FromResult(kept.Endpoint);
    }

    private ClusterEndpoint Read()
    {
        try
        {
            var kubeconfig = Kubeconfig.Load(file.Path, NoEnvironment);
            foreach (var named in kubeconfig.FilesOf(file.Context))
                access.RequireFile(named, path);
            return RegisteredServer.Require(cluster, path, kubeconfig.Resolve(file.Context, time, Substitute).Endpoint, access);
        }
        catch (KubeconfigException e)
        {
            throw new RegistrationException($"The cluster '{cluster.Name}' can't be opened ({path}): {e.Message}", e);
        }
    }

    private TokenSource? Substitute(ExecSpec plugin)
    {
        if (Kubelogin.IdentityOf(plugin) is { } identity)
            return cloud.TokensOf(identity);
        return access.Programs
            ? null
            : throw new RegistrationException(
                $"The registration {path} names a kubeconfig that runs the program '{plugin.Command}', which this service does not. "
                    + $"Use entraId, keyVault or a tokenFile, or set {RegistrationAccess.ProgramsSetting}=true only if everyone who may "
                    + "edit registrations may also run programs here"
            );
    }
}
