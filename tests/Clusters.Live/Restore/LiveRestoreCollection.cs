using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Restores share one real cluster with every admission plugin on, as clusters in the wild have them.</summary>
[CollectionDefinition(Name)]
public sealed class LiveRestoreCollection : ICollectionFixture<LiveRestoreFixture>
{
    public const string Name = "live restore";
}

public sealed class LiveRestoreFixture : LiveClusterFixture
{
    protected override LiveClusterOptions Options => new() { DisableAdmission = "" };
}
