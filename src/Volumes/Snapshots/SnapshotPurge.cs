using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Deletes snapshots in a storage system by their handles, through a CSI driver of a cluster: a pre-provisioned VolumeSnapshotContent that
/// nothing is bound to, with the policy Delete, takes its snapshot along when it is deleted, once the driver has found the snapshot.
/// </summary>
/// <remarks>
/// https://github.com/kubernetes-csi/external-snapshotter, v8.3, pkg/sidecar-controller/snapshot_controller.go: shouldDelete,
/// deleteCSISnapshotOperation.
/// </remarks>
public sealed class SnapshotPurge(ClusterConnection connection, TimeProvider time)
{
    /// <summary>Keeps the object until the driver's sidecar has seen that it is being deleted.</summary>
    private const string Finalizer = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection";

    /// <summary>For the driver to find the snapshot, and again for it to be deleted. What takes longer is looked at again later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly WriteOptions Options = new("holdfast");

    private readonly ResourceWriter writer = new(connection);

    /// <summary>May be repeated: a snapshot that the driver doesn't know counts as deleted.</summary>
    /// <returns>Null: it is gone. Else why it isn't yet.</returns>
    /// <exception cref="ClusterException">The cluster can't be asked.</exception>
    public async Task<string?> RemoveAsync(string driver, string handle, CancellationToken cancellation)
    {
        if (SnapshotApi.Of(await Discovery.ReadAsync(connection, cancellation)) is not { } api)
            return "the cluster doesn't serve snapshot.storage.k8s.io";
        var name = NameOf(driver, handle);
        var made = await writer.CreateAsync(
            api.Contents,
            null,
            ManifestJson.Write(Content(api, name, driver, handle)),
            Options,
            cancellation
        );
        if (made.Status is not (WriteStatus.Done or WriteStatus.AlreadyExists))
            return $"a VolumeSnapshotContent can't be created ({made.Code}): {made.Message ?? made.Status.ToString()}";
        return await UntilAsync(api, name, IsKnown, "its driver hasn't found it yet", cancellation)
            ?? await DeleteAsync(api, name, cancellation)
            ?? await UntilAsync(api, name, content => content is null, "its driver hasn't deleted it yet", cancellation);
    }

    /// <summary>Deleted before, found, or not there.</summary>
    private static bool IsKnown(JsonObject? content) =>
        content is null
        || content.Object("metadata").Text("deletionTimestamp") is not null
        || content.Object("status").Text("snapshotHandle") is not null
        || IsMissing(content);

    /// <summary>What drivers say varies; that of CSI's sidecar doesn't.</summary>
    private static bool IsMissing(JsonObject content) =>
        content.Object("status").Object("error").Text("message") is { } message
        && (
            message.Contains("can not find snapshot", StringComparison.OrdinalIgnoreCase)
            || message.Contains("code = NotFound", StringComparison.Ordinal)
        );

    private async Task<string?> UntilAsync(
        SnapshotApi api,
        string name,
        Func<JsonObject?, bool> isReached,
        string otherwise,
        CancellationToken cancellation
    )
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var content = await ReadAsync(api, name, cancellation);
            if (isReached(content))
                return null;
            if (time.GetElapsedTime(began) > Patience)
                return content.Object("status").Object("error").Text("message") is { } error ? $"{otherwise}: {error}" : otherwise;
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<JsonObject?> ReadAsync(SnapshotApi api, string name, CancellationToken cancellation)
    {
        var answer = await writer.GetAsync(api.Contents, null, name, cancellation);
        return answer.Status switch
        {
            WriteStatus.Done => ManifestJson.Parse(answer.Body.Span),
            WriteStatus.NotFound => null,
            _ => throw new ClusterException(
                answer.Status == WriteStatus.Forbidden ? ClusterFailure.Forbidden : ClusterFailure.Broken,
                $"the VolumeSnapshotContent {name} can't be read ({answer.Code}): {answer.Message ?? answer.Status.ToString()}"
            ),
        };
    }

    private async Task<string?> DeleteAsync(SnapshotApi api, string name, CancellationToken cancellation)
    {
        var answer = await writer.DeleteAsync(api.Contents, null, name, null, null, "Background", cancellation);
        return answer.Status is WriteStatus.Done or WriteStatus.NotFound
            ? null
            : $"the VolumeSnapshotContent {name} can't be deleted ({answer.Code}): {answer.Message ?? answer.Status.ToString()}";
    }

    /// <summary>No VolumeSnapshot of that name is ever made.</summary>
    private static JsonObject Content(SnapshotApi api, string name, string driver, string handle) =>
        new()
        {
            ["apiVersion"] = api.Contents.ApiVersion,
            ["kind"] = api.Contents.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { [KnownLabels.Exclude] = "true" },
                ["finalizers"] = new JsonArray(Finalizer),
            },
            ["spec"] = new JsonObject
            {
                ["driver"] = driver,
                ["deletionPolicy"] = "Delete",
                ["source"] = new JsonObject { ["snapshotHandle"] = handle },
                ["volumeSnapshotRef"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            },
        };

    private static string NameOf(string driver, string handle) => $"holdfast-purge-{ShortDigest.Of($"{driver}\n{handle}", 24)}";
}
