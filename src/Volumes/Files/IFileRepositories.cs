using Holdfast.Archive.Format;
using Holdfast.Control.Registration;

namespace Holdfast.Volumes.Files;

/// <summary>
/// Where a mover keeps the files of the volumes of clusters: beside a vault, one repository for each cluster, so that what is granted for
/// one cluster opens nothing of another. Thread-safe.
/// </summary>
public interface IFileRepositories
{
    /// <summary>The cluster's repository, without credentials; the same at each call. Nothing is asked.</summary>
    Uri LocationOf(ClusterName cluster);

    /// <summary>Whether a mover has begun a repository there.</summary>
    Task<bool> IsBegunAsync(Uri repository, CancellationToken cancellation);

    /// <summary>The mover's snapshots in it, by when each was written; none, where it isn't begun.</summary>
    /// <exception cref="FileExportException">It can't be listed.</exception>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> SnapshotsAsync(Uri repository, CancellationToken cancellation);

    /// <summary>
    /// Credentials for this repository and nothing else, for whoever holds them. May be called again; what a mover needs to begin is made.
    /// </summary>
    /// <param name="lifetime">How long they are good for.</param>
    /// <returns>
    /// A shared access signature, without a question mark; null: none is needed. It never goes into a log, a report or a document.
    /// </returns>
    /// <exception cref="FileExportException">There can be none: why, and what to do.</exception>
    Task<string?> GrantAsync(Uri repository, RepositoryUse use, TimeSpan lifetime, CancellationToken cancellation);
}

/// <summary>What a mover may do in a repository.</summary>
public enum RepositoryUse
{
    Read,

    /// <summary>Also write, and delete what it wrote: movers lock repositories by files.</summary>
    Write,
}

/// <summary>What moving files needs beside the cluster.</summary>
/// <param name="PasswordOf">
/// The repository's password, by what a registration says; the text says where it does, for messages. It never goes into a log, a report or
/// a document.
/// </param>
public sealed record FileStorage(
    IFileRepositories Repositories,
    Func<SecretReference?, string, CancellationToken, Task<string>> PasswordOf
);

/// <summary>Files can't be exported or restored as asked. The message says why and what to do, without secrets.</summary>
public sealed class FileExportException(string message, Exception? inner = null) : Exception(message, inner);
