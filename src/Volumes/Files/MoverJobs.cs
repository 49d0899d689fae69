using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Files;

/// <summary>
/// The movers' Jobs of one run in a cluster. Every call may be repeated; a missing object counts as removed. Thread-safe.
/// </summary>
/// <param name="ns">Where they run.</param>
public sealed class MoverJobs(ClusterConnection connection, string ns, TimeProvider time)
{
    private static readonly WriteOptions Options = new("holdfast");

    private readonly ResourceWriter writer = new(connection);
    private readonly ObjectLists lists = new(connection);

    /// <summary>How far the Job is.</summary>
    /// <exception cref="ClusterException">It can't be read.</exception>
    public async Task<MoverState> LookAsync(string name, CancellationToken cancellation)
    {
        if (await FindAsync(MoverTypes.Jobs, ns, name, cancellation) is not { } job)
            return MoverState.Missing;
        var pods = await lists.ReadAsync(VolumeTypes.Pods, ns, cancellation, $"job-name={name}");
        var state = MoverState.Of(job, pods, time.GetUtcNow());
        if (state.IsGivenUp)
            await GiveUpAsync(name, state.Said!, cancellation);
        return state;
    }

    /// <summary>How many Jobs that a selector selects aren't at their end.</summary>
    public async Task<int> RunningAsync(string selector, CancellationToken cancellation) =>
        (await lists.ReadAsync(MoverTypes.Jobs, ns, cancellation, selector)).Count(j => !MoverState.IsOver(j));

    /// <summary>Starts a Job with its Secret; one that is there is left as it is.</summary>
    /// <param name="secret">The variables that are secret.</param>
    /// <exception cref="ClusterException">It can't be started.</exception>
    public async Task StartAsync(MoverTask task, IReadOnlyDictionary<string, string> secret, CancellationToken cancellation)
    {
        await PutAsync(MoverTypes.Secrets, ns, task.Name, task.Secret(secret), cancellation);
        await CreateAsync(MoverTypes.Jobs, ns, task.Job(), cancellation);
        // should no one come back, Kubernetes deletes the Job a day after its end, and with it what it owns
        if (await FindAsync(MoverTypes.Jobs, ns, task.Name, cancellation) is { } job)
            await PatchAsync(MoverTypes.Secrets, ns, task.Name, OwnedBy(job), cancellation);
    }

    /// <summary>Deletes a claim with its volume, whatever its storage class says of released ones.</summary>
    /// <exception cref="ClusterException">It can't be removed.</exception>
    public async Task RemoveClaimAsync(string name, CancellationToken cancellation)
    {
        if (await FindAsync(VolumeTypes.Claims, ns, name, cancellation) is not { } claim)
            return;
        await ReleaseAsync(claim, cancellation);
        await DeleteAsync(VolumeTypes.Claims, ns, name, cancellation);
    }

    /// <summary>Removes the Job with its Pods, and the Secret.</summary>
    /// <exception cref="ClusterException">It can't be removed.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellation)
    {
        await DeleteAsync(MoverTypes.Jobs, ns, name, cancellation);
        await RemoveSecretAsync(name, cancellation);
    }

    /// <summary>The Job's result stays.</summary>
    public Task RemoveSecretAsync(string name, CancellationToken cancellation) => DeleteAsync(MoverTypes.Secrets, ns, name, cancellation);

    /// <summary>The Secret of a Job is the last that is removed of what it needed.</summary>
    public async Task<bool> HasSecretAsync(string name, CancellationToken cancellation) =>
        await FindAsync(MoverTypes.Secrets, ns, name, cancellation) is not null;

    /// <summary>Creates an object, unless one of that name is there.</summary>
    /// <exception cref="ClusterException">The server refuses it.</exception>
    public async Task CreateAsync(ApiResource type, string? space, JsonObject manifest, CancellationToken cancellation)
    {
        var answer = await writer.CreateWholeAsync(type, space, ManifestJson.Write(manifest), Options, cancellation);
        if (answer.Status is not (WriteStatus.Done or WriteStatus.AlreadyExists))
            throw Refused(type, space, Name(manifest), "created", answer);
    }

    /// <returns>Null: there is none.</returns>
    /// <exception cref="ClusterException">It can't be read.</exception>
    public async Task<JsonObject?> FindAsync(ApiResource type, string? space, string name, CancellationToken cancellation)
    {
        var answer = await writer.GetAsync(type, space, name, cancellation);
        return answer.Status switch
        {
            WriteStatus.Done => ManifestJson.Parse(answer.Body.Span),
            WriteStatus.NotFound => null,
            _ => throw Refused(type, space, name, "read", answer),
        };
    }

    /// <exception cref="ClusterException">It can't be changed.</exception>
    public async Task PatchAsync(ApiResource type, string? space, string name, JsonObject patch, CancellationToken cancellation)
    {
        var answer = await writer.MergePatchAsync(type, space, name, ManifestJson.Write(patch), Options, cancellation);
        if (answer.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            throw Refused(type, space, name, "changed", answer);
    }

    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public async Task DeleteAsync(ApiResource type, string? space, string name, CancellationToken cancellation)
    {
        var answer = await writer.DeleteAsync(type, space, name, null, null, "Background", cancellation);
        if (answer.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            throw Refused(type, space, name, "deleted", answer);
    }

    private async Task ReleaseAsync(JsonObject claim, CancellationToken cancellation)
    {
        const string Delete = "Delete";
        if (claim.Object("spec").Text("volumeName") is not { Length: > 0 } name)
            return;
        var volume = await FindAsync(VolumeTypes.Volumes, null, name, cancellation);
        var isItsOwn = volume.Object("spec").Object("claimRef").Text("uid") == claim.Object("metadata").Text("uid");
        if (isItsOwn && volume.Object("spec").Text("persistentVolumeReclaimPolicy") != Delete)
            await PatchAsync(
                VolumeTypes.Volumes,
                null,
                name,
                new() { ["spec"] = new JsonObject { ["persistentVolumeReclaimPolicy"] = Delete } },
                cancellation
            );
    }

    /// <summary>Its Pod goes, and others may start in its place.</summary>
    private Task GiveUpAsync(string name, string why, CancellationToken cancellation) =>
        PatchAsync(
            MoverTypes.Jobs,
            ns,
            name,
            new()
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [KnownLabels.GivenUp] = why } },
                ["spec"] = new JsonObject { ["suspend"] = true },
            },
            cancellation
        );

    private static JsonObject OwnedBy(JsonObject job) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = MoverTypes.Jobs.ApiVersion,
                        ["kind"] = MoverTypes.Jobs.Kind,
                        ["name"] = Name(job),
                        ["uid"] = job.Object("metadata").Text("uid"),
                    }
                ),
            },
        };

    /// <summary>Credentials of an earlier attempt may be too old: they are replaced.</summary>
    private async Task PutAsync(ApiResource type, string space, string name, JsonObject manifest, CancellationToken cancellation)
    {
        var answer = await writer.CreateWholeAsync(type, space, ManifestJson.Write(manifest), Options, cancellation);
        if (answer.Status == WriteStatus.AlreadyExists)
            await PatchAsync(type, space, name, new() { ["data"] = manifest["data"]!.DeepClone() }, cancellation);
        else if (answer.Status != WriteStatus.Done)
            throw Refused(type, space, name, "created", answer);
    }

    private static string Name(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    /// <summary>What the server says of a Secret could quote it.</summary>
    private static ClusterException Refused(ApiResource type, string? space, string name, string how, WriteResult answer)
    {
        var said = type == MoverTypes.Secrets ? answer.Status.ToString() : answer.Message ?? answer.Status.ToString();
        var where = space is null ? "" : $" of namespace {space}";
        return new(
            answer.Status == WriteStatus.Forbidden ? ClusterFailure.Forbidden : ClusterFailure.Broken,
            $"the {type.Kind} {name}{where} can't be {how} ({answer.Code}): {said}. infra/kubernetes/files.yaml has what moving files needs"
        );
    }
}
