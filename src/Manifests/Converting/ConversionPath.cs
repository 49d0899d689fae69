using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests.Converting;

/// <summary>A way from one version of a kind to another, over one row of the table or several. Immutable.</summary>
public sealed class ConversionPath
{
    private readonly ImmutableArray<(Conversion? Row, string To)> steps;

    internal ConversionPath(string from, string kind, ImmutableArray<(Conversion? Row, string To)> steps) =>
        (From, Kind, this.steps) = (from, kind, steps);

    public string Kind { get; }
    public string From { get; }
    public string To => steps.IsEmpty ? From : steps[^1].To;

    /// <summary>Between versions of a custom type that its definition says are equal in shape.</summary>
    public static ConversionPath Renamed(string from, string to, string kind) => new(from, kind, [(null, to)]);

    /// <summary>The type that a captured one becomes: its plural and its scope stay.</summary>
    public ResourceType Of(ResourceType captured) =>
        captured with
        {
            Group = ManifestJson.GroupOf(To),
            Version = To[(To.IndexOf('/', StringComparison.Ordinal) + 1)..],
        };

    internal ConversionPath Then(Conversion row, string to) => new(From, Kind, steps.Add((row, to)));

    /// <param name="manifest">Is taken over and changed.</param>
    public ConvertedObject Convert(JsonObject manifest)
    {
        ImmutableArray<FormattableString> notes = [];
        foreach (var (row, to) in steps)
        {
            var subject = new ConvertedManifest(manifest);
            row?.Edit?.Invoke(subject);
            if (subject.Fault is { } fault)
                return new(From, manifest, [], fault);
            manifest["apiVersion"] = to;
            notes = notes.AddRange(subject.Notes);
        }
        ConvertedOwnership.Follow(manifest, To);
        return new(From, manifest, notes);
    }
}
