using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Storage;

/// <summary>Tests of volumes share a cluster that binds hundreds of claims in seconds.</summary>
[CollectionDefinition(Name)]
public sealed class StorageCollection : ICollectionFixture<StorageClusterFixture>
{
    public const string Name = "storage";
}

public sealed class StorageClusterFixture : LiveClusterFixture
{
    protected override LiveClusterOptions Options => new() { ExtraControllerManagerArguments = "--kube-api-qps=500 --kube-api-burst=1000" };
}
