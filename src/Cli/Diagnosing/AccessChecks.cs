using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Credentials;
using Holdfast.Cli.Adopting;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;

namespace Holdfast.Cli.Diagnosing;

/// <summary>Who this program is to Azure, to the cluster and to the service, and which keys it signs and believes with.</summary>
internal sealed class AccessChecks(Invocation invocation)
{
    private const int MostShown = 5;

    /// <summary>The identity that Azure sees, where anything needs one.</summary>
    public async Task<IEnumerable<Finding>> AzureAsync(CancellationToken cancellation)
    {
        var vault = invocation.VaultNamed ?? Environment.GetEnvironmentVariable(CommonOptions.VaultVariable);
        var byKey = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(BlobVaults.ConnectionStringVariable));
        if (vault is null || !BlobVaults.IsContainer(vault))
            return [Finding.Ok("not needed: the vault is no container in Azure")];
        if (byKey)
            return [Finding.Ok($"signed in by the key of {BlobVaults.ConnectionStringVariable}")];
        try
        {
            return [Finding.Ok($"signed in as {await AzureIdentity.NameAsync(cancellation)}")];
        }
        catch (InvalidOperationException e)
        {
            return [Finding.Error($"no way to sign in to Azure works here: {e.Message}", "run `az login`, or set the AZURE_* variables")];
        }
    }

    /// <summary>Whether the kubeconfig's context is there, answers, and may do what a capture needs.</summary>
    public async Task<IEnumerable<Finding>> ClusterAsync(CancellationToken cancellation)
    {
        using var cluster = OpenedCluster.Open(invocation.KubeconfigPath, invocation.Context, invocation.Entra, invocation.Time);
        var found = await new AskedRights(Restore: false, Volumes: true, Hooks: false, Files: null).AskAsync(
            cluster.Connection,
            cancellation
        );
        var findings = cluster.Warnings.Select(w => new Finding(FindingState.Warning, w)).ToList();
        findings.Add(
            Finding.Ok(
                $"context {cluster.Context}: {cluster.Connection.Server} answers in {found.Check.Latency.TotalMilliseconds:0} ms, "
                    + $"{found.Check.Identity?.ServerVersion ?? "of unknown version"}, {Readable.Count(found.Check.Types, "type")}"
            )
        );
        if (!found.Missing.IsEmpty)
            findings.Add(
                Finding.Warning(
                    $"{Readable.Count(found.Missing.Length, "permission")} of a capture missing: "
                        + string.Join(", ", found.Missing.Take(MostShown).Select(m => $"{m.Verb} {m.GroupResource}"))
                        + (found.Missing.Length > MostShown ? ", ..." : ""),
                    $"`{ProgramName.Typed} clusters check` lists them; infra/kubernetes has the roles"
                )
            );
        return findings;
    }

    /// <summary>Which keys sign points, and which are believed.</summary>
    public Task<IEnumerable<Finding>> KeysAsync()
    {
        using var signer = SignatureKeys.Signer();
        var trusted = SignatureKeys.CountTrusted();
        return Task.FromResult<IEnumerable<Finding>>([
            Finding.Ok(signer is null ? "captures aren't signed: no signingKey is set" : "captures are signed, and the key can be read"),
            Finding.Ok(
                trusted == 0
                    ? "signatures are only compared with each other: no publicKeys are set"
                    : $"points are believed if one of {Readable.Count(trusted, "public key")} signed them"
            ),
        ]);
    }

    /// <summary>The service's documents, where one is named.</summary>
    public async Task<IEnumerable<Finding>> ServiceAsync(CancellationToken cancellation)
    {
        if (OpenedControl.TryOpen(null, invocation.Time) is not { } store)
            return [Finding.Ok("none is named: `clusters`, `policies` and `runs` use the folder of `holdfast serve`")];
        var clusters = await new ControlDocuments(store).AllClustersAsync(cancellation);
        var unusable = clusters.Count(c => c.Document is null);
        return
        [
            Finding.Ok(
                $"{Environment.GetEnvironmentVariable(OpenedControl.Variable)} can be read: {Readable.Count(clusters.Length, "cluster")}"
            ),
            .. unusable == 0
                ? Array.Empty<Finding>()
                :
                [
                    Finding.Warning(
                        $"{Readable.Count(unusable, "registration")} can't be used",
                        $"`{ProgramName.Typed} clusters list` says why"
                    ),
                ],
        ];
    }
}
