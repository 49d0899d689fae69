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

    /// <summary>
    /// Lets requests without any credentials in too: kubectl sends none over plain HTTP. A wrong token is refused all the same.
    /// </summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>Makes uids and generated names repeatable; null: random.</summary>
    public int? Seed { get; init; }

    /// <summary>The clock of timestamps, watches and controllers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often a watch that asks for bookmarks gets one. Default 10 s (a real server: a minute).</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);
}
