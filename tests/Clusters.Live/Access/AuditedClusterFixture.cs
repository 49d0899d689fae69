using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>Tests of what the service is allowed share a cluster that logs who asks for what.</summary>
[CollectionDefinition(Name)]
public sealed class AuditedClusterCollection : ICollectionFixture<AuditedClusterFixture>
{
    public const string Name = "audited cluster";
}

/// <summary>
/// A real cluster with an audit log of the requests of <see cref="RoleAccount"/>s. It is hardened: signed-in users have no rights by
/// default.
/// </summary>
public sealed class AuditedClusterFixture : LiveClusterFixture, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-audit-");
    private readonly Lazy<Task<RecordedUse>> use;

    public AuditedClusterFixture()
    {
        File.WriteAllText(
            PolicyPath,
            $$"""
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: Metadata
              userGroups: ["system:serviceaccounts:{{RoleAccount.Namespace}}"]
            - level: None
            """
        );
        use = new(() => RecordedUse.OfAsync(this));
    }

    protected override LiveClusterOptions Options =>
        new()
        {
            ExtraApiServerArguments = $"--audit-policy-file={PolicyPath} --audit-log-path={LogPath}",
            ExtraControllerManagerArguments = "--kube-api-qps=500 --kube-api-burst=1000",
        };

    private string PolicyPath => Path.Combine(folder.FullName, "policy.yaml");

    private string LogPath => Path.Combine(folder.FullName, "audit.log");

    /// <summary>Every operation of Holdfast, each run once by the account that is for it.</summary>
    internal Task<RecordedUse> UseAsync()
    {
        _ = ClusterWithControllers;
        return use.Value;
    }

    /// <summary>What was asked so far, by who asked.</summary>
    internal ILookup<string, AskedRequest> Asked() =>
        File.ReadLines(LogPath)
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToLookup(audited => (string)audited["user"]!["username"]!, AskedRequest.Of);

    public void Dispose() => folder.Delete(recursive: true);
}
