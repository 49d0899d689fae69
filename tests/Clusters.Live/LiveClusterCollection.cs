using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests;

/// <summary>The tests that share one real cluster, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LiveClusterCollection : ICollectionFixture<LiveClusterFixture>
{
    public const string Name = "live cluster";
}
