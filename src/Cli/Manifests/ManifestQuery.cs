using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Errors;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Selection;

namespace Holdfast.Cli.Manifests;

/// <summary>Which manifests of a point are meant.</summary>
/// <param name="Kind">As typed; null: every kind.</param>
/// <param name="Name">Null: every name.</param>
/// <param name="Namespaces">Names or patterns; empty: every namespace and cluster scope.</param>
internal sealed record ManifestQuery(string? Kind, string? Name, string[] Namespaces)
{
    private IReadOnlyDictionary<string, string> customNames = CustomNames.None;

    /// <param name="text"><c>KIND/NAME</c> or <c>KIND</c>; null: everything.</param>
    /// <param name="name">The name where it stands apart, as kubectl takes it: <c>deployment web</c>.</param>
    public static ManifestQuery Parse(string? text, string? name, string[] namespaces)
    {
        if (text is null)
            return new(null, null, namespaces);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash == 0 || slash == text.Length - 1 || (slash > 0 && name is not null))
            throw new UsageException(
                $"'{text}{(name is null ? "" : " " + name)}' names no object: use KIND/NAME or KIND NAME, such as deployment/web"
            );
        return slash < 0 ? new(text, name, namespaces) : new(text[..slash], text[(slash + 1)..], namespaces);
    }

    /// <summary>Finds out what the kind means in the point.</summary>
    /// <exception cref="FailedException">The point holds no such kind.</exception>
    public async Task ResolveAsync(RecoveryPointReader point, CancellationToken cancellation)
    {
        if (Kind is not null)
            customNames = await CustomNames.ReadAsync([new(point)], [Kind], [.. TypesOf(point.Inventory)], cancellation);
        Check(point.Inventory);
    }

    private void Check(Inventory inventory)
    {
        if (Kind is null)
            return;
        var meant = Meant(inventory);
        var types = inventory.Types.Where(t => meant.Contains(t.Type.GroupResource)).ToArray();
        var captured = types.Where(t => t.State == TypeState.Captured && t.Objects > 0).ToArray();
        if (types.Length == 0)
            throw new FailedException($"the point knows no kind '{Kind}'; `holdfast show` lists its types");
        if (captured.Length == 0 && Array.Find(types, t => t.State != TypeState.Captured) is { } missing)
            throw new FailedException(
                $"{missing.Type} is not in the point: {(missing.State == TypeState.Excluded ? "excluded by" : "failed:")} "
                    + $"{missing.Rule ?? missing.Error}"
            );
    }

    /// <summary>In the inventory's order, each with where it is, for messages. Bytes are valid until the next one is asked for.</summary>
    public async IAsyncEnumerable<(ReadOnlyMemory<byte> Json, Segment Segment, int Line)> ReadAsync(
        RecoveryPointReader point,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var meant = Kind is null ? null : Meant(point.Inventory);
        foreach (var segment in point.Inventory.Segments)
        {
            if (!IsMeant(segment) || meant?.Contains(segment.Resource) == false)
                continue;
            var line = 0;
            await foreach (var manifest in point.ReadSegmentAsync(segment, cancellation))
            {
                if (Name is null || ManifestText.NameOf(manifest.Span) == Name)
                    yield return (manifest, segment, line);
                line++;
            }
        }
    }

    /// <exception cref="FailedException">A named object wasn't found, or more than one was.</exception>
    public void CheckFound(int found, Inventory inventory)
    {
        if (found > 0 || Kind is null)
            return;
        var place = Namespaces.Length == 0 ? "" : $" in {string.Join(", ", Namespaces)}";
        throw new FailedException(
            $"the point holds no {Kind}{(Name is null ? "" : $"/{Name}")}{place}; `holdfast show` lists what it holds"
        );
    }

    private bool IsMeant(Segment segment) =>
        Namespaces.Length == 0 || (segment.Namespace is { } ns && Array.Exists(Namespaces, pattern => NamePattern.Matches(pattern, ns)));

    private HashSet<string> Meant(Inventory inventory) =>
        [.. KindNames.Find(Kind!, TypesOf(inventory), customNames).Select(t => t.GroupResource)];

    private static IEnumerable<ResourceType> TypesOf(Inventory inventory) =>
        inventory.Types.Where(t => t.Type.Resource != "*").Select(t => t.Type);
}
