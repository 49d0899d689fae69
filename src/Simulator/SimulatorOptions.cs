using Holdfast.Simulator.Types;

namespace Holdfast.Simulator;

/// <summary>Options of a simulated cluster.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The uid of its kube-system namespace; null: random.</summary>
    public string? KubeSystemUid { get; init; }

    /// <summary>Whose versions of the built-in types are served; null: current ones.</summary>
    public SimulatedRelease? Release { get; init; }

    /// <summary>The version that <c>/version</c> reports.</summary>
    public string ServerVersion
    {
        get => field ?? Release?.ServerVersion ?? "v1.32.0+holdfast-simulator";
        init;
    }

    /// <summary>The bearer token that every request must carry.</summary>
    public string Token { get; init; } = "simulator";

    /// <summary>
    /// Also accepts requests without credentials, since kubectl sends none over plain HTTP. A wrong token is still refused.
    /// </summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>Makes uids and generated names repeatable; null: random.</summary>
    public int? Seed { get; init; }

    /// <summary>The clock for timestamps, watches and controllers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// False: only the controllers run that delete, so that no object is there but those that clients make. Namespaces get no account and
    /// no certificate, and Deployments no ReplicaSets.
    /// </summary>
    public bool MakesObjects { get; init; } = true;

    /// <summary>How often a watch that asks for bookmarks gets one. Default 10 s (a real server: a minute).</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);
}
