using System.Text.Json.Nodes;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <param name="Uid">Precondition.</param>
/// <param name="ResourceVersion">Precondition.</param>
/// <param name="Propagation">
/// <c>Background</c>, <c>Foreground</c>, <c>Orphan</c>; null: what the object's finalizers say, else background.
/// </param>
internal sealed record DeleteOptions(string? Uid = null, string? ResourceVersion = null, string? Propagation = null, bool DryRun = false);

/// <summary>Deletes objects: immediately, or once their finalizers are gone. Grace periods aren't simulated. Thread-safe.</summary>
internal sealed class ObjectDeleter(ObjectStore store, TypeCatalog types, Identifiers identifiers)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <returns>The object as it now is, or was; <see cref="StoredVersion.IsDeletion"/> is true once it is gone.</returns>
    public StoredVersion Delete(ObjectPath path, DeleteOptions options)
    {
        if (path.Type == types.Namespaces && path.Name is "default" or "kube-system" or "kube-public")
            throw ApiError.Forbidden(path.Type, path.Name, "this namespace may not be deleted");
        while (true)
        {
            var stored = store.Find(path.Type.Table, path.Key) ?? throw ApiError.NotFound(path.Type, path.Name);
            CheckPreconditions(path, stored, options);
            var content = StoredContent.Decode(stored);
            var isChange = Mark(path.Type, content, options.Propagation);
            var isLast = ObjectRules.IsReleased(path.Type, content);
            if (options.DryRun || (!isChange && !isLast))
                return stored;
            if (store.TryWrite(path.Type.Table, path.Key, stored, content, isLast) is not { } written)
                continue;
            if (path.Type == types.Definitions || path.Type == types.ApiServices)
                types.Refresh();
            return written;
        }
    }

    /// <returns>Whether anything changed.</returns>
    private bool Mark(ServedType type, JsonObject content, string? propagation)
    {
        var metadata = content["metadata"]!.AsObject();
        var before = ObjectRules.Finalizers(metadata);
        var after = WithPropagation(before, propagation).ToArray();
        metadata.Remove("finalizers");
        if (after.Length > 0)
            metadata["finalizers"] = new JsonArray([.. after.Select(f => JsonValue.Create(f))]);
        if (metadata["deletionTimestamp"] is not null)
            return !after.SequenceEqual(before);
        metadata["deletionTimestamp"] = identifiers.Now();
        metadata["deletionGracePeriodSeconds"] = 0;
        if ((long?)metadata["generation"] is { } generation)
            metadata["generation"] = generation + 1;
        if (type == types.Namespaces)
            content["status"]!["phase"] = "Terminating";
        return true;
    }

    private static IEnumerable<string> WithPropagation(string[] finalizers, string? propagation) =>
        propagation switch
        {
            "Foreground" => finalizers.Except([OrphanFinalizer]).Union([ForegroundFinalizer]),
            "Orphan" => finalizers.Except([ForegroundFinalizer]).Union([OrphanFinalizer]),
            "Background" => finalizers.Except([ForegroundFinalizer, OrphanFinalizer]),
            null => finalizers,
            _ => throw ApiError.Invalid(
                "DeleteOptions",
                "meta.k8s.io",
                "",
                "propagationPolicy",
                "FieldValueNotSupported",
                $"Unsupported value: \"{propagation}\": supported values: \"Foreground\", \"Background\", \"Orphan\""
            ),
        };

    private static void CheckPreconditions(ObjectPath path, StoredVersion stored, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != stored.Uid)
        {
            throw ApiError.Conflict(
                path.Type,
                path.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({stored.Uid}). The object might have been "
                    + "deleted and then recreated"
            );
        }
        if (options.ResourceVersion is { } version && version != stored.Revision.ToString())
        {
            throw ApiError.Conflict(
                path.Type,
                path.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
                    + $"({stored.Revision}). The object might have been modified"
            );
        }
    }
}
