using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>
/// One row of the table of conversions: how an object of a kind becomes one of another version. Pure: the same object gives the same
/// result. docs/restore.md lists every row.
/// </summary>
public sealed class Conversion
{
    private Conversion(string id, ImmutableArray<string> kinds, ImmutableArray<string> from, ImmutableArray<string> to)
    {
        (Id, Kinds, From, To) = (id, kinds, from, to);
    }

    /// <summary>Stable: its golden files are named by it.</summary>
    public string Id { get; }
    public ImmutableArray<string> Kinds { get; }

    /// <summary>The versions that it takes, as documents say them (<c>policy/v1beta1</c>).</summary>
    public ImmutableArray<string> From { get; }

    /// <summary>The versions that it gives, the best one first.</summary>
    public ImmutableArray<string> To { get; }

    /// <summary>What becomes otherwise, for a person.</summary>
    public required string Change { get; init; }

    /// <summary>Where the project that defines the kind says so.</summary>
    public required string Source { get; init; }

    /// <summary>Its versions are equal in shape: nothing but the apiVersion changes, in either direction.</summary>
    public bool IsSame => Edit is null;

    internal Action<ConvertedManifest>? Edit { get; private init; }

    /// <param name="versions">The newest first.</param>
    internal static Conversion Same(string id, string[] kinds, string source, params string[] versions) =>
        new(id, [.. kinds], [.. versions], [.. versions]) { Change = "nothing but the version changes", Source = source };

    internal static Conversion Reshape(
        string id,
        string[] kinds,
        string[] from,
        string to,
        string change,
        string source,
        Action<ConvertedManifest> edit
    ) =>
        new(id, [.. kinds], [.. from], [to])
        {
            Change = change,
            Source = source,
            Edit = edit,
        };

    internal bool Takes(string apiVersion, string kind) => Kinds.Contains(kind) && From.Contains(apiVersion);

    public override string ToString() => Id;
}

/// <summary>A kind that Kubernetes has removed, with nothing to convert it to.</summary>
/// <param name="Replacement">What to use instead, for a person.</param>
public sealed record RemovedKind(string Kind, ImmutableArray<string> Versions, string Replacement);

/// <summary>An object after its conversion.</summary>
/// <param name="From">The version that it had.</param>
/// <param name="Notes">What became otherwise in a way that someone may have to act on.</param>
/// <param name="Fault">Why it can't be converted, and what to do; null: it is.</param>
public sealed record ConvertedObject(string From, JsonObject Manifest, ImmutableArray<FormattableString> Notes, string? Fault = null);

/// <summary>One manifest while a row works on it.</summary>
internal sealed class ConvertedManifest(JsonObject manifest)
{
    private List<FormattableString>? notes;

    public JsonObject Manifest { get; } = manifest;

    /// <summary>The version that it comes from.</summary>
    public string From { get; } = manifest.Text("apiVersion") ?? "";
    public JsonObject? Spec => Manifest.Object("spec");
    public string? Fault { get; private set; }
    public IReadOnlyList<FormattableString> Notes => notes ?? [];

    public void Note(FormattableString text) => (notes ??= []).Add(text);

    /// <summary>This object can't be converted without losing something.</summary>
    public void Refuse(string fault) => Fault ??= fault;
}
