using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Editing;

public enum PatchOperationKind
{
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// <param name="Path">A JSON pointer (RFC 6901).</param>
/// <param name="From">Of a move or a copy.</param>
/// <param name="Value">Of an add, a replace or a test; null is JSON's null.</param>
public sealed record PatchOperation(PatchOperationKind Op, string Path, string? From = null, JsonNode? Value = null);

/// <summary>JSON patch, RFC 6902, on nodes. All of it or nothing: a failed operation leaves the document as it was.</summary>
public static class JsonPatch
{
    /// <returns>The changed document, another one than the given; null: a test fails.</returns>
    /// <param name="room">What it may add; null: as much as any single edit.</param>
    /// <exception cref="EditException">An operation names what isn't there, or adds too much.</exception>
    public static JsonObject? Apply(JsonObject document, IEnumerable<PatchOperation> operations, EditRoom? room = null)
    {
        room ??= new();
        var root = document.DeepClone();
        foreach (var operation in operations)
        {
            if (operation.Op == PatchOperationKind.Test && !JsonNode.DeepEquals(Read(root, operation.Path), operation.Value))
                return null;
            root = Apply(root, operation, room);
        }
        return root as JsonObject ?? throw new EditException("the patch replaces the object by something that isn't an object");
    }

    private static JsonNode Apply(JsonNode root, PatchOperation operation, EditRoom room)
    {
        switch (operation.Op)
        {
            case PatchOperationKind.Test:
                return root;
            case PatchOperationKind.Remove:
                Remove(root, operation.Path);
                return root;
            case PatchOperationKind.Replace:
                Read(root, operation.Path);
                return Put(root, operation.Path, operation.Value?.DeepClone(), replaces: true);
            case PatchOperationKind.Add:
                return Put(root, operation.Path, operation.Value?.DeepClone(), replaces: false);
            case PatchOperationKind.Copy:
                return Put(root, operation.Path, Copied(Read(root, operation.From ?? ""), room), replaces: false);
            default:
                return Move(root, operation.From ?? "", operation.Path);
        }
    }

    private static JsonNode? Copied(JsonNode? value, EditRoom room)
    {
        room.Take(value?.ToJsonString().Length ?? 0);
        return value?.DeepClone();
    }

    private static JsonNode Move(JsonNode root, string from, string to)
    {
        if (to.StartsWith(from + "/", StringComparison.Ordinal))
            throw new EditException($"{from} can't be moved into itself, to {to}");
        var value = Read(root, from)?.DeepClone();
        if (from != to)
            Remove(root, from);
        return Put(root, to, value, replaces: from == to);
    }

    private static JsonNode? Read(JsonNode root, string pointer)
    {
        JsonNode? at = root;
        foreach (var step in JsonPointer.Steps(pointer))
        {
            at = at switch
            {
                JsonObject map when map.TryGetPropertyValue(step, out var child) => child,
                JsonArray list when Index(step) is { } index && index < list.Count => list[index],
                _ => throw Missing(pointer),
            };
        }
        return at;
    }

    private static JsonNode Put(JsonNode root, string pointer, JsonNode? value, bool replaces)
    {
        var steps = JsonPointer.Steps(pointer);
        if (steps.Length == 0)
            return value ?? throw new EditException("the patch replaces the object by null");
        var (parent, last) = (Read(root, JsonPointer.Of(steps[..^1])), steps[^1]);
        if (parent is JsonObject map)
            map[last] = value;
        else if (parent is not JsonArray list)
            throw Missing(pointer);
        else if (replaces)
            list[Index(last)!.Value] = value;
        else if (last == "-")
            list.Add(value);
        else if (Index(last) is { } index && index <= list.Count)
            list.Insert(index, value);
        else
            throw Missing(pointer);
        return root;
    }

    private static void Remove(JsonNode root, string pointer)
    {
        Read(root, pointer);
        var steps = JsonPointer.Steps(pointer);
        if (steps.Length == 0)
            throw new EditException("the patch removes the whole object");
        var (parent, last) = (Read(root, JsonPointer.Of(steps[..^1])), steps[^1]);
        if (parent is JsonObject map)
            map.Remove(last);
        else if (parent is JsonArray list)
            list.RemoveAt(Index(last)!.Value);
    }

    /// <summary>No sign and no leading zeros, as RFC 6901 has it.</summary>
    private static int? Index(string step) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        && step == index.ToString(CultureInfo.InvariantCulture)
            ? index
            : null;

    private static EditException Missing(string pointer) => new($"there is no {pointer}");
}
