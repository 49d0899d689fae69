using System.Collections.Immutable;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>Kubeconfigs, which people and Key Vaults hold, and what the plugins print that they name.</summary>
internal static class KubeconfigTargets
{
    private static readonly ExecSpec Plugin = new(
        "jane",
        "client.authentication.k8s.io/v1",
        "plugin",
        [],
        [],
        ProvideClusterInfo: false,
        ExecInteraction.Never,
        InstallHint: null
    );

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        new("kubeconfig", ReadKubeconfig, Seeds.Files("tests/Clusters/Kubeconfigs/cases", "*.yaml", 60), typeof(KubeconfigException))
        {
            Files = ["Clusters/Kubeconfigs/KubeconfigFile.cs"],
            BytesPerByte = 3000,
        },
        new("exec-credential", input => ExecCredential.Parse(Seeds.Text(input), Plugin), Credentials(), typeof(ClusterException))
        {
            Files = ["Clusters/Kubeconfigs/ExecCredential.cs"],
        },
    ];

    private static void ReadKubeconfig(byte[] input)
    {
        var kubeconfig = Kubeconfig.Parse(Seeds.Text(input), "the secret prod of https://acme.vault.azure.net");
        foreach (var context in kubeconfig.Contexts.Take(3))
        {
            _ = kubeconfig.FilesOf(context);
            try
            {
                _ = kubeconfig.Resolve(context, TimeProvider.System);
            }
            catch (KubeconfigException)
            {
                // one of them may be usable all the same
            }
        }
    }

    private static ImmutableArray<byte[]> Credentials() =>
        Seeds.Of(
            """
            {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t",
            "expirationTimestamp":"2026-12-01T00:00:00Z"}}
            """,
            """
            {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"-----BEGIN",
            "clientKeyData":"-----BEGIN"}}
            """
        );
}
