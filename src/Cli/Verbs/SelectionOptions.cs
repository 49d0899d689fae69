using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>
/// Which of a point's objects are meant: the same options for <c>diff</c>, <c>plan</c>, <c>restore</c> and <c>transform test</c>.
/// </summary>
internal sealed class SelectionOptions
{
    private readonly Option<string[]> namespaces = new("--namespace", "-n")
    {
        HelpName = "NS",
        Description = "Only these namespaces; patterns with * and ?",
    };
    private readonly AllNamespacesOption allNamespaces;
    private readonly Option<string[]> selectors = new("--selector", "-l")
    {
        HelpName = "SELECTOR",
        Description = "Only objects with these labels, like kubectl's -l; given several times, one of them is enough",
    };
    private readonly Option<string[]> kinds = new("--kind")
    {
        HelpName = "KIND",
        Description = "Only these kinds, as for kubectl: deployment, deploy,svc, deployments.apps, Widget, or KIND/NAME",
    };

    private readonly Option<string[]> names = new("--name")
    {
        HelpName = "NAME",
        Description = "Only objects of these names, or KIND/NAME",
    };

    private readonly Option<string[]> apps = new("--app")
    {
        HelpName = "KIND/NAME",
        Description = "Only this object and all that belongs to it: what it mounts, runs as, is served, scaled and owned by",
    };

    private readonly Option<bool> noDependencies = new("--no-dependencies")
    {
        Description = "Nothing that isn't selected itself: of an application only its root, and nothing that selected objects need",
    };

    public SelectionOptions() => allNamespaces = new(namespaces);

    public IEnumerable<Option> All => [namespaces, allNamespaces.Option, selectors, kinds, names, apps, noDependencies];

    /// <exception cref="UsageException">Options contradict each other.</exception>
    public RestoreSelection Selection(Invocation invocation)
    {
        allNamespaces.Check(invocation);
        var labels = invocation.Get(selectors) ?? [];
        return new()
        {
            Namespaces = [.. invocation.List(namespaces)],
            Labels = labels is [var one] ? one : null,
            AnyLabels = labels.Length > 1 ? [.. labels] : null,
            Kinds = [.. invocation.List(kinds)],
            Names = [.. invocation.List(names)],
            Apps = invocation.List(apps) is { Length: > 0 } roots ? [.. roots] : null,
            Dependencies = invocation.Get(noDependencies) ? false : null,
        };
    }
}
