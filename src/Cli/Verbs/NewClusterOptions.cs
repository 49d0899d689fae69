using System.CommandLine;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control;
using Holdfast.Control.Infrastructure;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Verbs;

/// <summary>Which cluster a restore makes to restore into.</summary>
internal sealed class NewClusterOptions
{
    /// <summary>In bytes.</summary>
    private const int LargestProfile = 16 << 20;

    private readonly Option<string?> name = new("--new-cluster")
    {
        HelpName = "NAME",
        Description = "Make an AKS cluster like the one that the point is of, and restore into it",
    };
    private readonly Option<string?> region = new("--region")
    {
        HelpName = "NAME",
        Description = "Of the new cluster. Default: the point's",
    };
    private readonly Option<string?> subscription = new("--subscription")
    {
        HelpName = "ID",
        Description = "Of the new cluster. Default: the point's",
    };
    private readonly Option<string?> group = new("--resource-group")
    {
        HelpName = "NAME",
        Description = "Of the new cluster; made where it is missing. Default: the point's",
    };
    private readonly Option<string?> version = new("--kubernetes-version")
    {
        HelpName = "VERSION",
        Description = "Of the new cluster. Default: the point's, or the nearest that the region offers",
    };
    private readonly Option<string[]> resources = new("--map-resource")
    {
        HelpName = "OLD=NEW",
        Description = "An Azure resource, or group of them, that the old cluster used (a subnet, an identity), and what stands for it",
    };
    private readonly Option<string?> infrastructure = new("--infrastructure")
    {
        HelpName = "FILE",
        Description = "Make the new cluster from this profile instead of the point's (`show -o json | jq .infrastructure`, edited)",
    };
    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description = "Register the new cluster there: a service's control folder, or the URL of its container",
    };

    private readonly Option<bool> planOnly = new("--plan-only")
    {
        Description = "Show which cluster would be made, and what can't be as it was; nothing is made or restored",
    };

    public IEnumerable<Option> All => [name, planOnly, region, subscription, group, version, resources, infrastructure, control];

    public bool IsAsked(Invocation invocation) => invocation.IsGiven(name);

    /// <summary>Nothing is to be made.</summary>
    public bool IsPlanOnly(Invocation invocation) => invocation.Get(planOnly);

    /// <exception cref="UsageException">Options that don't go together.</exception>
    public void Check(Invocation invocation, bool hasPoint, RestoreOptions restore)
    {
        if (!IsAsked(invocation))
        {
            if (All.Where(invocation.IsGiven).Select(o => o.Name).ToArray() is { Length: > 0 } given)
                throw new UsageException($"{string.Join(", ", given)}: of which cluster? Give --new-cluster NAME too");
            return;
        }
        if (!hasPoint)
            throw new UsageException("--new-cluster needs a POINT: a stored plan has its target already");
        if (restore.IsDryRun(invocation))
            throw new UsageException("--dry-run asks the target, which isn't there yet: --plan-only shows the new cluster");
        if (invocation.KubeconfigPath is not null || invocation.Context is not null)
            throw new UsageException("--kubeconfig and --context name a target, and the new cluster is the target: leave them out");
    }

    /// <exception cref="UsageException">A value that can't be used.</exception>
    public NewClusterRequest Request(Invocation invocation) =>
        new()
        {
            Name = ClusterName.TryParse(invocation.Get(name), out var named)
                ? named
                : throw new UsageException(
                    $"--new-cluster '{invocation.Get(name)}' can't name a cluster: use 1-63 of a-z, 0-9 and '-', starting and ending with "
                        + "a letter or digit"
                ),
            Region = invocation.Get(region),
            Subscription = invocation.Get(subscription),
            ResourceGroup = invocation.Get(group),
            KubernetesVersion = invocation.Get(version),
            Resources = RestoreOptions.Mapping(invocation, resources, "resource", "two resources"),
            Infrastructure = invocation.Get(infrastructure) is { } file ? Profile(file) : null,
        };

    /// <returns>Null: it isn't registered anywhere.</returns>
    public IDocumentStore? Control(Invocation invocation) =>
        invocation.Get(control) is { } text ? OpenedControl.Open(text, invocation.Time) : null;

    private static JsonElement Profile(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.Read(file, LargestProfile));
            return document.RootElement.Clone();
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            throw new UsageException($"--infrastructure {file} can't be read: {e.Message}");
        }
    }
}
