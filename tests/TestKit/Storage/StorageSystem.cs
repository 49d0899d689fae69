using System.Collections.Concurrent;

namespace Holdfast.TestKit.Storage;

/// <param name="Handle">What the driver knows it by.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Data">What is on it now.</param>
public sealed record StoredVolume(string Handle, long Bytes, string Data);

/// <param name="Handle">What the driver knows it by.</param>
/// <param name="VolumeHandle">The volume that it was cut from, which may be gone.</param>
/// <param name="Bytes">The size of that volume then, which a volume restored from it needs.</param>
/// <param name="Data">What was on the volume at the cut.</param>
/// <param name="CutAt">By the storage system's clock.</param>
/// <param name="ReadyAt">From when on it can be restored; null: never.</param>
public sealed record StoredSnapshot(
    string Handle,
    string VolumeHandle,
    long Bytes,
    string Data,
    DateTimeOffset CutAt,
    DateTimeOffset? ReadyAt
)
{
    /// <summary>What the driver knows the group by that it was cut with; null: alone.</summary>
    public string? Group { get; init; }
}

/// <summary>
/// A storage system in memory, behind one CSI driver: volumes and their snapshots, each with a string in place of data. It knows nothing of
/// Kubernetes, so the drivers of two clusters may share it, and what a cluster forgot is still there. Thread-safe.
/// </summary>
/// <param name="clock">Of cuts and delays; null: the system's.</param>
public sealed class StorageSystem(TimeProvider? clock = null)
{
    private readonly ConcurrentDictionary<string, StoredVolume> volumes = new();
    private readonly ConcurrentDictionary<string, StoredSnapshot> snapshots = new();

    /// <summary>By handle, as they are whenever it is read.</summary>
    public IReadOnlyDictionary<string, StoredVolume> Volumes => volumes;

    /// <summary>By handle, as they are whenever it is read.</summary>
    public IReadOnlyDictionary<string, StoredSnapshot> Snapshots => snapshots;

    public TimeProvider Clock { get; } = clock ?? TimeProvider.System;

    /// <summary>Idempotent, as CSI requires: a handle that exists is kept as it is.</summary>
    public void CreateVolume(string handle, long bytes, string data) => volumes.TryAdd(handle, new(handle, bytes, data));

    /// <summary>Overwrites a volume's data, as a pod that mounts it would.</summary>
    public void Write(string volumeHandle, string data)
    {
        if (!volumes.TryGetValue(volumeHandle, out var volume))
            throw new InvalidOperationException($"The storage system has no volume {volumeHandle}");
        volumes[volumeHandle] = volume with { Data = data };
    }

    /// <summary>Snapshots outlive their volume.</summary>
    public void DeleteVolume(string handle) => volumes.TryRemove(handle, out _);

    /// <summary>Also for a test that loses a snapshot without the cluster's knowledge.</summary>
    public void DeleteSnapshot(string handle) => snapshots.TryRemove(handle, out _);

    public bool IsReady(StoredSnapshot snapshot) => snapshot.ReadyAt <= Clock.GetUtcNow();

    /// <summary>
    /// Idempotent, as CSI requires: a group that exists is returned as it is. All members are of one moment. Empty: a volume is missing.
    /// </summary>
    /// <param name="readyAfter">After the cut; infinite: never.</param>
    public IReadOnlyList<StoredSnapshot> CutGroup(string group, IReadOnlyList<string> volumeHandles, TimeSpan readyAfter)
    {
        lock (snapshots)
        {
            if (OfGroup(group) is { Count: > 0 } existing)
                return existing;
            if (!volumeHandles.All(volumes.ContainsKey))
                return [];
            var now = Clock.GetUtcNow();
            DateTimeOffset? readyAt = readyAfter == Timeout.InfiniteTimeSpan ? null : now + readyAfter;
            foreach (var volume in volumeHandles.Select(h => volumes[h]))
            {
                var handle = $"{group}-{volume.Handle}";
                snapshots[handle] = new(handle, volume.Handle, volume.Bytes, volume.Data, now, readyAt) { Group = group };
            }
            return OfGroup(group);
        }
    }

    public void DeleteGroup(string group)
    {
        foreach (var snapshot in OfGroup(group))
            DeleteSnapshot(snapshot.Handle);
    }

    private List<StoredSnapshot> OfGroup(string group) =>
        [.. snapshots.Values.Where(s => s.Group == group).OrderBy(s => s.Handle, StringComparer.Ordinal)];

    /// <summary>Idempotent, as CSI requires: a handle that exists is returned as it is. Null: there is no such volume.</summary>
    /// <param name="readyAfter">After the cut; infinite: never.</param>
    public StoredSnapshot? Cut(string handle, string volumeHandle, TimeSpan readyAfter)
    {
        if (snapshots.TryGetValue(handle, out var existing))
            return existing;
        if (!volumes.TryGetValue(volumeHandle, out var volume))
            return null;
        var now = Clock.GetUtcNow();
        DateTimeOffset? readyAt = readyAfter == Timeout.InfiniteTimeSpan ? null : now + readyAfter;
        return snapshots.GetOrAdd(handle, new StoredSnapshot(handle, volumeHandle, volume.Bytes, volume.Data, now, readyAt));
    }
}
