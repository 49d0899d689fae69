using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>Changes one field from the captured namespaces to those that stand for them. Each says whether it changed anything.
/// Pure.</summary>
internal static class ReferenceEdits
{
    /// <summary>The label that every namespace has with its own name, since Kubernetes 1.21.</summary>
    public const string NameLabel = "kubernetes.io/metadata.name";

    private const string AccountUser = "system:serviceaccount:";
    private const string AccountGroup = "system:serviceaccounts:";

    public static bool Edit(ImmutableSortedDictionary<string, string> map, JsonObject holder, string field, ReferenceForm form) =>
        form switch
        {
            ReferenceForm.Name => Name(map, holder, field),
            ReferenceForm.Names => Names(map, holder.Array(field)),
            ReferenceForm.Qualified => Part(map, holder, field, '/', 0),
            ReferenceForm.Selector => Selector(map, holder.Object(field)),
            ReferenceForm.Subjects => Any(holder.Objects(field), subject => Subject(map, subject)),
            ReferenceForm.Parameters => Parameters(map, holder.Object(field)),
            ReferenceForm.Host => holder.Text(field)?.Split('.') is [_, _, "svc", ..] && Part(map, holder, field, '.', 1),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "unknown"),
        };

    private static bool Name(ImmutableSortedDictionary<string, string> map, JsonObject holder, string field)
    {
        if (holder.Text(field) is not { } captured || !map.TryGetValue(captured, out var mapped))
            return false;
        holder[field] = mapped;
        return true;
    }

    private static bool Names(ImmutableSortedDictionary<string, string> map, JsonArray? list)
    {
        var changed = false;
        for (var i = 0; i < (list?.Count ?? 0); i++)
            if (list![i] is JsonValue value && value.TryGetValue(out string? captured) && map.TryGetValue(captured, out var mapped))
            {
                list[i] = mapped;
                changed = true;
            }
        return changed;
    }

    /// <summary>A namespace is one part of a text.</summary>
    private static bool Part(ImmutableSortedDictionary<string, string> map, JsonObject holder, string field, char separator, int at)
    {
        if (holder.Text(field)?.Split(separator) is not { } parts || parts.Length < 2 || !map.TryGetValue(parts[at], out var mapped))
            return false;
        parts[at] = mapped;
        holder[field] = string.Join(separator, parts);
        return true;
    }

    private static bool Selector(ImmutableSortedDictionary<string, string> map, JsonObject? selector)
    {
        var changed = selector.Object("matchLabels") is { } labels && Name(map, labels, NameLabel);
        foreach (var expression in selector.Objects("matchExpressions"))
            if (expression.Text("key") == NameLabel)
                changed |= Names(map, expression.Array("values"));
        return changed;
    }

    private static bool Subject(ImmutableSortedDictionary<string, string> map, JsonObject subject) =>
        subject.Text("kind") switch
        {
            "ServiceAccount" => Name(map, subject.Object("serviceAccount") ?? subject, "namespace"),
            "User" => Prefixed(map, subject.Object("user") ?? subject, AccountUser),
            "Group" => Prefixed(map, subject.Object("group") ?? subject, AccountGroup),
            _ => false,
        };

    private static bool Prefixed(ImmutableSortedDictionary<string, string> map, JsonObject holder, string prefix) =>
        holder.Text("name")?.StartsWith(prefix, StringComparison.Ordinal) == true && Part(map, holder, "name", ':', 2);

    private static bool Parameters(ImmutableSortedDictionary<string, string> map, JsonObject? parameters) =>
        parameters is not null
        && Any(
            parameters.Select(p => p.Key).Where(k => k.EndsWith("secret-namespace", StringComparison.OrdinalIgnoreCase)).ToList(),
            key => Name(map, parameters, key)
        );

    /// <summary>Does all, also after one that changed something.</summary>
    private static bool Any<T>(IEnumerable<T> items, Func<T, bool> edit)
    {
        var changed = false;
        foreach (var item in items)
            changed |= edit(item);
        return changed;
    }
}
