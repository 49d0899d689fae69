namespace Holdfast.Clusters.Tests.Connections;

/// <summary>A back-off without delay, except for the server's Retry-After.</summary>
internal sealed class NoJitter : Random
{
    public override double NextDouble() => 0;
}
