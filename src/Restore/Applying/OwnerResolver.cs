using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Planning;

namespace Holdfast.Restore.Applying;

/// <param name="References">With live uids; empty when none could be resolved.</param>
/// <param name="Missing">The owners that aren't there, for a person; null: none.</param>
internal sealed record ResolvedOwners(JsonArray References, string? Missing)
{
    public static readonly ResolvedOwners None = new([], null);
}

/// <summary>
/// Finds owners by group-kind, namespace and name: restored in this run, or there already. Never gives out an uid that isn't known to be
/// alive, since the garbage collector deletes what a dead uid owns. Thread-safe.
/// </summary>
internal sealed class OwnerResolver(ApplyContext context)
{
    private readonly ConcurrentDictionary<ObjectKey, Task<string?>> live = new();

    /// <param name="references">As captured, their uids dead.</param>
    /// <param name="owned">Waits for owners among the steps before it that are being written right now.</param>
    public async ValueTask<ResolvedOwners> ResolveAsync(JsonArray references, RestoreStep owned, CancellationToken cancellation)
    {
        if (references.Count == 0)
            return ResolvedOwners.None;
        var resolved = new JsonArray();
        List<string>? missing = null;
        foreach (var reference in references.OfType<JsonObject>())
        {
            if (await FindAsync(reference, owned, cancellation) is { } alive)
                resolved.Add((JsonNode)alive);
            else
                (missing ??= []).Add($"{reference.Text("kind")}/{reference.Text("name")}");
        }
        return new(resolved, missing is null ? null : string.Join(", ", missing));
    }

    private async ValueTask<JsonObject?> FindAsync(JsonObject reference, RestoreStep owned, CancellationToken cancellation)
    {
        if (
            reference.Text("kind") is not { } kind
            || reference.Text("name") is not { } name
            || context.Types.FindKind(OwnerId.Present(ManifestJson.GroupOf(reference.Text("apiVersion")), kind), kind) is not { } type
        )
            return null;
        if (await UidAsync(type, name, owned, cancellation) is not { } uid)
            return null;
        var alive = (JsonObject)reference.DeepClone();
        alive["uid"] = uid;
        // The collector looks an owner up at the version that the reference names.
        if (context.Types.Find(type.GroupResource, reference.Text("apiVersion") ?? "") is null)
            alive["apiVersion"] = type.ApiVersion;
        return alive;
    }

    private async ValueTask<string?> UidAsync(ApiResource type, string name, RestoreStep owned, CancellationToken cancellation)
    {
        var key = new ObjectKey(type.GroupResource, type.Namespaced ? owned.Namespace : null, name);
        if (context.Index.Find(key) is not { } owner)
            return await LookUpAsync(key, type, cancellation);
        // Only of an earlier step: a later one might wait for this one in turn.
        if (owner.Number < owned.Number)
            await context.Outcomes.WhenDoneAsync(owner.Number, cancellation);
        if (context.Outcomes.Of(owner.Number) is { IsWritten: true, Uid: { } uid })
            return uid;
        return owner.LiveUid is null && owner.Action == StepAction.Create ? null : await LookUpAsync(key, type, cancellation);
    }

    private async Task<string?> LookUpAsync(ObjectKey key, ApiResource type, CancellationToken cancellation)
    {
        string? found = null;
        try
        {
            return found = await live.GetOrAdd(key, _ => ReadAsync(key, type, cancellation)).WaitAsync(cancellation);
        }
        finally
        {
            // Only what is there is remembered: an owner may still come.
            if (found is null)
                live.TryRemove(key, out _);
        }
    }

    // An owner that is being deleted takes what it owns with it: it counts as gone.
    private async Task<string?> ReadAsync(ObjectKey key, ApiResource type, CancellationToken cancellation)
    {
        var answer = await context.Writer.GetAsync(type, key.Namespace, key.Name, cancellation);
        if (answer.Status != WriteStatus.Done)
            return null;
        var owner = ManifestJson.Parse(answer.Body.Span);
        return owner.IsBeingDeleted() ? null : owner.Uid();
    }
}
