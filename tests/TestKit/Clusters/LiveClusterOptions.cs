namespace Holdfast.TestKit.Clusters;

/// <summary>What a real cluster is started with.</summary>
public sealed record LiveClusterOptions
{
    /// <summary>
    /// Start kube-controller-manager, where the assets have one: garbage collection, namespace deletion, service accounts.
    /// </summary>
    public bool ControllerManager { get; init; } = true;

    /// <summary>Admission plugins to leave out, comma-separated. Restore suites want none left out.</summary>
    public string DisableAdmission { get; init; } = "ServiceAccount";

    /// <summary>Further flags of kube-apiserver, space-separated.</summary>
    public string ExtraApiServerArguments { get; init; } = "";

    /// <summary>The controllers that kube-controller-manager runs, comma-separated; empty: all.</summary>
    public string Controllers { get; init; } = "";

    /// <summary>Further flags of kube-controller-manager, space-separated.</summary>
    public string ExtraControllerManagerArguments { get; init; } = "";

    /// <summary>The folder of the binaries; null: what eng/kube/assets.sh says.</summary>
    public string? Assets { get; init; }

    /// <summary>
    /// The folder that eng/kube/newer.sh made: its API server for custom resources is put in front of the cluster. Null: the cluster serves
    /// them itself.
    /// </summary>
    public string? Newer { get; init; }
}
