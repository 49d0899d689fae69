using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Refuses documents nested deeper than any kubeconfig. The YAML library recurses without a limit: 1 MB of nested brackets would end the
/// process with a stack overflow.
/// </summary>
internal sealed class ShallowParser(IParser inner) : IParser
{
    public const string TooDeep = "nests deeper than 100 levels";

    private const int Deepest = 100;

    private int depth;

    public ParsingEvent? Current => inner.Current;

    /// <exception cref="YamlException">The text isn't YAML, or (<see cref="TooDeep"/>) nests deeper than 100 levels.</exception>
    public bool MoveNext()
    {
        if (!inner.MoveNext() || inner.Current is not { } current)
            return false;
        depth += current.NestingIncrease;
        return depth <= Deepest ? true : throw new YamlException(current.Start, current.End, TooDeep);
    }
}
