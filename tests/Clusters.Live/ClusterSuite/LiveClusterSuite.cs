using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Clusters.Live.Tests.ClusterSuite;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveListBehaviour(LiveClusterFixture live) : ListBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveWriteBehaviour(LiveClusterFixture live) : WriteBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveApplyBehaviour(LiveClusterFixture live) : ApplyBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveDeleteBehaviour(LiveClusterFixture live) : DeleteBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveWatchBehaviour(LiveClusterFixture live) : WatchBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveDiscoveryBehaviour(LiveClusterFixture live) : DiscoveryBehaviour(live.Cluster);

[Collection(LiveClusterCollection.Name)]
public sealed class LiveWriterBehaviour(LiveClusterFixture live) : WriterBehaviour(live.Cluster);
