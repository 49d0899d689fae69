using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;

namespace Holdfast.Restore.Transforms;

/// <summary>The transforms of a restore, in their order. Thread-safe.</summary>
internal sealed class TransformSet
{
    /// <summary>In one document; each is tried on each object.</summary>
    public const int Most = 200;

    public static readonly TransformSet None = new([]);
    private readonly ImmutableArray<CompiledTransform> transforms;

    private TransformSet(ImmutableArray<CompiledTransform> transforms) => this.transforms = transforms;

    /// <exception cref="RestoreException">BadRequest, with all that is wrong.</exception>
    public static TransformSet Of(ImmutableArray<Transform>? transforms)
    {
        if (transforms is not { IsDefaultOrEmpty: false } given)
            return None;
        var problems = new List<string>();
        if (given.Length > Most)
            problems.Add($"{given.Length} transforms are given, and {Most} are the most: match more objects with each");
        var compiled = given.Take(Most).Select((t, i) => new CompiledTransform(t, i + 1, problems)).ToImmutableArray();
        return problems.Count == 0 ? new(compiled) : throw new RestoreException(RestoreRefusal.BadRequest, [.. problems]);
    }

    /// <summary>As messages call them.</summary>
    public IReadOnlyList<string> Labels => [.. transforms.Select(t => t.Label)];

    /// <summary>Which of them are meant for an object, by their number from 0.</summary>
    /// <param name="manifest">As it was captured.</param>
    public ImmutableArray<int> Matching(ResourceType type, JsonObject manifest) =>
        transforms.IsEmpty ? [] : [.. Enumerable.Range(0, transforms.Length).Where(i => transforms[i].Matches(type, manifest))];

    /// <param name="matching">From <see cref="Matching"/>.</param>
    /// <param name="manifest">Is taken over and changed.</param>
    public TransformedManifest Apply(ImmutableArray<int> matching, JsonObject manifest)
    {
        var changedBy = ImmutableArray.CreateBuilder<int>();
        var (identity, room) = (Identity(manifest), new EditRoom());
        foreach (var i in matching)
        {
            try
            {
                (manifest, var isChanged) = transforms[i].Apply(manifest, room);
                if (isChanged)
                    changedBy.Add(i);
                if (Identity(manifest) != identity)
                    throw new EditException("it would be another object: apiVersion, kind, name and namespace can't be changed");
            }
            catch (EditException e)
            {
                return new(manifest, changedBy.ToImmutable(), $"{transforms[i].Label}: {e.Message}");
            }
        }
        return new(manifest, changedBy.ToImmutable(), null);
    }

    /// <summary>For the step of an object that was changed; empty: it wasn't.</summary>
    public string Said(ImmutableArray<int> changedBy) =>
        changedBy.IsEmpty ? "" : $"; changed by {string.Join(", ", changedBy.Select(i => transforms[i].Label))}";

    private static (string?, string?, string?, string?) Identity(JsonObject manifest)
    {
        var metadata = manifest.Object("metadata");
        return (manifest.Text("apiVersion"), manifest.Text("kind"), metadata.Text("name"), metadata.Text("namespace"));
    }
}

/// <param name="ChangedBy">The transforms that changed something, by their number from 0.</param>
/// <param name="Fault">Why one can't be applied, for a person; null: all were.</param>
internal sealed record TransformedManifest(JsonObject Manifest, ImmutableArray<int> ChangedBy, string? Fault);
