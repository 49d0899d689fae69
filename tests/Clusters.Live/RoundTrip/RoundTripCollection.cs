using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>Whole-cluster round trips have a cluster of their own: they wipe it.</summary>
[CollectionDefinition(Name)]
public sealed class RoundTripCollection : ICollectionFixture<RoundTripFixture>
{
    public const string Name = "round trips";
}

public sealed class RoundTripFixture : LiveClusterFixture
{
    protected override LiveClusterOptions Options => new() { DisableAdmission = "" };
}
