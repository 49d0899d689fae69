using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Registration;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>What to restore and how: the same options for <c>plan</c> and <c>restore</c>.</summary>
internal sealed class RestoreOptions
{
    private static readonly string[] Policies = ["skip", "update", "replace", "fail", "recreate", "rollback"];
    private static readonly string[] VolumeChoices = ["auto", "reattach", "snapshot", "files", "disk"];

    private readonly SelectionOptions selection = new();
    private readonly RollbackOptions rollback = new();
    private readonly WaitOptions wait = new();
    private readonly MappingOptions mapping = new();
    private readonly Option<string?> existing = new("--existing")
    {
        HelpName = "POLICY",
        CompletionSources = { Policies },
        Description =
            "Objects that exist and differ: skip leaves them (default), update adds and changes but never removes, replace makes them "
            + "equal, recreate also deletes and creates again where a field can't be changed, rollback also deletes what was created "
            + "since, fail refuses the restore",
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
    private readonly Option<bool> lateFinalizers = new("--late-finalizers")
    {
        Description = "Put finalizers of created objects back last, once the workloads are ready",
    };
    private readonly Option<bool> adoptVolumes = new("--adopt-volumes")
    {
        Description = "Attach volumes with reclaim policy Delete to their disks: the source no longer uses them",
    };
    private readonly Option<string?> volumes = new("--volumes")
    {
        HelpName = "CHOICE",
        CompletionSources = { VolumeChoices },
        Description =
            "Where claims that are created get their data: auto attaches volumes that still exist and uses the point's snapshots for "
            + "others (default), reattach uses no snapshot, snapshot uses them even for volumes that still exist, files reads exported "
            + "files, disk makes new Azure disks of snapshots, their copies and images",
    };
    private readonly Option<string?> diskGroup = new("--disk-resource-group")
    {
        HelpName = "ID",
        Description = "The resource group that new disks are made in (default: that of the target's nodes)",
    };
    private readonly Option<string[]> namespaces = new("--map-namespace")
    {
        HelpName = "OLD=NEW",
        Description = "Restore a namespace under another name; what refers to it follows where that is known",
    };
    private readonly Option<string[]> storageClasses = new("--map-storage-class")
    {
        HelpName = "OLD=NEW",
        Description = "Give claims, volumes and claim templates of a storage class another one",
    };
    private readonly Option<string[]> transforms = new("--transform")
    {
        HelpName = "FILE",
        Description = "Change objects as the file says: set, remove, replace and patch fields of those that match; also Velero's modifiers",
    };
    private readonly Option<string[]> quiesce = new("--quiesce")
    {
        HelpName = "NS",
        Description = "Operators' namespaces: their workloads come back with zero replicas until everything else is restored",
    };

    private readonly Option<bool> adoptExternal = new("--adopt-external")
    {
        Description = "In another cluster, let operators manage databases and the like at once: the source no longer does",
    };
    private readonly Option<bool> noHooks = new("--no-hooks") { Description = "Don't run the restore hooks of pods" };

    private readonly Option<string?> dryRun = new("--dry-run")
    {
        HelpName = "server",
        CompletionSources = { "server" },
        Description = "Send each write to the target as a dry run, and report what it would refuse or not keep; nothing is changed",
    };

    public IEnumerable<Option> All =>
        [
            .. selection.All,
            existing,
            .. rollback.All,
            noClusterScoped,
            otherCluster,
            systemNamespaces,
            status,
            terminating,
            finished,
            nodePorts,
            lateFinalizers,
            adoptVolumes,
            volumes,
            diskGroup,
            namespaces,
            storageClasses,
            .. mapping.All,
            transforms,
            quiesce,
            adoptExternal,
            noHooks,
            dryRun,
            .. wait.All,
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
            LateFinalizers = invocation.Get(lateFinalizers) ? true : null,
            AdoptVolumes = invocation.Get(adoptVolumes),
            Volumes = VolumesFrom(invocation),
            DiskResourceGroup = DiskGroup(invocation),
            NamespaceMapping = Mapping(invocation, namespaces, "namespace", "two names"),
            StorageClasses = MappedClasses(invocation),
            Transforms = Transforms(invocation),
            AdoptExternal = invocation.Get(adoptExternal) ? true : null,
            Hooks = invocation.Get(noHooks) ? false : null,
            ServerDryRun = IsDryRun(invocation) ? true : null,
            Quiesce = [.. invocation.List(quiesce)],
            Delete = rollback.Delete(invocation),
            Mappings = mapping.Mappings(invocation),
            KeepInClone = mapping.Kept(invocation),
            WaitSeconds = wait.Seconds(invocation),
            Selection = selection.Selection(invocation) with { ClusterScoped = invocation.Get(noClusterScoped) ? false : null },
        };

    /// <summary>Checks all values, before anything is opened.</summary>
    /// <exception cref="UsageException">A value that isn't known.</exception>
    public void Check(Invocation invocation)
    {
        Policy(invocation);
        VolumesFrom(invocation);
        DiskGroup(invocation);
        Mapping(invocation, namespaces, "namespace", "two names");
        MappedClasses(invocation);
        mapping.Mappings(invocation);
        mapping.Kept(invocation);
        Transforms(invocation);
        IsDryRun(invocation);
        wait.Seconds(invocation);
    }

    private ExistingPolicy Policy(Invocation invocation)
    {
        var text = invocation.Get(existing) ?? Policies[0];
        var index = Array.IndexOf(Policies, text);
        return index >= 0
            ? (ExistingPolicy)index
            : throw new UsageException($"--existing '{text}' is not known: use {string.Join(", ", Policies)}");
    }

    private VolumeChoice? VolumesFrom(Invocation invocation)
    {
        if (invocation.Get(volumes) is not { } text)
            return null;
        var index = Array.IndexOf(VolumeChoices, text);
        return index >= 0
            ? (VolumeChoice)index
            : throw new UsageException($"--volumes '{text}' is not known: use {string.Join(", ", VolumeChoices)}");
    }

    private AzureGroupId? DiskGroup(Invocation invocation) =>
        invocation.Get(diskGroup) switch
        {
            null => null,
            var text when AzureGroupId.TryParse(text, out var id) => id,
            var text => throw new UsageException(
                $"--disk-resource-group '{text}' isn't the id of a resource group, as `az group show --query id` prints it"
            ),
        };

    private ImmutableSortedDictionary<string, string>? MappedClasses(Invocation invocation) =>
        Mapping(invocation, storageClasses, "class", "two classes");

    /// <summary>Of all files, in their order.</summary>
    private ImmutableArray<Transform>? Transforms(Invocation invocation) =>
        invocation.List(transforms) is { Length: > 0 } files ? [.. files.SelectMany(f => TransformFile.Read(f))] : null;

    internal static ImmutableSortedDictionary<string, string>? Mapping(
        Invocation invocation,
        Option<string[]> option,
        string what,
        string two
    )
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in invocation.List(option))
        {
            if (text.Split('=') is not [{ Length: > 0 } captured, { Length: > 0 } mapped])
                throw new UsageException($"{option.Name} '{text}' isn't OLD=NEW: the point's {what} and the target's");
            if (map.TryGetValue(captured, out var other) && other != mapped)
                throw new UsageException($"{option.Name} gives '{captured}' {two}: {other} and {mapped}");
            map[captured] = mapped;
        }
        return map.Count == 0 ? null : map.ToImmutable();
    }

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
