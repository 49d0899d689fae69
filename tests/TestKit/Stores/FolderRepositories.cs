using Holdfast.Archive.Format;
using Holdfast.Volumes.Files;

namespace Holdfast.TestKit.Stores;

/// <summary>Movers' repositories in a folder of this machine, for clusters whose Pods are processes of it.</summary>
public sealed class FolderRepositories(string folder) : IFileRepositories
{
    public const string Password = "a long password";

    /// <summary>What was granted, in the order of asking.</summary>
    public List<(Uri Repository, RepositoryUse Use)> Granted { get; } = [];

    /// <summary>With one password for all clusters.</summary>
    public FileStorage Storage => new(this, (_, _, _) => Task.FromResult(Password));

    public Uri LocationOf(ClusterName cluster) => new(Path.Combine(folder, cluster.ToString()));

    public Task<bool> IsBegunAsync(Uri repository, CancellationToken cancellation) =>
        Task.FromResult(File.Exists(Path.Combine(repository.LocalPath, "config")));

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> SnapshotsAsync(Uri repository, CancellationToken cancellation)
    {
        var snapshots = new DirectoryInfo(Path.Combine(repository.LocalPath, "snapshots"));
        return Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(
            snapshots.Exists ? snapshots.EnumerateFiles().ToDictionary(f => f.Name, f => new DateTimeOffset(f.LastWriteTimeUtc)) : []
        );
    }

    public Task<string?> GrantAsync(Uri repository, RepositoryUse use, TimeSpan lifetime, CancellationToken cancellation)
    {
        lock (Granted)
            Granted.Add((repository, use));
        return Task.FromResult<string?>(null);
    }
}
