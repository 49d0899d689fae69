using System.Text.Json.Nodes;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <summary>What the server sets, keeps and refuses in every object's metadata.</summary>
internal sealed class ObjectRules(ObjectStore store, TypeCatalog types, Identifiers identifiers)
{
    private static readonly string[] FixedAtCreate =
    [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
        "namespace",
        "name",
    ];

    /// <summary>Checks a body against the request's path, and removes its apiVersion and kind.</summary>
    public static void CheckTarget(ServedType type, string? ns, string? name, JsonObject content)
    {
        var (apiVersion, kind) = ((string?)content["apiVersion"], (string?)content["kind"]);
        if (type.IsCustom && kind is null)
            throw ApiError.BadRequest(
                $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: Object 'Kind' is missing"
            );
        if (kind is not null && kind != type.Kind)
            throw ApiError.BadRequest($"{kind} in version \"{apiVersion}\" cannot be handled as a {type.Kind}: unknown conversion");
        if (apiVersion is not null && apiVersion != type.ApiVersion)
            throw ApiError.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({type.ApiVersion})"
            );
        content.Remove("apiVersion");
        content.Remove("kind");
        var metadata = MetadataOf(content);
        if (type.Namespaced && (string?)metadata["namespace"] is { Length: > 0 } other && other != ns)
            throw ApiError.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        if (name is not null && ((string?)metadata["name"] ?? "") != name)
            throw ApiError.BadRequest($"the name of the object ({(string?)metadata["name"]}) does not match the name on the URL ({name})");
    }

    public static JsonObject MetadataOf(JsonObject content)
    {
        if (content["metadata"] is not JsonObject metadata)
            content["metadata"] = metadata = [];
        return metadata;
    }

    /// <summary>Turns a client's body into a new object with name, uid and time; its namespace must exist and not be terminating.</summary>
    public void PrepareCreate(ServedType type, string? ns, JsonObject content, string? uid)
    {
        var metadata = MetadataOf(content);
        if ((string?)metadata["resourceVersion"] is { Length: > 0 })
            throw new ApiError(500, "", "resourceVersion should not be set on objects to be created");
        foreach (
            var field in (ReadOnlySpan<string>)
                ["selfLink", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"]
        )
            metadata.Remove(field);
        Name(type, metadata);
        CheckOwners(type, metadata);
        DropEmpty(metadata);
        if (ns is null)
            metadata.Remove("namespace");
        else
            metadata["namespace"] = ns;
        metadata["uid"] = uid ?? identifiers.Uid();
        if (type.Has(Traits.Generation))
            metadata["generation"] = 1;
        metadata["creationTimestamp"] = identifiers.Now();
        if (type.Has(Traits.Status))
            content.Remove("status");
        if (ns is not null)
            CheckNamespace(type, ns, (string)metadata["name"]!);
    }

    /// <summary>Carries over to the next state what no client can change.</summary>
    public static void PrepareUpdate(ServedType type, JsonObject live, JsonObject next, string subresource)
    {
        var (old, now) = (MetadataOf(live), MetadataOf(next));
        var name = (string)old["name"]!;
        if (old["deletionTimestamp"] is not null)
            CheckFinalizers(type, name, old, now);
        else if (now["deletionTimestamp"] is { } set)
            throw ApiError.Invalid(
                type,
                name,
                "metadata.deletionTimestamp",
                "FieldValueInvalid",
                $"Invalid value: {set}: field is immutable"
            );
        CheckOwners(type, now);
        DropEmpty(now);
        foreach (var field in FixedAtCreate)
        {
            if (old[field] is { } value)
                now[field] = value.DeepClone();
            else
                now.Remove(field);
        }
        now["resourceVersion"] = old["resourceVersion"]!.DeepClone();
        if (type.Has(Traits.Status))
            KeepOtherSide(live, next, subresource == "status");
        if (type.GroupResource == "namespaces" && subresource != "finalize")
            next["spec"] = live["spec"]!.DeepClone();
    }

    /// <summary>Equal except for managedFields.</summary>
    public static bool IsSame(JsonObject live, JsonObject next) =>
        Same(live, next, "metadata") && Same(MetadataOf(live), MetadataOf(next), "managedFields");

    /// <summary>Deletion was requested, and no finalizer keeps the object.</summary>
    public static bool IsReleased(ServedType type, JsonObject content)
    {
        var metadata = MetadataOf(content);
        return metadata["deletionTimestamp"] is not null
            && Finalizers(metadata).Length == 0
            && !(type.GroupResource == "namespaces" && content["spec"]?["finalizers"] is JsonArray { Count: > 0 });
    }

    /// <summary>A change of anything but metadata and status counts.</summary>
    public static void CountGeneration(ServedType type, JsonObject live, JsonObject next)
    {
        if (!type.Has(Traits.Generation))
            return;
        if (!Same(live, next, "metadata", type.Has(Traits.Status) ? "status" : ""))
            next["metadata"]!["generation"] = ((long?)live["metadata"]!["generation"] ?? 0) + 1;
    }

    // A write of the status changes nothing else; any other write never changes the status.
    private static void KeepOtherSide(JsonObject live, JsonObject next, bool isStatus)
    {
        foreach (var field in live.Select(f => f.Key).Union(next.Select(f => f.Key)).ToArray())
        {
            if (field == "metadata" || isStatus == (field == "status"))
                continue;
            if (live[field] is { } kept)
                next[field] = kept.DeepClone();
            else
                next.Remove(field);
        }
        if (!isStatus)
            return;
        var managed = next["metadata"]!["managedFields"]?.DeepClone();
        next["metadata"] = live["metadata"]!.DeepClone();
        if (managed is not null)
            next["metadata"]!["managedFields"] = managed;
    }

    private static bool Same(JsonObject live, JsonObject next, params ReadOnlySpan<string> but)
    {
        foreach (var field in live.Select(f => f.Key).Union(next.Select(f => f.Key)))
        {
            if (!but.Contains(field) && !JsonNode.DeepEquals(live[field], next[field]))
                return false;
        }
        return true;
    }

    private static void CheckFinalizers(ServedType type, string name, JsonObject old, JsonObject now)
    {
        var before = Finalizers(old);
        var added = Finalizers(now).Except(before).ToArray();
        if (added.Length > 0)
        {
            throw ApiError.Invalid(
                type,
                name,
                "metadata.finalizers",
                "FieldValueForbidden",
                "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
                    + $"[]string{{\"{string.Join("\", \"", added)}\"}}"
            );
        }
    }

    public static string[] Finalizers(JsonObject metadata) =>
        metadata["finalizers"] is JsonArray list ? [.. list.Select(f => (string)f!)] : [];

    private static void DropEmpty(JsonObject metadata)
    {
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "ownerReferences", "finalizers"])
        {
            if (metadata[field] is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
                metadata.Remove(field);
        }
    }

    private static void CheckOwners(ServedType type, JsonObject metadata)
    {
        foreach (var reference in metadata["ownerReferences"] as JsonArray ?? [])
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if ((string?)reference?[field] is null or "")
                    throw ApiError.Invalid(
                        type,
                        (string?)metadata["name"] ?? "",
                        $"metadata.ownerReferences.{field}",
                        "FieldValueInvalid",
                        $"Invalid value: \"\": {field} must not be empty"
                    );
            }
        }
    }

    private void Name(ServedType type, JsonObject metadata)
    {
        var name = (string?)metadata["name"] ?? "";
        if (name.Length == 0 && (string?)metadata["generateName"] is { Length: > 0 } prefix)
            metadata["name"] = name = prefix[..Math.Min(prefix.Length, 58)] + identifiers.Suffix();
        if (name.Length == 0)
            throw ApiError.Invalid(type, "", "metadata.name", "FieldValueRequired", "Required value: name or generateName is required");
        if (type.Names.Complaint(name) is { } complaint)
            throw ApiError.Invalid(type, name, "metadata.name", "FieldValueInvalid", $"Invalid value: \"{name}\": {complaint}");
    }

    private void CheckNamespace(ServedType type, string ns, string name)
    {
        var found = store.Find(types.Namespaces.Table, ns) ?? throw ApiError.NotFound(types.Namespaces, ns);
        if (!found.IsTerminating)
            return;
        JsonNode cause = new JsonObject
        {
            ["reason"] = "NamespaceTerminating",
            ["message"] = $"namespace {ns} is being terminated",
            ["field"] = "metadata.namespace",
        };
        throw ApiError.Forbidden(type, name, $"unable to create new content in namespace {ns} because it is being terminated", [cause]);
    }
}
