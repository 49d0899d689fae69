using System.Collections.Immutable;
using Holdfast.Machine.Faults;

namespace Holdfast.Fuzzing.Tests;

/// <summary>One place where bytes that others wrote are read.</summary>
/// <param name="Name">Of the folder of its kept inputs, too.</param>
/// <param name="Read">Reads them as the product does. It may throw what is in <paramref name="Refusals"/>; else it is a fault.</param>
/// <param name="Seeds">Valid inputs, which the mutations start from.</param>
/// <param name="Refusals">The exceptions that its callers expect.</param>
public sealed record FuzzTarget(string Name, Action<byte[]> Read, ImmutableArray<byte[]> Seeds, params ImmutableArray<Type> Refusals)
{
    /// <summary>What may be allocated whatever the input's length is.</summary>
    public long FixedBytes { get; init; } = 1 << 20;

    /// <summary>How many bytes may be allocated for each byte of input: for a JSON document, a node for each bracket.</summary>
    public long BytesPerByte { get; init; } = 400;

    /// <summary>Its callers catch whatever its reading throws (<see cref="ForeignBytes"/>).</summary>
    public bool IsForeign { get; init; }

    /// <summary>Packs an input before it is read, such as with gzip; not measured, and its result's length counts.</summary>
    public Func<byte[], byte[]>? Prepare { get; init; }

    /// <summary>The source files whose reading it covers, below <c>src</c>.</summary>
    public required ImmutableArray<string> Files { get; init; }

    public bool Refuses(Exception thrown) =>
        (IsForeign && ForeignBytes.AreAtFault(thrown)) || Refusals.Any(refusal => refusal.IsInstanceOfType(thrown));

    public override string ToString() => Name;
}
