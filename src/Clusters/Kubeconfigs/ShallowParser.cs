using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Refuses documents that no kubeconfig is, before the YAML library makes nodes of them. It recurses without a limit: 1 MB of nested
/// brackets would end the process with a stack overflow. And it hashes a key that is a collection with all that its aliases stand for:
/// a few lines of them take years.
/// </summary>
internal sealed class ShallowParser(IParser inner) : IParser
{
    public const string TooDeep = "nests deeper than 100 levels";
    public const string KeyIsNoText = "has a key that isn't a text";
    public const string HasNull = "has a NUL character";

    private const int Deepest = 100;

    private readonly Stack<Place> open = new();

    private enum Place
    {
        Item,
        Key,
        Value,
    }

    public ParsingEvent? Current => inner.Current;

    /// <exception cref="YamlException">
    /// The text isn't YAML, or is refused: <see cref="TooDeep"/>, <see cref="KeyIsNoText"/>, <see cref="HasNull"/>.
    /// </exception>
    public bool MoveNext()
    {
        if (!inner.MoveNext() || inner.Current is not { } current)
            return false;
        if (current is MappingEnd or SequenceEnd)
            open.Pop();
        else if (current is NodeEvent or AnchorAlias)
            Enter(current);
        return true;
    }

    private void Enter(ParsingEvent node)
    {
        if (node is Scalar scalar && scalar.Value.Contains('\0', StringComparison.Ordinal))
            throw new YamlException(node.Start, node.End, HasNull);
        if (open.TryPeek(out var place) && place != Place.Item)
        {
            if (place == Place.Key && node is not Scalar)
                throw new YamlException(node.Start, node.End, KeyIsNoText);
            open.Pop();
            open.Push(place == Place.Key ? Place.Value : Place.Key);
        }
        if (node is MappingStart or SequenceStart)
            open.Push(node is MappingStart ? Place.Key : Place.Item);
        if (open.Count > Deepest)
            throw new YamlException(node.Start, node.End, TooDeep);
    }
}
