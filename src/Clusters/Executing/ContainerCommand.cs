using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Clusters.Executing;

/// <summary>A program to run in a container of a running pod, with its arguments. No shell is involved.</summary>
/// <param name="Command">The program and its arguments: at least one. They may hold secrets and never stand in a message.</param>
public sealed record ContainerCommand(string Namespace, string Pod, string Container, ImmutableArray<string> Command)
{
    /// <summary>For messages: the place, without the command.</summary>
    public override string ToString() => $"container {Container} of pod {Namespace}/{Pod}";

    internal string Path()
    {
        var path = new StringBuilder(
            $"/api/v1/namespaces/{Uri.EscapeDataString(Namespace)}/pods/{Uri.EscapeDataString(Pod)}/exec"
                + $"?container={Uri.EscapeDataString(Container)}&stdout=true&stderr=true"
        );
        foreach (var argument in Command)
            path.Append("&command=").Append(Uri.EscapeDataString(argument));
        return path.ToString();
    }
}
