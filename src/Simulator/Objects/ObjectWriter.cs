using System.Text.Json.Nodes;
using Holdfast.Simulator.Merging;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <param name="Manager">The field manager, for <c>managedFields</c>.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="DryRun">Do everything but store.</param>
internal sealed record WriteContext(string Manager, string Subresource = "", bool DryRun = false)
{
    public FieldOwner FieldOwner(ServedType type, string operation) => new(Manager, operation, type.ApiVersion, Subresource);
}

/// <summary>An object's type, namespace and name.</summary>
internal sealed record ObjectPath(ServedType Type, string? Namespace, string Name)
{
    public string Key => StoredVersion.KeyOf(Namespace, Name);
}

/// <summary>
/// Creates and changes objects, for requests and controllers alike. Thread-safe: a write that lost a race is repeated on the new state.
/// </summary>
internal sealed class ObjectWriter(
    ObjectStore store,
    TypeCatalog types,
    ObjectRules rules,
    ServerDefaults defaults,
    Identifiers identifiers
)
{
    /// <param name="uid">Null: a new one.</param>
    public StoredVersion Create(ServedType type, string? ns, JsonObject body, WriteContext context, string? uid = null)
    {
        ObjectRules.CheckTarget(type, ns, null, body);
        return CreateChecked(type, ns, body, context, context.FieldOwner(type, "Update"), null, uid);
    }

    /// <summary>PUT. Without a resourceVersion in the body it overwrites, where the type allows that.</summary>
    public StoredVersion Replace(ObjectPath path, JsonObject body, WriteContext context)
    {
        ObjectRules.CheckTarget(path.Type, path.Namespace, path.Name, body);
        return Update(
            path,
            context,
            live =>
            {
                if (path.Type.Has(Traits.VersionedUpdates) && (string?)ObjectRules.MetadataOf(body)["resourceVersion"] is null or "")
                    throw ApiError.Invalid(
                        path.Type,
                        path.Name,
                        "metadata.resourceVersion",
                        "FieldValueInvalid",
                        "Invalid value: 0x0: must be specified for an update"
                    );
                return body.DeepClone().AsObject();
            }
        );
    }

    public StoredVersion MergePatch(ObjectPath path, JsonObject patch, WriteContext context) =>
        Update(
            path,
            context,
            live =>
            {
                var next = live.DeepClone().AsObject();
                Merging.MergePatch.Apply(next, patch);
                next["kind"] ??= path.Type.Kind;
                ObjectRules.CheckTarget(path.Type, path.Namespace, path.Name, next);
                return next;
            }
        );

    /// <summary>
    /// Reads, changes and writes until no other write intervened; a resourceVersion in the change is a precondition.
    /// </summary>
    public StoredVersion Update(ObjectPath path, WriteContext context, Func<JsonObject, JsonObject> change)
    {
        while (true)
        {
            var stored = store.Find(path.Type.Table, path.Key) ?? throw ApiError.NotFound(path.Type, path.Name);
            var live = StoredContent.Decode(stored);
            var next = change(live);
            CheckPreconditions(path, live, next);
            var managed = ReadManaged(live, next);
            Prepare(path.Type, live, next, context);
            var diff = FieldDiff.Between(live, next, ShapesOf(path.Type));
            var manager = context.FieldOwner(path.Type, "Update");
            managed.Take(
                manager,
                managed.FieldsOf(manager).Union(diff.Changed).Except(diff.Removed),
                diff.Changed.Union(diff.Removed),
                identifiers.Now()
            );
            if (Commit(path, stored, live, next, managed, context) is { } written)
                return written;
        }
    }

    /// <summary>Server-side apply; creates what isn't there.</summary>
    public (StoredVersion Version, bool IsNew) Apply(ObjectPath path, JsonObject configuration, WriteContext context, bool force)
    {
        if (configuration["metadata"]?["managedFields"] is JsonArray { Count: > 0 })
            throw ApiError.BadRequest("metadata.managedFields must be nil");
        ObjectRules.CheckTarget(path.Type, path.Namespace, path.Name, configuration);
        var manager = context.FieldOwner(path.Type, "Apply");
        if (path.Type.Has(Traits.Status) && context.Subresource.Length == 0)
            configuration.Remove("status");
        while (true)
        {
            if (store.Find(path.Type.Table, path.Key) is not { } stored)
            {
                if (context.Subresource.Length > 0)
                    throw ApiError.NotFound(path.Type, path.Name);
                var applied = FieldDiff.Of(configuration, ShapesOf(path.Type));
                return (CreateChecked(path.Type, path.Namespace, configuration.DeepClone().AsObject(), context, manager, applied), true);
            }
            if (ApplyTo(path, stored, configuration, context, manager, force) is { } written)
                return (written, false);
        }
    }

    private StoredVersion? ApplyTo(
        ObjectPath path,
        StoredVersion stored,
        JsonObject configuration,
        WriteContext context,
        FieldOwner manager,
        bool force
    )
    {
        var shapes = ShapesOf(path.Type);
        var apply = new ServerSideApply(shapes);
        var live = StoredContent.Decode(stored);
        var managed = ManagedFields.Of(live);
        var applied = FieldDiff.Of(configuration, shapes);
        var next = apply.Merge(live, configuration);
        CheckPreconditions(path, live, next);
        if (!force && apply.Conflicts(live, next, managed, manager) is { Count: > 0 } conflicts)
            throw ApplyConflict(conflicts);
        apply.Prune(next, managed.FieldsOf(manager), applied, managed.Others(manager).Select(other => other.Fields));
        Prepare(path.Type, live, next, context);
        managed.Take(manager, applied, FieldDiff.Between(live, next, shapes).Changed, identifiers.Now());
        return Commit(path, stored, live, next, managed, context);
    }

    private StoredVersion CreateChecked(
        ServedType type,
        string? ns,
        JsonObject body,
        WriteContext context,
        FieldOwner manager,
        FieldSet? applied,
        string? uid = null
    )
    {
        rules.PrepareCreate(type, ns, body, uid);
        var created = FieldDiff.Between([], body, ShapesOf(type)).Changed;
        defaults.FillNew(type, body);
        var managed = ManagedFields.Of(body);
        managed.Take(manager, (applied ?? created).Union(new FieldSet()), new FieldSet(), identifiers.Now());
        managed.WriteTo(body);
        var name = (string)body["metadata"]!["name"]!;
        var key = StoredVersion.KeyOf(ns, name);
        if (store.Find(type.Table, key) is not null)
            throw ApiError.AlreadyExists(type, name);
        if (context.DryRun)
            return StoredContent.Encode(type.Table, key, 0, body);
        var written = store.TryWrite(type.Table, key, null, body) ?? throw ApiError.AlreadyExists(type, name);
        Wrote(type);
        return written;
    }

    private static void Prepare(ServedType type, JsonObject live, JsonObject next, WriteContext context)
    {
        ObjectRules.PrepareUpdate(type, live, next, context.Subresource);
        ServerDefaults.Fill(type, next);
        ObjectRules.CountGeneration(type, live, next);
    }

    // managedFields in the body are set; one empty entry clears them; without any, the live ones are kept.
    private static ManagedFields ReadManaged(JsonObject live, JsonObject next) =>
        ManagedFields.Of(next["metadata"]?["managedFields"] is JsonArray { Count: > 0 } ? next : live);

    private static void CheckPreconditions(ObjectPath path, JsonObject live, JsonObject next)
    {
        var (old, now) = (live["metadata"]!, ObjectRules.MetadataOf(next));
        if ((string?)now["uid"] is { Length: > 0 } uid && uid != (string?)old["uid"])
            throw ApiError.Conflict(
                path.Type,
                path.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {(string?)old["uid"]}"
            );
        if ((string?)now["resourceVersion"] is { Length: > 0 } version && version != (string?)old["resourceVersion"])
            throw ApiError.Conflict(
                path.Type,
                path.Name,
                "the object has been modified; please apply your changes to the latest version and try again"
            );
    }

    /// <returns>Null: another write was faster.</returns>
    private StoredVersion? Commit(
        ObjectPath path,
        StoredVersion stored,
        JsonObject live,
        JsonObject next,
        ManagedFields managed,
        WriteContext context
    )
    {
        if (managed.SetEquals(ManagedFields.Of(live)) && ObjectRules.IsSame(live, next))
            return stored;
        managed.WriteTo(next);
        if (context.DryRun)
            return StoredContent.Encode(path.Type.Table, path.Key, 0, next);
        var isLast = ObjectRules.IsReleased(path.Type, next);
        var written = store.TryWrite(path.Type.Table, path.Key, stored, next, isLast);
        if (written is not null)
            Wrote(path.Type);
        return written;
    }

    private void Wrote(ServedType type)
    {
        if (type == types.Definitions || type == types.ApiServices)
            types.Refresh();
    }

    private static ListShapes ShapesOf(ServedType type) => type.IsCustom ? ListShapes.Custom : ListShapes.BuiltIn;

    private static ApiError ApplyConflict(IReadOnlyList<(FieldOwner Owner, FieldSet Fields)> conflicts)
    {
        var causes = new JsonArray();
        List<string> texts = [];
        foreach (var (owner, path) in conflicts.SelectMany(c => c.Fields.Paths().Select(path => (c.Owner, path))))
        {
            var with = $"conflict with \"{owner.Name}\" using {owner.ApiVersion}";
            causes.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["reason"] = "FieldManagerConflict",
                        ["message"] = with,
                        ["field"] = path,
                    }
            );
            texts.Add($"{with}: {path}");
        }
        var message = $"Apply failed with {texts.Count} conflict{(texts.Count == 1 ? "" : "s")}: {string.Join('\n', texts)}";
        return new ApiError(409, "Conflict", message, new JsonObject { ["causes"] = causes });
    }
}
