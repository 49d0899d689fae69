using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Invoking;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>What to restore and how: the same options for <c>plan</c> and <c>restore</c>.</summary>
internal sealed class RestoreOptions
{
    private static readonly string[] Policies = ["skip", "update", "replace", "fail"];

    private readonly SelectionOptions selection = new();
    private readonly Option<string?> existing = new("--existing")
    {
        HelpName = "POLICY",
        Description =
            "Objects that exist and differ: skip leaves them (default), update adds and changes but never removes, replace makes them "
            + "equal, fail refuses the restore",
    };

    private readonly Option<bool> noClusterScoped = new("--no-cluster-scoped")
    {
        Description = "No cluster-scoped object at all, not even one that the selected ones need",
    };
    private readonly Option<bool> otherCluster = new("--into-other-cluster")
    {
        Description = "The target may be another cluster than the one captured",
    };
    private readonly Option<bool> systemNamespaces = new("--system-namespaces")
    {
        Description = "Also objects of kube-system, kube-public and kube-node-lease, and edited built-in roles and bindings",
    };

    private readonly Option<bool> status = new("--status") { Description = "Write status, too, of custom resources that have it" };
    private readonly Option<bool> terminating = new("--terminating") { Description = "Also objects that were being deleted when captured" };
    private readonly Option<bool> finished = new("--finished") { Description = "Also Jobs and Pods that had finished" };
    private readonly Option<bool> nodePorts = new("--keep-node-ports")
    {
        Description = "Keep every node port, not only those that a user set",
    };
    private readonly Option<bool> adoptVolumes = new("--adopt-volumes")
    {
        Description = "Attach volumes with reclaim policy Delete to their disks: the source no longer uses them",
    };
    private readonly Option<string[]> quiesce = new("--quiesce")
    {
        HelpName = "NS",
        Description = "Operators' namespaces: their workloads come back with zero replicas until all else is in",
    };

    private readonly Option<string?> dryRun = new("--dry-run")
    {
        HelpName = "server",
        Description = "Send each write to the target as a dry run, and report what it would refuse or not keep; nothing is changed",
    };

    public IEnumerable<Option> All =>
        [
            .. selection.All,
            existing,
            noClusterScoped,
            otherCluster,
            systemNamespaces,
            status,
            terminating,
            finished,
            nodePorts,
            adoptVolumes,
            quiesce,
            dryRun,
        ];

    /// <summary>The options of these that were given, for refusing them where a stored plan decides.</summary>
    public IEnumerable<string> Given(Invocation invocation) => All.Where(invocation.IsGiven).Select(o => o.Name);

    /// <exception cref="UsageException">A value that isn't known.</exception>
    public RestoreRequest Request(Invocation invocation, SealedPoint point) =>
        new()
        {
            Cluster = point.Seal.Cluster,
            Point = point.Id,
            Existing = Policy(invocation),
            IntoOtherCluster = invocation.Get(otherCluster),
            SystemNamespaces = invocation.Get(systemNamespaces),
            Status = invocation.Get(status),
            Terminating = invocation.Get(terminating),
            Finished = invocation.Get(finished),
            KeepNodePorts = invocation.Get(nodePorts),
            AdoptVolumes = invocation.Get(adoptVolumes),
            ServerDryRun = IsDryRun(invocation) ? true : null,
            Quiesce = [.. invocation.List(quiesce)],
            Selection = selection.Selection(invocation) with { ClusterScoped = invocation.Get(noClusterScoped) ? false : null },
        };

    /// <summary>Checked before anything is opened.</summary>
    public ExistingPolicy Policy(Invocation invocation)
    {
        var text = invocation.Get(existing) ?? Policies[0];
        var index = Array.IndexOf(Policies, text);
        return index >= 0
            ? (ExistingPolicy)index
            : throw new UsageException($"--existing '{text}' is not known: use {string.Join(", ", Policies)}");
    }

    /// <summary>Checked before anything is opened.</summary>
    /// <exception cref="UsageException">Another value than <c>server</c>.</exception>
    public bool IsDryRun(Invocation invocation) =>
        invocation.Get(dryRun) switch
        {
            null => false,
            "server" => true,
            var other => throw new UsageException(
                $"--dry-run '{other}' is not known: use server, or `holdfast plan`, which asks the target nothing"
            ),
        };
}
