using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>kubectl's <c>-A</c>: what every verb does that isn't given a namespace.</summary>
/// <param name="namespaces">The option that it contradicts.</param>
internal sealed class AllNamespacesOption(Option namespaces)
{
    public Option<bool> Option { get; } =
        new("--all-namespaces", "-A") { Description = $"All namespaces, which is the default without {namespaces.Name}" };

    /// <exception cref="UsageException">Both are given.</exception>
    public void Check(Invocation invocation)
    {
        if (invocation.Get(Option) && invocation.IsGiven(namespaces))
            throw new UsageException($"{Option.Name} and {namespaces.Name} contradict each other: give one of them");
    }
}
