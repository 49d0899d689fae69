using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Selection;

/// <summary>
/// Resolves a request's selection against a point (or several, when they are compared), and collects all that is wrong with it.
/// </summary>
internal sealed class SelectionReader(params IReadOnlyList<PointManifests> points)
{
    private readonly List<string> errors = [];
    private readonly List<ResourceType> types = [.. points.SelectMany(p => p.Types).Distinct()];

    // Those without objects, too: a kind means the same type whether the point holds objects of it or not.
    private readonly List<TypeEntry> entries = [.. points.SelectMany(p => p.Inventory.Types).Where(t => t.Type.Resource != "*")];

    /// <exception cref="RestoreException">
    /// BadRequest, with everything that is wrong: a malformed selector, a kind or namespace that the point doesn't hold.
    /// </exception>
    public async Task<ObjectFilter> ReadAsync(RestoreSelection selection, CancellationToken cancellation)
    {
        var shortNames = await ShortNamesAsync(selection, cancellation);
        var labels = ReadLabels(selection.Labels);
        ImmutableArray<LabelSelector> anyLabels = [.. (selection.AnyLabels ?? []).Select(ReadLabels).OfType<LabelSelector>()];
        ImmutableArray<KindQuery> kinds = [.. selection.Kinds.Select(k => ReadKind(k, shortNames)).OfType<KindQuery>()];
        ImmutableArray<NameQuery> names = [.. selection.Names.Select(n => ReadName(n, shortNames)).OfType<NameQuery>()];
        var namespaces = await ReadNamespacesAsync(selection.Namespaces, cancellation);
        var application = await ReadApplicationAsync(selection, shortNames, cancellation);
        if (errors.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, [.. errors]);
        return new(selection)
        {
            Labels = labels,
            AnyLabels = anyLabels,
            Kinds = kinds,
            Names = names,
            Namespaces = namespaces,
            Application = application,
        };
    }

    private async Task<ApplicationMembers?> ReadApplicationAsync(
        RestoreSelection selection,
        IReadOnlyDictionary<string, string> shortNames,
        CancellationToken cancellation
    )
    {
        if (selection.Apps is not { IsDefaultOrEmpty: false } apps)
            return null;
        var roots = apps.Distinct().Select(a => ReadRoot(a, shortNames)).OfType<ApplicationRoot>().ToImmutableArray();
        if (errors.Count > 0)
            return null;
        var namespaces = new NamePatterns(selection.Namespaces);
        return await new ApplicationReader(points, namespaces, errors).ReadAsync(roots, selection.Dependencies == false, cancellation);
    }

    private ApplicationRoot? ReadRoot(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        if (ObjectReference.OfObject(text) is { Name: { } name } root)
            return ReadKind(root.Kind, shortNames) is { } read ? new(text, name, read.Types) : null;
        errors.Add($"'{text}' is no root of an application: use KIND/NAME, such as deployment/web");
        return null;
    }

    private LabelSelector? ReadLabels(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var labels = LabelSelector.TryParse(text, out var error);
        if (error is not null)
            errors.Add(error);
        return labels;
    }

    private KindQuery? ReadKind(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        if (text.Contains('/', StringComparison.Ordinal))
            return ReadName(text, shortNames) is { Kind: { } named } only ? named with { Text = text, Only = only } : null;
        var held = Held(text, shortNames);
        if (held.Length > 0)
            return new(text, held);
        errors.Add(Missing(text, shortNames));
        return null;
    }

    /// <summary>
    /// What the kind means of what the point holds. Some built-in kinds are served in two groups, and the point holds one of them.
    /// </summary>
    private ImmutableArray<ResourceType> Held(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        var meant = KindNames.Find(text, entries.Select(t => t.Type).Distinct(), shortNames);
        var held = meant.Where(types.Contains).ToImmutableArray();
        return held.Length > 0 ? held : KindNames.Find(text, types.Where(t => BuiltInGroups.Have(t.Group)), shortNames);
    }

    private string Missing(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        var known = KindNames.Find(text, entries.Select(t => t.Type), shortNames);
        var entry = known.Length == 0 ? null : entries.First(t => t.Type == known[0]);
        return entry switch
        {
            null => $"the point holds no kind '{text}'{NearMatches.Among(text, KindNames.Spellings(types))}",
            { State: TypeState.Excluded } => $"the point doesn't hold {entry.Type.GroupResource}: excluded from it by rule '{entry.Rule}'",
            { State: TypeState.Failed } => $"the point doesn't hold {entry.Type.GroupResource}: capturing it failed ({entry.Error})",
            _ => $"the point holds no objects of {entry.Type.GroupResource}: there were none when it was "
                + $"captured{OtherGroups(text, shortNames)}",
        };
    }

    /// <summary>Other types of the same name, in case one of them was meant.</summary>
    private string OtherGroups(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        var others = KindNames.Find(text, types, shortNames);
        return others.IsEmpty ? "" : $"; name {string.Join(" or ", others.Select(t => t.GroupResource))} when that is meant";
    }

    private NameQuery? ReadName(string text, IReadOnlyDictionary<string, string> shortNames)
    {
        if (!text.Contains('/', StringComparison.Ordinal))
            return new(text, text, null);
        if (ObjectReference.OfObject(text) is { Name: { } name } named)
            return ReadKind(named.Kind, shortNames) is { } kind ? new(text, name, kind) : null;
        errors.Add($"'{text}' names no object: use KIND/NAME, such as deployment/web");
        return null;
    }

    /// <returns>How many namespaces are meant; null: all.</returns>
    private async Task<int?> ReadNamespacesAsync(ImmutableArray<string> wanted, CancellationToken cancellation)
    {
        if (wanted.IsEmpty)
            return null;
        var known = points
            .SelectMany(p => p.Inventory.Segments)
            .Where(s => s.Namespace is not null)
            .Select(s => s.Namespace!)
            .ToHashSet(StringComparer.Ordinal);
        if (!wanted.All(known.Contains))
        {
            // An empty namespace has no segment, only its own object.
            await foreach (var manifest in ReadAsync(KnownTypes.Namespaces, cancellation))
                if (manifest.Object("metadata").Text("name") is { } name)
                    known.Add(name);
        }
        errors.AddRange(
            wanted
                .Where(w => !(known.Contains(w) || (NamePattern.IsPattern(w) && known.Any(ns => NamePattern.Matches(w, ns)))))
                .Select(w => NoNamespace(w, known))
        );
        return known.Count(new NamePatterns(wanted).Match);
    }

    private static string NoNamespace(string wanted, IEnumerable<string> known)
    {
        var near = NearMatches.Among(NamePattern.Stem(wanted), known.Order(StringComparer.Ordinal));
        return NamePattern.IsPattern(wanted)
            ? $"the point holds no namespace that '{wanted}' matches{near}"
            : $"the point holds no namespace '{wanted}'{near}";
    }

    private Task<IReadOnlyDictionary<string, string>> ShortNamesAsync(RestoreSelection selection, CancellationToken cancellation)
    {
        var kinds = selection.Kinds.Concat(selection.Names.Where(n => n.Contains('/'))).Concat(selection.Apps ?? []);
        return CustomNames.ReadAsync(points, kinds.Select(k => k.Split('/')[0]), types, cancellation);
    }

    private async IAsyncEnumerable<JsonObject> ReadAsync(string groupResource, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var point in points)
        await foreach (var parsed in point.ReadParsedAsync(point.SegmentsOf(groupResource), cancellation))
            yield return parsed.Manifest;
    }
}
