using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Files;

/// <summary>
/// What the objects that move files are called in the cluster: the same in every process that continues a run, and those of no other run.
/// </summary>
/// <param name="run">The capture's run, or the restore's plan; any text for what belongs to no run.</param>
/// <param name="vault">Of the point (<see cref="Archive.Stores.IBlobStore.Location"/>).</param>
/// <param name="cluster">Whose files they are.</param>
public sealed class MoverNames(string run, string vault, ClusterName cluster)
{
    private readonly string mark = ShortDigest.Of(run);
    private readonly string owner = ShortDigest.Of($"{vault}\n{cluster}");

    /// <summary>Selects the run's objects.</summary>
    public string Selector => $"{KnownLabels.MoverOf}={mark}";

    /// <summary>Selects those of every run with the cluster's files in this vault.</summary>
    public string OwnerSelector => $"{KnownLabels.MoverFor}={owner}";

    /// <summary>Of the Job that begins the cluster's repository: runs share it, so that two never begin it at once.</summary>
    public string Beginning => $"holdfast-files-{owner}-begin";

    /// <summary>Of the Job that forgets what isn't kept in the cluster's repository, which locks it.</summary>
    public string Forgetting => $"holdfast-files-{owner}-forget";

    public string NameOf(int number) => $"holdfast-files-{mark}-{number.ToString(CultureInfo.InvariantCulture)}";

    public JsonObject Labels() =>
        new()
        {
            [KnownLabels.Exclude] = "true",
            [KnownLabels.MoverOf] = mark,
            [KnownLabels.MoverFor] = owner,
        };
}
