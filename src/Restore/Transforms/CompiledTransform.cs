using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Transforms;

/// <summary>One transform, its patterns read. Thread-safe.</summary>
internal sealed class CompiledTransform
{
    /// <summary>Matching takes time in proportion to the text; this bounds it for texts of any length.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Transform transform;
    private readonly LabelSelector? labels;
    private readonly ImmutableArray<(FieldPattern Path, JsonNode? Value, Regex? Matches, bool IsThere)> fields;
    private readonly ImmutableArray<FieldPattern> remove;
    private readonly ImmutableArray<(FieldPattern Path, JsonNode? Value)> set;
    private readonly ImmutableArray<(FieldPattern Path, Regex Pattern, string With)> replace;
    private readonly JsonObject? merge;
    private readonly ImmutableArray<PatchOperation> patch;

    /// <param name="number">In its document, from 1.</param>
    /// <param name="problems">What is wrong with it is added here.</param>
    public CompiledTransform(Transform transform, int number, List<string> problems)
    {
        this.transform = transform;
        Label = transform.Name is { Length: > 0 } name ? $"transform '{name}'" : $"transform {number}";
        var reading = new TransformReading(Label, problems);
        labels = reading.Labels(transform.Match.Labels);
        fields =
        [
            .. transform.Match.Fields.Select(f =>
                (
                    reading.Condition(f.Path),
                    reading.Node(f.Value),
                    reading.Pattern(f.Matches, Longest),
                    f.Value.ValueKind == JsonValueKind.Undefined && f.Matches is null
                )
            ),
        ];
        remove = [.. transform.Remove.Select(reading.Path)];
        set = [.. transform.Set.Select(s => (reading.Path(s.Path), reading.Node(s.Value)))];
        replace = [.. transform.Replace.Select(r => (reading.Path(r.Path), reading.Pattern(r.Pattern, Longest, r.With)!, r.With))];
        merge = reading.Merge(transform.Merge);
        patch = [.. transform.Patch.Select(reading.Operation)];
        if (remove.Length + set.Length + replace.Length + patch.Length == 0 && merge is null)
            problems.Add($"{Label} changes nothing: give remove, set, replace, merge or patch");
    }

    /// <summary>As messages call it.</summary>
    public string Label { get; }

    /// <param name="manifest">As it was captured.</param>
    public bool Matches(ResourceType type, JsonObject manifest)
    {
        var (match, metadata) = (transform.Match, manifest.Object("metadata"));
        return (match.Kinds.IsEmpty || match.Kinds.Any(kind => !KindNames.Find(kind, [type], NoShortNames).IsEmpty))
            && IsAny(match.Namespaces, metadata.Text("namespace"))
            && IsAny(match.Names, metadata.Text("name"))
            && (labels is null || labels.Matches(metadata.Object("labels")))
            && fields.All(f => f.Path.Values(manifest).Any(v => Holds(f, v)));
    }

    /// <returns>The changed manifest, which may be the same object; and whether anything was changed.</returns>
    /// <param name="room">What transforms may add to the manifest yet.</param>
    /// <exception cref="EditException">It can't be changed so.</exception>
    public (JsonObject Manifest, bool IsChanged) Apply(JsonObject manifest, EditRoom room)
    {
        var changed = 0;
        foreach (var path in remove)
            changed += path.Remove(manifest);
        foreach (var (path, value) in set)
            changed += path.Set(manifest, value, room);
        foreach (var (path, pattern, with) in replace)
            changed += path.Replace(manifest, text => Replaced(path, pattern, text, with, room));
        if (merge is null && patch.IsEmpty)
            return (manifest, changed > 0);
        var before = manifest.DeepClone();
        if (merge is not null)
            MergePatch.Apply(manifest, merge);
        manifest = JsonPatch.Apply(manifest, patch, room) ?? manifest;
        return (manifest, changed > 0 || !JsonNode.DeepEquals(before, manifest));
    }

    private static readonly IReadOnlyDictionary<string, string> NoShortNames = ImmutableDictionary<string, string>.Empty;

    private static bool IsAny(ImmutableArray<string> patterns, string? name) =>
        patterns.IsEmpty || (name is not null && patterns.Any(p => NamePattern.Matches(p, name)));

    private bool Holds((FieldPattern Path, JsonNode? Value, Regex? Matches, bool IsThere) condition, JsonNode? value) =>
        condition.IsThere
        || (
            condition.Matches is { } pattern
                ? value is JsonValue text && text.TryGetValue(out string? found) && IsMatch(condition.Path, pattern, found)
                : JsonNode.DeepEquals(value, condition.Value)
        );

    /// <exception cref="RestoreException">BadRequest: the pattern takes too long.</exception>
    private bool IsMatch(FieldPattern path, Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new RestoreException(RestoreRefusal.BadRequest, $"{Label}: {TooSlow(path)}");
        }
    }

    /// <summary>A substitution may stand for the whole text: whether there is room is asked before any is made.</summary>
    private static string Replaced(FieldPattern path, Regex pattern, string text, string with, EditRoom room)
    {
        var most = with.Length + (with.Count(c => c == '$') * (long)text.Length);
        if (most > EditRoom.Characters)
            room.Take(most);
        try
        {
            return pattern.Replace(
                text,
                match =>
                {
                    var result = match.Result(with);
                    room.Take(result.Length);
                    return result;
                }
            );
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EditException(TooSlow(path));
        }
    }

    private static string TooSlow(FieldPattern path) => $"the pattern of {path} took longer than {Longest.TotalSeconds:0} s on one text";
}
