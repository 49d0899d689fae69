namespace Holdfast.Clusters.Tests.Connections;

/// <summary>A back-off that waits as little as it may: not at all, but for what the server asks.</summary>
internal sealed class NoJitter : Random
{
    public override double NextDouble() => 0;
}
