namespace Holdfast.Simulator;

/// <summary>What a simulated cluster is like.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The uid of its kube-system namespace; null: made at random.</summary>
    public string? KubeSystemUid { get; init; }

    /// <summary>The version that <c>/version</c> tells.</summary>
    public string ServerVersion { get; init; } = "v1.32.0+holdfast-simulator";

    /// <summary>The bearer token that every request must carry.</summary>
    public string Token { get; init; } = "simulator";
}

/// <summary>An API server in memory on a loopback port, for the demo and for tests at scale and with faults. What it leaves out is listed in docs/simulator.md.</summary>
public sealed class SimulatedCluster : IAsyncDisposable
{
    public Uri Server => throw new NotImplementedException();

    public string Token => throw new NotImplementedException();

    /// <summary>Forgets what is older than the present revision: exact lists, continue tokens and watches from before answer 410.</summary>
    public void Compact() => throw new NotImplementedException();

    /// <summary>A kubeconfig document for this cluster.</summary>
    public string Kubeconfig() => throw new NotImplementedException();

    public static Task<SimulatedCluster> StartAsync(SimulatorOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
