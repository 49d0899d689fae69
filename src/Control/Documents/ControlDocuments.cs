using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Documents;

/// <summary>
/// The registered clusters and the policies. Edits are conditional: of many who edit the same document at once, one wins and the others
/// learn of it. Thread-safe; throws what the store throws.
/// </summary>
public sealed class ControlDocuments(IDocumentStore store)
{
    /// <summary>Documents read at once for one page.</summary>
    private const int Readers = 8;

    private const int PageSize = 200;

    /// <returns>Null: no such cluster is registered.</returns>
    public Task<KeptDocument<ClusterRegistration>?> ReadClusterAsync(ClusterName name, CancellationToken cancellation) =>
        ReadAsync(name.ToString(), ControlPaths.Cluster(name), ReadCluster, cancellation);

    /// <summary>Registered clusters in the order of their paths, documents that can't be used included.</summary>
    /// <param name="after">A page's <see cref="DocumentPage{T}.After"/>; null: from the first on.</param>
    public Task<DocumentPage<KeptDocument<ClusterRegistration>>> ListClustersAsync(
        string? after,
        int limit,
        CancellationToken cancellation
    ) => ListAsync(ControlPaths.Clusters, after, limit, ReadCluster, cancellation);

    /// <summary>All of them, page by page: those that can't be used are there with what is wrong.</summary>
    public Task<ImmutableArray<KeptDocument<ClusterRegistration>>> AllClustersAsync(CancellationToken cancellation) =>
        AllAsync(ListClustersAsync, cancellation);

    /// <returns>The ETag; null: a cluster of that name is registered already.</returns>
    public Task<string?> CreateClusterAsync(ClusterRegistration cluster, CancellationToken cancellation) =>
        store.CreateAsync(ControlPaths.Cluster(cluster.Name), cluster.ToJson(), cancellation);

    /// <returns>The new ETag; null: the registration was changed or deleted since it had that ETag.</returns>
    public Task<string?> ReplaceClusterAsync(ClusterRegistration cluster, string etag, CancellationToken cancellation) =>
        store.ReplaceAsync(ControlPaths.Cluster(cluster.Name), cluster.ToJson(), etag, cancellation);

    /// <returns>False: the registration was changed since it had that ETag.</returns>
    public Task<bool> DeleteClusterAsync(ClusterName name, string? etag, CancellationToken cancellation) =>
        store.DeleteAsync(ControlPaths.Cluster(name), etag, cancellation);

    /// <returns>Null: there is no such policy.</returns>
    public Task<KeptDocument<ProtectionPolicy>?> ReadPolicyAsync(PolicyName name, CancellationToken cancellation) =>
        ReadAsync(name.ToString(), ControlPaths.Policy(name), ReadPolicy, cancellation);

    /// <summary>Policies in the order of their paths, documents that can't be used included.</summary>
    /// <param name="after">A page's <see cref="DocumentPage{T}.After"/>; null: from the first on.</param>
    public Task<DocumentPage<KeptDocument<ProtectionPolicy>>> ListPoliciesAsync(string? after, int limit, CancellationToken cancellation) =>
        ListAsync(ControlPaths.Policies, after, limit, ReadPolicy, cancellation);

    /// <inheritdoc cref="AllClustersAsync"/>
    public Task<ImmutableArray<KeptDocument<ProtectionPolicy>>> AllPoliciesAsync(CancellationToken cancellation) =>
        AllAsync(ListPoliciesAsync, cancellation);

    /// <returns>The ETag; null: there is a policy of that name already.</returns>
    public Task<string?> CreatePolicyAsync(ProtectionPolicy policy, CancellationToken cancellation) =>
        store.CreateAsync(ControlPaths.Policy(policy.Name), policy.ToJson(), cancellation);

    /// <returns>The new ETag; null: the policy was changed or deleted since it had that ETag.</returns>
    public Task<string?> ReplacePolicyAsync(ProtectionPolicy policy, string etag, CancellationToken cancellation) =>
        store.ReplaceAsync(ControlPaths.Policy(policy.Name), policy.ToJson(), etag, cancellation);

    /// <returns>False: the policy was changed since it had that ETag.</returns>
    public Task<bool> DeletePolicyAsync(PolicyName name, string? etag, CancellationToken cancellation) =>
        store.DeleteAsync(ControlPaths.Policy(name), etag, cancellation);

    /// <returns>Null: there is no such notification.</returns>
    /// <param name="name">A DNS label.</param>
    public Task<KeptDocument<NotificationTarget>?> ReadNotificationAsync(string name, CancellationToken cancellation) =>
        ReadAsync(name, ControlPaths.Notification(name), ReadNotification, cancellation);

    /// <summary>Notifications in the order of their paths, documents that can't be used included.</summary>
    /// <param name="after">A page's <see cref="DocumentPage{T}.After"/>; null: from the first on.</param>
    public Task<DocumentPage<KeptDocument<NotificationTarget>>> ListNotificationsAsync(
        string? after,
        int limit,
        CancellationToken cancellation
    ) => ListAsync(ControlPaths.Notifications, after, limit, ReadNotification, cancellation);

    /// <inheritdoc cref="AllClustersAsync"/>
    public Task<ImmutableArray<KeptDocument<NotificationTarget>>> AllNotificationsAsync(CancellationToken cancellation) =>
        AllAsync(ListNotificationsAsync, cancellation);

    /// <returns>The ETag; null: there is a notification of that name already.</returns>
    public Task<string?> CreateNotificationAsync(NotificationTarget target, CancellationToken cancellation) =>
        store.CreateAsync(ControlPaths.Notification(target.Name), target.ToJson(), cancellation);

    /// <returns>The new ETag; null: the notification was changed or deleted since it had that ETag.</returns>
    public Task<string?> ReplaceNotificationAsync(NotificationTarget target, string etag, CancellationToken cancellation) =>
        store.ReplaceAsync(ControlPaths.Notification(target.Name), target.ToJson(), etag, cancellation);

    /// <returns>False: the notification was changed since it had that ETag.</returns>
    public Task<bool> DeleteNotificationAsync(string name, string? etag, CancellationToken cancellation) =>
        store.DeleteAsync(ControlPaths.Notification(name), etag, cancellation);

    private static DocumentReading<NotificationTarget> ReadNotification(ReadOnlyMemory<byte> json, string name)
    {
        var reading = NotificationTarget.Read(json);
        return reading.Document is { } read && read.Name != name ? Misnamed(reading, name, read.Name) : reading;
    }

    private static DocumentReading<ClusterRegistration> ReadCluster(ReadOnlyMemory<byte> json, string name)
    {
        var reading = ClusterRegistration.Read(json);
        return reading.Document is { } read && read.Name.ToString() != name ? Misnamed(reading, name, read.Name.ToString()) : reading;
    }

    private static DocumentReading<ProtectionPolicy> ReadPolicy(ReadOnlyMemory<byte> json, string name)
    {
        var reading = ProtectionPolicy.Read(json);
        return reading.Document is { } read && read.Name.ToString() != name ? Misnamed(reading, name, read.Name.ToString()) : reading;
    }

    private static DocumentReading<T> Misnamed<T>(DocumentReading<T> reading, string name, string inside)
        where T : class =>
        reading with
        {
            Document = null,
            Problems =
            [
                new(
                    "$.name",
                    $"is '{inside}' in the document of '{name}'",
                    "one of the two is a copy's mistake",
                    $"Write \"name\": \"{name}\", or give the document the other name"
                ),
            ],
        };

    private async Task<KeptDocument<T>?> ReadAsync<T>(
        string name,
        string path,
        Func<ReadOnlyMemory<byte>, string, DocumentReading<T>> read,
        CancellationToken cancellation
    )
        where T : class
    {
        var kept = await KeptAsync(name, path, read, cancellation);
        if (kept is { IsValid: false })
            store.Unusable.Add(path, kept.Trouble);
        else
            store.Unusable.Remove(path);
        return kept;
    }

    private async Task<KeptDocument<T>?> KeptAsync<T>(
        string name,
        string path,
        Func<ReadOnlyMemory<byte>, string, DocumentReading<T>> read,
        CancellationToken cancellation
    )
        where T : class
    {
        try
        {
            if (await store.ReadAsync(path, cancellation) is not { } stored)
                return null;
            var reading = read(stored.Content, name);
            return new(name, path, stored.ETag, reading.Document, reading.Problems);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return new(name, path, "", null, [new("$", unusable.Message, "it can't be read", "Replace it")]);
        }
    }

    private static async Task<ImmutableArray<T>> AllAsync<T>(
        Func<string?, int, CancellationToken, Task<DocumentPage<T>>> list,
        CancellationToken cancellation
    )
    {
        var all = ImmutableArray.CreateBuilder<T>();
        string? after = null;
        do
        {
            var page = await list(after, PageSize, cancellation);
            all.AddRange(page.Items);
            after = page.After;
        } while (after is not null);
        return all.ToImmutable();
    }

    private async Task<DocumentPage<KeptDocument<T>>> ListAsync<T>(
        string folder,
        string? after,
        int limit,
        Func<ReadOnlyMemory<byte>, string, DocumentReading<T>> read,
        CancellationToken cancellation
    )
        where T : class
    {
        var (names, next) = await NamesAsync(folder, after, limit, cancellation);
        var documents = new KeptDocument<T>?[names.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellation };
        await Parallel.ForAsync(
            0,
            names.Count,
            parallel,
            async (i, stop) => documents[i] = await ReadAsync(names[i].Name, names[i].Path, read, stop)
        );
        return new([.. documents.OfType<KeptDocument<T>>()], next);
    }

    /// <summary>One name more than the page has shows that there is another page.</summary>
    private async Task<(List<(string Name, string Path)> Names, string? Next)> NamesAsync(
        string folder,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var names = new List<(string Name, string Path)>();
        await foreach (var path in store.ListAsync(folder, after is null ? null : $"{folder}{after}.json", cancellation))
        {
            if (ControlPaths.NameOf(folder, path) is not { } name)
                continue;
            if (names.Count == limit)
                return (names, names[^1].Name);
            names.Add((name, path));
        }
        return (names, null);
    }
}
