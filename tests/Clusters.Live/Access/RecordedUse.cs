using System.Collections.Immutable;
using Holdfast.Clusters.Connections;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>
/// What came of Holdfast's operations, each run by the <see cref="RoleAccount"/> that is for it, and what they asked the API server for.
/// </summary>
internal sealed class RecordedUse
{
    private readonly ILookup<string, AskedRequest> asked;

    private RecordedUse(ILookup<string, AskedRequest> asked) => this.asked = asked;

    /// <summary>By account and operation: <c>restoring create</c>.</summary>
    public required IReadOnlyDictionary<string, RunReport> Reports { get; init; }

    /// <summary>What couldn't be deleted of the volumes' data of purged points.</summary>
    public required ImmutableArray<string> PurgeProblems { get; init; }

    /// <summary>Commands could be run in the cluster's containers, and files exported.</summary>
    public required bool RanHooks { get; init; }

    public required bool RanFiles { get; init; }

    /// <summary>On this server, and of what only newer ones serve on a simulated one.</summary>
    public ImmutableHashSet<AskedRequest> By(RoleAccount account) => [.. asked[account.User], .. OfNewerServers, .. Implied(account)];

    private ImmutableArray<AskedRequest> OfNewerServers { get; init; }

    public static async Task<RecordedUse> OfAsync(AuditedClusterFixture fixture)
    {
        var live = fixture.Cluster;
        var folder = Directory.CreateTempSubdirectory("holdfast-roles-");
        var connections = new List<ClusterConnection>();
        try
        {
            using var grants = new RoleGrants(live);
            await using var volumes = await VolumeUse.StartAsync(live);
            using var restores = await RestoreUse.StartAsync(live);
            await grants.ApplyAsync();
            var storage = new FolderRepositories(folder.FullName).Storage;
            var runs = new Dictionary<RoleAccount, AccountRuns>();
            foreach (var account in RoleAccount.All)
            {
                await grants.BindAsync(account);
                connections.Add(await grants.SignInAsync(account));
                runs[account] = new(account, connections[^1], storage);
            }
            await volumes.RunAsync(runs);
            await restores.RunAsync(runs);
            return new(fixture.Asked())
            {
                OfNewerServers = await NewerServer.PathsAsync(storage),
                Reports = volumes.Reports.Concat(restores.Reports).ToDictionary(),
                PurgeProblems = volumes.PurgeProblems,
                RanHooks = volumes.RunsCommands,
                RanFiles = volumes.HasRestic,
            };
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// What the server asks its authoriser for itself when a role or a binding is written; its audit log doesn't show it. <see
    /// cref="RoleUseTests"/> has that it does.
    /// </summary>
    private static IEnumerable<AskedRequest> Implied(RoleAccount account)
    {
        var types =
            account == RoleAccount.Restore ? ["roles", "clusterroles"]
            : account == RoleAccount.Narrowed ? ["roles"]
            : Array.Empty<string>();
        return from type in types
            from verb in (string[])["escalate", "bind"]
            select new AskedRequest(verb, null, "rbac.authorization.k8s.io", type, RoleAccount.Narrow);
    }
}
