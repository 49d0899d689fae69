using System.CommandLine;
using Holdfast.Cli.Invoking;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>Which of a point's objects are meant: the same options for <c>diff</c>, <c>plan</c> and <c>restore</c>.</summary>
internal sealed class SelectionOptions
{
    private readonly Option<string[]> namespaces = new("--namespace", "-n") { HelpName = "NS", Description = "Only these namespaces" };
    private readonly Option<string?> selector = new("--selector", "-l")
    {
        HelpName = "SELECTOR",
        Description = "Only objects with these labels, like kubectl's -l",
    };
    private readonly Option<string[]> kinds = new("--kind")
    {
        HelpName = "KIND",
        Description = "Only these kinds: deployment, deployments.apps, Widget, or KIND/NAME",
    };

    private readonly Option<string[]> names = new("--name")
    {
        HelpName = "NAME",
        Description = "Only objects of these names, or KIND/NAME",
    };

    public IEnumerable<Option> All => [namespaces, selector, kinds, names];

    public RestoreSelection Selection(Invocation invocation) =>
        new()
        {
            Namespaces = [.. invocation.List(namespaces)],
            Labels = invocation.Get(selector),
            Kinds = [.. invocation.List(kinds)],
            Names = [.. invocation.List(names)],
        };
}
