using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Writes of a run's snapshot objects, which carry its labels. Every one may be repeated, and a missing object counts as deleted.
/// Thread-safe.
/// </summary>
internal sealed class SnapshotWrites(ClusterConnection connection, SnapshotNames names)
{
    private static readonly WriteOptions Options = new("holdfast");
    private readonly ResourceWriter writer = new(connection);

    /// <returns>Why it can't be created; null: it was, or is there.</returns>
    public async Task<string?> CreateAsync(ApiResource type, string ns, string name, JsonObject spec, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["labels"] = names.Labels(),
            },
            ["spec"] = spec,
        };
        var answer = await writer.CreateWholeAsync(type, ns, ManifestJson.Write(body), Options, cancellation);
        return answer.Status is WriteStatus.Done or WriteStatus.AlreadyExists ? null : Refusal($"the {type.Kind} can't be created", answer);
    }

    /// <summary>Puts the run's labels on an object that a controller made.</summary>
    /// <returns>Why it can't be changed; null: it was.</returns>
    public async Task<string?> LabelAsync(ApiResource type, string ns, string name, CancellationToken cancellation)
    {
        var answer = await PatchAsync(type, ns, name, null, null, cancellation);
        return answer.Status == WriteStatus.Done ? null : Refusal($"the {type.Kind} {name} can't be labelled", answer);
    }

    /// <summary>
    /// From here on what a content stands for stays in the storage, whatever becomes of the object that it is bound to and its namespace.
    /// </summary>
    /// <returns>The content as it now is; or why it can't be changed.</returns>
    public async Task<(JsonObject? Content, string? Problem)> RetainAsync(ApiResource type, string content, CancellationToken cancellation)
    {
        var answer = await PatchAsync(type, null, content, "Retain", null, cancellation);
        if (answer.Status != WriteStatus.Done)
            return (null, Refusal($"the {type.Kind} {content} can't be given the deletion policy Retain", answer));
        var changed = ManifestJson.Parse(answer.Body.Span);
        return changed.Object("spec").Text("deletionPolicy") == "Retain"
            ? (changed, null)
            : (null, $"the {type.Kind} {content} didn't take the deletion policy Retain: its snapshot would go with the namespace");
    }

    /// <summary>Deletes a content and what it stands for in the storage.</summary>
    /// <param name="beingDeleted">The annotation without which the CSI driver's sidecar doesn't.</param>
    /// <exception cref="ClusterException">It can't be changed or deleted.</exception>
    public async Task PurgeAsync(ApiResource type, string content, string beingDeleted, CancellationToken cancellation)
    {
        var answer = await PatchAsync(type, null, content, "Delete", new() { [beingDeleted] = "yes" }, cancellation);
        Require($"the {type.Kind} {content} can't be given the deletion policy Delete", answer);
        await DeleteAsync(type, null, content, cancellation);
    }

    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public async Task DeleteAsync(ApiResource type, string? ns, string name, CancellationToken cancellation) =>
        Require(
            $"the {type.Kind} {name}{(ns is null ? "" : $" of namespace {ns}")} can't be deleted",
            await writer.DeleteAsync(type, ns, name, null, null, "Background", cancellation)
        );

    private Task<WriteResult> PatchAsync(
        ApiResource type,
        string? ns,
        string name,
        string? policy,
        JsonObject? annotations,
        CancellationToken cancellation
    )
    {
        var metadata = new JsonObject { ["labels"] = names.Labels() };
        if (annotations is not null)
            metadata["annotations"] = annotations;
        var patch = new JsonObject { ["metadata"] = metadata };
        if (policy is not null)
            patch["spec"] = new JsonObject { ["deletionPolicy"] = policy };
        return writer.MergePatchAsync(type, ns, name, ManifestJson.Write(patch), Options, cancellation);
    }

    private static void Require(string what, WriteResult answer)
    {
        if (answer.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            throw new ClusterException(
                answer.Status == WriteStatus.Forbidden ? ClusterFailure.Forbidden : ClusterFailure.Broken,
                Refusal(what, answer)
            );
    }

    private static string Refusal(string what, WriteResult answer) =>
        $"{what} ({answer.Code}): {answer.Message ?? answer.Status.ToString()}";
}
